// Buckets of response times: where they begin, and what can be read off them. Knows nothing of time.
import type { Buckets } from "./record";

/** Below this many microseconds every microsecond has a bucket; above, each doubling has this many. */
const PER_DOUBLING = 32;

/** More than there are for any number of microseconds in 64 bits. */
export const BUCKETS = PER_DOUBLING * 60;

/** The bucket in which a response time is counted. */
export function bucketOf(microseconds: number): number {
  if (microseconds < PER_DOUBLING) return Math.floor(microseconds);
  const exponent = Math.floor(Math.log2(microseconds));
  const doubling = 2 ** exponent;
  return PER_DOUBLING * (exponent - 4) + Math.floor(((microseconds - doubling) * PER_DOUBLING) / doubling);
}

/** Where a bucket begins and how wide it is, in microseconds. */
export function spanOf(bucket: number): { begin: number; width: number } {
  if (bucket < PER_DOUBLING) return { begin: bucket, width: 1 };
  const doubling = 2 ** (Math.floor(bucket / PER_DOUBLING) + 4);
  return { begin: doubling * (1 + (bucket % PER_DOUBLING) / PER_DOUBLING), width: doubling / PER_DOUBLING };
}

export function totalOf(buckets: Buckets): number {
  let total = 0;
  for (let i = 1; i < buckets.length; i += 2) total += buckets[i]!;
  return total;
}

/** Percentiles in milliseconds, one per fraction; the fractions may come in any order. `null` without requests. */
export function percentilesOf(buckets: Buckets, fractions: readonly number[]): (number | null)[] {
  const total = totalOf(buckets);
  if (total === 0) return fractions.map(() => null);
  return fractions.map((fraction) => valueAt(buckets, fraction * total) / 1000);
}

export function percentileOf(buckets: Buckets, fraction: number): number | null {
  return percentilesOf(buckets, [fraction])[0]!;
}

/** The response time, in microseconds, that `rank` requests did not exceed. */
function valueAt(buckets: Buckets, rank: number): number {
  let before = 0;
  let end = 0;
  for (let i = 0; i < buckets.length; i += 2) {
    const count = buckets[i + 1]!;
    if (count === 0) continue;
    const { begin, width } = spanOf(buckets[i]!);
    end = begin + width;
    if (before + count >= rank) return begin + (width * Math.max(0, rank - before)) / count;
    before += count;
  }
  return end;
}

/** The counts of both, as one sorted list. */
export function mergeBuckets(left: Buckets, right: Buckets): Buckets {
  const merged: Buckets = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const a = left[i] ?? Infinity;
    const b = right[j] ?? Infinity;
    merged.push(Math.min(a, b), (a <= b ? left[i + 1]! : 0) + (b <= a ? right[j + 1]! : 0));
    if (a <= b) i += 2;
    if (b <= a) j += 2;
  }
  return merged;
}

/**
 * Rows of equal height on a logarithmic axis, for pictures: coarser than buckets, which a picture cannot show.
 * Row r begins at 2^(r / perDoubling) microseconds.
 */
export const ROWS_PER_DOUBLING = 8;

/** The row of each bucket, worked out once: heat maps ask for it some hundred thousand times per drawing. */
const ROW_OF_BUCKET = Uint16Array.from({ length: BUCKETS }, (_, bucket) => computeRow(bucket));

export function rowOf(bucket: number): number {
  return ROW_OF_BUCKET[bucket]!;
}

function computeRow(bucket: number): number {
  const { begin, width } = spanOf(bucket);
  return Math.max(0, Math.floor(Math.log2(begin + width / 2) * ROWS_PER_DOUBLING));
}

export function rowBeginMs(row: number): number {
  return 2 ** (row / ROWS_PER_DOUBLING) / 1000;
}

/** Counts by row, without gaps, with an empty row on either side. */
export function rowsOf(buckets: Buckets): { first: number; counts: number[] } {
  if (buckets.length === 0) return { first: 0, counts: [] };
  const first = Math.max(0, rowOf(buckets[0]!) - 1);
  const last = rowOf(buckets[buckets.length - 2]!) + 1;
  const counts = new Array<number>(last - first + 1).fill(0);
  for (let i = 0; i < buckets.length; i += 2) counts[rowOf(buckets[i]!) - first]! += buckets[i + 1]!;
  return { first, counts };
}
