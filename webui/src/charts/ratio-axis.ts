// A logarithmic axis of ratios around 1, and where it is labelled. Draws nothing.

export interface RatioAxis {
  low: number;
  high: number;
  ticks: number[];
}

/** Beyond this a ratio is drawn at the edge: one of 1,000 would leave no room for those that are looked at. */
const FARTHEST = 16;

/** In the order in which they are wanted. */
const WANTED = [1, 2, 0.5, 1.25, 0.8, 4, 0.25, 1.5, 8, 0.125, 1.1, 0.9, 16, 1 / 16, 1.05, 0.95, 3, 1.02, 0.98];

/** Holds all of them, 1 and the tolerance on either side, with a little room. */
export function ratioAxis(values: number[], tolerance: number, mostTicks: number): RatioAxis {
  const all = [...values.filter((value) => value > 0), 1 + 2 * tolerance, 1 / (1 + 2 * tolerance)];
  const room = 1.06;
  const low = Math.max(Math.min(...all) / room, 1 / FARTHEST);
  const high = Math.min(Math.max(...all) * room, FARTHEST);
  return { low, high, ticks: ticksBetween(low, high, mostTicks) };
}

function ticksBetween(low: number, high: number, most: number): number[] {
  const nearest = Math.log(high / low) / (most + 1);
  const ticks: number[] = [];
  for (const tick of WANTED) {
    const hasRoom = ticks.every((other) => Math.abs(Math.log(tick / other)) >= nearest);
    if (tick >= low && tick <= high && hasRoom) ticks.push(tick);
  }
  return ticks.sort((left, right) => left - right);
}

/** Where a ratio lies, 0 to 1; what lies beyond an edge is at the edge. */
export function placeOf({ low, high }: RatioAxis, ratio: number): number {
  const place = Math.log(ratio / low) / Math.log(high / low);
  return Math.min(1, Math.max(0, place));
}

export function isBeyond({ low, high }: RatioAxis, ratio: number): boolean {
  return ratio < low || ratio > high;
}
