// Distributions as curves over a logarithmic axis of time. Draws nothing.
import { totalCount, type Distribution } from "../comparison";

/** [place on the axis, height] */
export type Curve = [number, number][];

export interface LogAxis {
  /** Binary logarithms of milliseconds. */
  low: number;
  high: number;
}

/** Less than this is nothing on an axis of times; a time of 0 has no logarithm. */
const SHORTEST_MS = 0.0005;

export function logOf(ms: number): number {
  return Math.log2(Math.max(ms, SHORTEST_MS));
}

/** From the least to the greatest value of all, without the last thousandth, which can be far away. */
export function logAxis(distributions: Distribution[]): LogAxis {
  const ends = distributions.filter((one) => one.length > 0).map((one) => [logOf(one[0]![0]), logOf(upperEnd(one))] as const);
  if (ends.length === 0) return { low: 0, high: 10 };
  const low = Math.min(...ends.map(([low]) => low));
  const high = Math.max(...ends.map(([, high]) => high));
  const room = Math.max(0.15, (high - low) * 0.04);
  return { low: low - room, high: high + room };
}

function upperEnd(distribution: Distribution): number {
  const last = totalCount(distribution) * 0.999;
  let before = 0;
  for (const [value, count] of distribution) {
    before += count;
    if (before >= last) return value;
  }
  return distribution[distribution.length - 1]![0];
}

const STEPS = 160;

/** How thick requests lie at each place: a sum of bells, as wide as the spread and the number of values ask for. */
export function densityCurve(distribution: Distribution, { low, high }: LogAxis): Curve {
  const total = totalCount(distribution);
  if (total === 0) return [];
  const places = distribution.map(([ms, count]) => [logOf(ms), count / total] as const);
  const width = bellWidth(places, total, high - low);
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const at = low + ((high - low) * step) / STEPS;
    let height = 0;
    for (const [place, share] of places) {
      const distance = (at - place) / width;
      if (Math.abs(distance) < 4) height += share * Math.exp((-distance * distance) / 2);
    }
    return [at, height / (width * Math.sqrt(2 * Math.PI))];
  });
}

/** Silverman's rule; the bound keeps one slow request from smoothing everything away, and a single value visible. */
function bellWidth(places: (readonly [number, number])[], total: number, range: number): number {
  const mean = places.reduce((sum, [place, share]) => sum + place * share, 0);
  const variance = places.reduce((sum, [place, share]) => sum + share * (place - mean) ** 2, 0);
  // A thousand values say as much about a shape as a picture can show.
  const width = 0.9 * Math.sqrt(variance) * Math.min(total, 1_000) ** -0.2;
  return Math.min(Math.max(width, range / 100), range / 12);
}

/** The share of requests that took no longer: a stair. */
export function cumulativeCurve(distribution: Distribution, { low, high }: LogAxis): Curve {
  const total = totalCount(distribution);
  if (total === 0) return [];
  const curve: Curve = [[low, 0]];
  let before = 0;
  for (const [ms, count] of distribution) {
    const at = Math.min(logOf(ms), high);
    curve.push([at, before / total], [at, (before + count) / total]);
    before += count;
  }
  curve.push([high, 1]);
  return curve;
}

/** A quantile by its number of nines: 0.9 at 1, 0.99 at 2, so that the tail has the room that it deserves. */
export function ninesOf(quantile: number): number {
  return -Math.log10(1 - Math.min(quantile, 0.99999));
}
