// What a page of one file carries: JSON, packed with gzip, written in base64.
import type { RunRecord } from "./record";

export async function unpack<Content>(base64: string): Promise<Content> {
  const bytes = Uint8Array.from(atob(base64.trim()), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(unpacked).json()) as Content;
}

export function unpackRecord(base64: string): Promise<RunRecord> {
  return unpack<RunRecord>(base64);
}
