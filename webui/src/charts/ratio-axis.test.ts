import { expect, test } from "vitest";
import { isBeyond, placeOf, ratioAxis } from "./ratio-axis";

test("1 and the tolerance are always on the axis", () => {
  const axis = ratioAxis([], 0.05, 7);
  expect(axis.low).toBeLessThan(1 / 1.05);
  expect(axis.high).toBeGreaterThan(1.05);
  expect(axis.ticks).toContain(1);
});

test("ticks keep their distance", () => {
  const { low, high, ticks } = ratioAxis([0.2, 9], 0.05, 6);
  const nearest = Math.log(high / low) / 7;
  ticks.slice(1).forEach((tick, i) => expect(Math.log(tick / ticks[i]!)).toBeGreaterThanOrEqual(nearest));
  expect(ticks.length).toBeLessThanOrEqual(7);
});

test("what is far beyond is drawn at the edge", () => {
  const axis = ratioAxis([0.5, 1_000], 0.05, 6);
  expect(axis.high).toBe(16);
  expect(placeOf(axis, 1_000)).toBe(1);
  expect(isBeyond(axis, 1_000)).toBe(true);
  expect(placeOf(axis, axis.low)).toBe(0);
});
