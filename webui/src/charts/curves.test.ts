import { expect, test } from "vitest";
import type { Distribution } from "../comparison";
import { cumulativeCurve, densityCurve, logAxis, logOf, ninesOf } from "./curves";

const spread: Distribution = [
  [8, 10],
  [16, 80],
  [32, 10],
];

test("the axis holds all but the last thousandth", () => {
  const axis = logAxis([spread, [[4, 2_000], [4_000, 1]]]);
  expect(axis.low).toBeLessThan(2);
  expect(axis.high).toBeGreaterThan(5);
  expect(axis.high).toBeLessThan(6);
});

test("a time of nothing has a place", () => {
  expect(Number.isFinite(logOf(0))).toBe(true);
  expect(Number.isFinite(logAxis([[[0, 5]]]).low)).toBe(true);
});

test("the area below a density is one", () => {
  const axis = { low: 0, high: 8 };
  const curve = densityCurve(spread, axis);
  const step = curve[1]![0] - curve[0]![0];
  const area = curve.reduce((sum, [, height]) => sum + height * step, 0);
  expect(area).toBeCloseTo(1, 2);
  const [peak] = curve.reduce((left, right) => (right[1] > left[1] ? right : left));
  expect(peak).toBeCloseTo(4, 0);
});

test("a single value is a peak, not a spike without width", () => {
  const curve = densityCurve([[10, 1]], { low: 2, high: 5 });
  expect(curve.every(([, height]) => Number.isFinite(height))).toBe(true);
});

test("a cumulative curve climbs from 0 to 1", () => {
  const curve = cumulativeCurve(spread, { low: 2, high: 6 });
  const heights = curve.map(([, height]) => height);
  expect(heights[0]).toBe(0);
  expect(heights[heights.length - 1]).toBe(1);
  expect(heights).toEqual([...heights].sort((left, right) => left - right));
});

test("without requests there are no curves", () => {
  expect(densityCurve([], { low: 0, high: 1 })).toEqual([]);
  expect(cumulativeCurve([], { low: 0, high: 1 })).toEqual([]);
});

test("quantiles lie by their nines", () => {
  expect(ninesOf(0.9)).toBeCloseTo(1);
  expect(ninesOf(0.999)).toBeCloseTo(3);
  expect(Number.isFinite(ninesOf(1))).toBe(true);
});
