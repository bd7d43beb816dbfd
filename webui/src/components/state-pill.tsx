// The state of a run, as a word in a colour.
import type { RunState } from "../record";

const WORDS: Record<RunState, string> = {
  ready: "Ready",
  spawning: "Spawning",
  running: "Running",
  cleanup: "Stopping",
  stopping: "Stopping",
  stopped: "Stopped",
  missing: "No runner",
};

export function StatePill({ state }: { state: RunState }) {
  return <span class={`pill pill-${state}`}>{WORDS[state] ?? state}</span>;
}
