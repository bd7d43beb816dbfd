import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { unpackRecord } from "./packed-record";

test("a record is unpacked as it was packed", async () => {
  const packed = gzipSync(JSON.stringify({ format: "katydid-run-1", losses: ["ä"] })).toString("base64");
  expect(await unpackRecord(`\n${packed} `)).toEqual({ format: "katydid-run-1", losses: ["ä"] });
});
