// The span of time that charts show, shared by all of them.
import type { Signal } from "@preact/signals";

export type Span = [from: number, to: number];

export interface TimeWindow {
  /** All there is. */
  domain: Span;
  /** What the user chose to see of it; `null` is all. */
  zoom: Signal<Span | null>;
}

export function shownSpan({ domain, zoom }: TimeWindow): Span {
  return zoom.value ?? domain;
}

/**
 * The domain of a run; never empty, as a chart of nothing still needs an axis. It begins with the second in which
 * the run began, where its first slot does.
 */
export function domainOf(start: number, end: number): Span {
  const begin = Math.floor(start);
  return [begin, Math.max(end, begin + 10)];
}

/** Less than this many seconds is a slip of the hand. */
const SHORTEST_SECONDS = 1;

export function chooseSpan(window: TimeWindow, from: number, to: number): void {
  if (to - from >= SHORTEST_SECONDS) window.zoom.value = [from, to];
}
