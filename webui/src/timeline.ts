// Slots of time: how changes are worked in, and what is drawn of them. Draws nothing itself.
import { BUCKETS, mergeBuckets, percentilesOf } from "./buckets";
import type { Buckets, ChangedGauges, ChangedSlots, Gauges, GaugeRow, Slot, Timeline } from "./record";

/** Percentiles a chart can show; 1 is the maximum. */
export const CHART_PERCENTILES = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1] as const;

export function emptyTimeline(step = 1): Timeline {
  return { start: 0, step, slots: [] };
}

/**
 * Works changed slots into a timeline. The slots are changed in place, as there may be thousands; the timeline
 * around them is new, so that who watches it notices. `null` when the change does not fit: ask for all anew.
 */
export function upsertSlots(timeline: Timeline, change: ChangedSlots | null): Timeline | null {
  let { start, step, slots } = timeline;
  if (change === null || change.changed.length === 0) return timeline;
  if (slots.length === 0) ({ start, step } = { start: change.changed[0]![0], step: change.step });
  while (step < change.step) {
    slots = joinNeighbours(slots);
    step *= 2;
  }
  if (step !== change.step) return null;
  for (const [begin, requests, failures, buckets] of change.changed) {
    const index = Math.round((begin - start) / step);
    if (index < 0 || Math.abs(start + index * step - begin) > step / 4) return null;
    while (slots.length <= index) slots.push(null);
    slots[index] = [requests, failures, buckets];
  }
  return { start, step, slots };
}

function joinNeighbours(slots: (Slot | null)[]): (Slot | null)[] {
  const joined: (Slot | null)[] = [];
  for (let i = 0; i < slots.length; i += 2) joined.push(joinSlots(slots[i] ?? null, slots[i + 1] ?? null));
  return joined;
}

export function joinSlots(left: Slot | null, right: Slot | null): Slot | null {
  if (left === null || right === null) return left ?? right;
  return [left[0] + right[0], left[1] + right[1], mergeBuckets(left[2], right[2])];
}

export function emptyGauges(step = 1): Gauges {
  return { start: 0, step, rows: [] };
}

/** As `upsertSlots`, for gauges; where the step is another one the whole run is asked for anew. */
export function upsertGauges(gauges: Gauges, change: ChangedGauges | null): Gauges | null {
  if (change === null || change.changed.length === 0) return gauges;
  const isEmpty = gauges.rows.length === 0;
  const start = isEmpty ? change.changed[0]![0] : gauges.start;
  const rows = gauges.rows;
  if (!isEmpty && change.step !== gauges.step) return null;
  for (const [begin, ...row] of change.changed) {
    const index = Math.round((begin - start) / change.step);
    if (index < 0 || Math.abs(start + index * change.step - begin) > change.step / 4) return null;
    while (rows.length <= index) rows.push(null);
    rows[index] = row;
  }
  return { start, step: change.step, rows };
}

/**
 * How many slots are finished at a moment. The slot that is still being filled would be drawn as a drop of the
 * rate at the right edge.
 */
export function finishedSlots(timeline: Timeline, until: number): number {
  const finished = Math.floor((until - timeline.start) / timeline.step + 1e-6);
  return Math.max(0, Math.min(timeline.slots.length, finished));
}

/** One value per slot. A plain loop, as `Array.from` takes several times as long and this is done each second. */
function series<Value>(count: number, valueOf: (index: number) => Value): Value[] {
  const values = new Array<Value>(count);
  for (let i = 0; i < count; i++) values[i] = valueOf(i);
  return values;
}

/** Moments of slots. A slot is drawn at its middle, or at its begin when it is a second. */
export function moments(start: number, step: number, count: number): number[] {
  const offset = step > 1 ? step / 2 : 0;
  return series(count, (i) => start + i * step + offset);
}

/** Requests per second (part 0) or failures per second (part 1). */
export function rates(timeline: Timeline, count: number, part: 0 | 1): number[] {
  return series(count, (i) => (timeline.slots[i]?.[part] ?? 0) / timeline.step);
}

/** Slots are replaced, never changed, so what was read off one stays true as long as it exists. */
const percentilesOfSlot = new WeakMap<Slot, (number | null)[]>();

function slotPercentiles(slot: Slot): (number | null)[] {
  let known = percentilesOfSlot.get(slot);
  if (!known) percentilesOfSlot.set(slot, (known = percentilesOf(slot[2], CHART_PERCENTILES)));
  return known;
}

/** One percentile over time in milliseconds; `null` where there was no request. */
export function percentileSeries(timeline: Timeline, count: number, fraction: number): (number | null)[] {
  const index = CHART_PERCENTILES.findIndex((known) => known === fraction);
  return series(count, (i) => {
    const slot = timeline.slots[i] ?? null;
    if (slot === null) return null;
    return index < 0 ? percentilesOf(slot[2], [fraction])[0]! : slotPercentiles(slot)[index]!;
  });
}

/** All response times of a span of time: the distribution of what is zoomed into, at no cost for the server. */
export function distributionOf(timeline: Timeline, [from, to]: [number, number]): Buckets {
  const counts = new Float64Array(BUCKETS);
  for (let i = 0; i < timeline.slots.length; i++) {
    const slot = timeline.slots[i]!;
    const begin = timeline.start + i * timeline.step;
    if (slot === null || begin + timeline.step <= from || begin > to) continue;
    const buckets = slot[2];
    for (let at = 0; at < buckets.length; at += 2) counts[buckets[at]!]! += buckets[at + 1]!;
  }
  const buckets: Buckets = [];
  counts.forEach((count, bucket) => count > 0 && buckets.push(bucket, count));
  return buckets;
}

export type GaugeName = "users" | "target_users" | "cpu_percent" | "resume_lag_ms" | "workers";
const GAUGE_INDEX: Record<GaugeName, keyof GaugeRow & number> = {
  users: 0,
  target_users: 1,
  cpu_percent: 2,
  resume_lag_ms: 3,
  workers: 4,
};

export function gaugeSeries(gauges: Gauges, name: GaugeName): (number | null)[] {
  return gauges.rows.map((row) => row?.[GAUGE_INDEX[name]] ?? null);
}

/** Users the plan wants at each moment; `null` outside of the plan. */
export function planSeries(plan: [number, number][], startedAt: number, at: number[]): (number | null)[] {
  let next = 0;
  return at.map((moment) => {
    const seconds = moment - startedAt;
    while (next < plan.length && plan[next]![0] <= seconds) next++;
    const before = plan[next - 1];
    const after = plan[next];
    if (!before) return after && after[0] === seconds ? after[1] : null;
    if (!after) return before[0] === seconds ? before[1] : null;
    return before[1] + ((after[1] - before[1]) * (seconds - before[0])) / (after[0] - before[0]);
  });
}
