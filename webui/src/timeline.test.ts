import { expect, test } from "vitest";
import type { ChangedGauges, Gauges, Timeline } from "./record";
import {
  distributionOf,
  emptyGauges,
  emptyTimeline,
  finishedSlots,
  gaugeSeries,
  moments,
  percentileSeries,
  planSeries,
  rates,
  upsertGauges,
  upsertSlots,
} from "./timeline";

const timeline = (): Timeline => ({ start: 100, step: 1, slots: [[4, 1, [192, 4]], null, [2, 0, [224, 2]]] });

test("a change replaces a slot and adds later ones", () => {
  const changed = upsertSlots(timeline(), {
    step: 1,
    changed: [
      [100, 5, 1, [192, 5]],
      [104, 1, 0, [192, 1]],
    ],
  });
  expect(changed!.slots.map((slot) => slot?.[0] ?? null)).toEqual([5, null, 2, null, 1]);
});

test("the first change begins an empty timeline", () => {
  const begun = upsertSlots(emptyTimeline(), { step: 2, changed: [[50, 3, 0, [10, 3]]] });
  expect(begun).toEqual({ start: 50, step: 2, slots: [[3, 0, [10, 3]]] });
});

test("when the step doubles neighbours are put together", () => {
  const changed = upsertSlots(timeline(), { step: 2, changed: [[104, 9, 0, [192, 9]]] });
  expect(changed).toEqual({
    start: 100,
    step: 2,
    slots: [[4, 1, [192, 4]], [2, 0, [224, 2]], [9, 0, [192, 9]]],
  });
});

test.each([
  ["a smaller step", { start: 100, step: 2, slots: [null] }, { step: 1, changed: [[100, 1, 0, []]] }],
  ["an earlier begin", timeline(), { step: 1, changed: [[90, 1, 0, []]] }],
  ["slots that lie askew", { start: 101, step: 2, slots: [null] }, { step: 2, changed: [[104, 1, 0, []]] }],
])("%s does not fit", (_name, before, change) => {
  expect(upsertSlots(before as Timeline, change as Parameters<typeof upsertSlots>[1])).toBeNull();
});

test("no change leaves the timeline as it is", () => {
  const before = timeline();
  expect(upsertSlots(before, { step: 1, changed: [] })).toBe(before);
});

test("gauges that have not changed are kept", () => {
  const gauges: Gauges = { start: 10, step: 1, rows: [[1, 2, null, null, 0], [2, 2, 5, null, 0]] };
  const change: ChangedGauges = { step: 1, changed: [[11, 3, 4, 5, 6, 0], [13, 4, 4, 5, 6, 0]] };
  expect(gaugeSeries(upsertGauges(gauges, change)!, "users")).toEqual([1, 3, null, 4]);
  expect(upsertGauges(gauges, { step: 2, changed: [[12, 1, 1, 1, 1, 1]] })).toBeNull();
  expect(upsertGauges(gauges, null)).toBe(gauges);
  expect(upsertGauges(emptyGauges(), change)).toMatchObject({ start: 11, step: 1 });
});

test("the slot that is being filled is not finished", () => {
  expect(finishedSlots(timeline(), 102.9)).toBe(2);
  expect(finishedSlots(timeline(), 103)).toBe(3);
  expect(finishedSlots(timeline(), 200)).toBe(3);
  expect(finishedSlots(timeline(), 50)).toBe(0);
});

test("a rate is a count by the step", () => {
  const wide = { ...timeline(), step: 2 };
  expect(rates(wide, 3, 0)).toEqual([2, 0, 1]);
  expect(rates(wide, 3, 1)).toEqual([0.5, 0, 0]);
  expect(moments(100, 2, 2)).toEqual([101, 103]);
  expect(moments(100, 1, 2)).toEqual([100, 101]);
});

test("percentiles have gaps where nothing happened", () => {
  expect(percentileSeries(timeline(), 3, 0.5)).toEqual([1.04, null, 2.08]);
  expect(percentileSeries(timeline(), 1, 0.25)).toEqual([1.032]);
});

test("the plan is a line through its points", () => {
  const plan: [number, number][] = [
    [0, 0],
    [10, 50],
    [20, 50],
  ];
  expect(planSeries(plan, 1000, [999, 1000, 1005, 1010, 1015, 1020, 1021])).toEqual([null, 0, 25, 50, 50, 50, null]);
  expect(planSeries([], 0, [1])).toEqual([null]);
});

test("the distribution of a span counts the slots in it", () => {
  expect(distributionOf(timeline(), [0, 1000])).toEqual([192, 4, 224, 2]);
  expect(distributionOf(timeline(), [101, 1000])).toEqual([224, 2]);
  expect(distributionOf(timeline(), [0, 50])).toEqual([]);
});
