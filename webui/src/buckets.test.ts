import { expect, test } from "vitest";
import { bucketOf, mergeBuckets, percentileOf, percentilesOf, rowOf, rowsOf, spanOf, totalOf } from "./buckets";

test.each([
  [0, 0],
  [31, 31],
  [32, 32],
  [33, 33],
  [63, 63],
  [64, 64],
  [65, 64],
  [66, 65],
  [1024, 192],
  [1_000_000, 509],
])("%i µs are counted in bucket %i", (microseconds, bucket) => {
  expect(bucketOf(microseconds)).toBe(bucket);
});

test("a response time lies within its bucket, and a bucket is at most a 32nd wide", () => {
  for (let value = 1; value < 1e9; value = Math.ceil(value * 1.07)) {
    const { begin, width } = spanOf(bucketOf(value));
    expect(begin).toBeLessThanOrEqual(value);
    expect(value).toBeLessThan(begin + width);
    expect(width).toBeLessThanOrEqual(Math.max(1, begin / 32));
  }
});

test("buckets follow each other without a gap", () => {
  for (let bucket = 0; bucket < 900; bucket++) {
    const { begin, width } = spanOf(bucket);
    expect(spanOf(bucket + 1).begin).toBe(begin + width);
  }
});

test("a percentile goes along the counts and then, within a bucket, in proportion", () => {
  const tenAt1024 = [192, 10];
  expect(percentileOf(tenAt1024, 0.5)).toBeCloseTo((1024 + 16) / 1000, 9);
  expect(percentileOf(tenAt1024, 1)).toBeCloseTo((1024 + 32) / 1000, 9);
  expect(percentilesOf([192, 50, 224, 50], [0.99, 0.5, 0.25])).toEqual([
    (2048 + (64 * 49) / 50) / 1000,
    (1024 + 32) / 1000,
    (1024 + 16) / 1000,
  ]);
});

test("there is no percentile of nothing", () => {
  expect(percentilesOf([], [0.5, 1])).toEqual([null, null]);
  expect(percentileOf([5, 0], 0.5)).toBeNull();
});

test("a percentile is as near to the truth as a bucket is wide", () => {
  const times = Array.from({ length: 5000 }, (_, i) => 500 + ((i * 7919) % 5000) * 40).sort((a, b) => a - b);
  const counts = new Map<number, number>();
  for (const time of times) counts.set(bucketOf(time), (counts.get(bucketOf(time)) ?? 0) + 1);
  const buckets = [...counts].sort((a, b) => a[0] - b[0]).flat();
  for (const fraction of [0.5, 0.9, 0.99]) {
    const exact = times[Math.floor(fraction * times.length) - 1]! / 1000;
    expect(Math.abs(percentileOf(buckets, fraction)! - exact) / exact).toBeLessThan(1 / 32);
  }
});

test("merging keeps order and counts", () => {
  const merged = mergeBuckets([1, 2, 5, 1], [0, 1, 5, 4, 9, 1]);
  expect(merged).toEqual([0, 1, 1, 2, 5, 5, 9, 1]);
  expect(totalOf(merged)).toBe(9);
  expect(mergeBuckets([], [3, 1])).toEqual([3, 1]);
});

test("rows have no gaps and an empty one on either side", () => {
  const { first, counts } = rowsOf([192, 3, 224, 4]);
  expect(first).toBe(rowOf(192) - 1);
  expect(counts).toEqual([0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0]);
  expect(rowsOf([]).counts).toEqual([]);
});
