// Requests to the server. Addresses are relative, as the page may be served under a base path. Keeps nothing.
import type { Entry, RunRecord } from "./record";

export class RequestError extends Error {}

/** Whoever is logged out gets the login page when the page is loaded again. */
function goToLogin(): never {
  location.reload();
  throw new RequestError("the login has expired");
}

async function ask(address: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(address, init).catch(() => {
    throw new RequestError("the server cannot be reached");
  });
  const isLogin = response.redirected && new URL(response.url).pathname.endsWith("/login");
  if (response.status === 401 || isLogin) goToLogin();
  if (!response.ok) throw new RequestError((await response.text()).slice(0, 500) || `status ${response.status}`);
  return response;
}

async function askJson<Answer>(address: string): Promise<Answer> {
  return (await ask(address)).json() as Promise<Answer>;
}

export function fetchRun(): Promise<RunRecord> {
  return askJson("live/run");
}

export function fetchEntry(id: number): Promise<Entry> {
  return askJson(`live/entry?id=${id}`);
}

export interface ExtendedStats {
  key: string;
  data: Record<string, unknown>[];
}

export async function fetchExtendedStats(): Promise<ExtendedStats[]> {
  const stats = await askJson<{ extended_stats?: ExtendedStats[] }>("stats/requests");
  return stats.extended_stats ?? [];
}

/** Starts a test, or changes the load of the one that runs. Fails with the server's message. */
export async function postSwarm(fields: URLSearchParams): Promise<void> {
  const response = await ask("swarm", { method: "POST", body: fields });
  const answer = (await response.json()) as { success: boolean; message?: string };
  if (!answer.success) throw new RequestError(answer.message ?? "the test could not be started");
}

export async function postStop(): Promise<void> {
  await ask("stop", { method: "POST" });
}

export async function postReset(): Promise<void> {
  await ask("stats/reset", { method: "POST" });
}

export async function postUser(settings: Record<string, unknown>): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  await ask("user", { method: "POST", headers, body: JSON.stringify(settings) });
}
