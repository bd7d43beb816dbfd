// The cells of a heat map: columns of time, rows of response time. Does not draw.
import { ROWS_PER_DOUBLING, rowOf } from "../buckets";
import type { Timeline } from "../record";

export interface HeatGrid {
  /** Moment at which the first column begins, and how long each is. */
  start: number;
  columnSeconds: number;
  columns: number;
  firstRow: number;
  rows: number;
  /** Column by column, rows from fast to slow. */
  counts: Uint32Array;
  most: number;
}

/** Puts neighbouring slots together until there are no more columns than can be seen. */
export function heatGrid(timeline: Timeline, [from, to]: [number, number], mostColumns: number): HeatGrid | null {
  const { start, step, slots } = timeline;
  const first = Math.max(0, Math.floor((from - start) / step));
  const last = Math.min(slots.length, Math.ceil((to - start) / step));
  const range = rowRange(timeline, first, last);
  if (!range) return null;
  const [firstRow, lastRow] = range;
  const each = Math.max(1, Math.ceil((last - first) / mostColumns));
  const columns = Math.ceil((last - first) / each);
  const rows = lastRow - firstRow + 1;
  const counts = new Uint32Array(columns * rows);
  let most = 0;
  for (let i = first; i < last; i++) {
    const buckets = slots[i]?.[2] ?? [];
    const column = Math.floor((i - first) / each) * rows - firstRow;
    for (let at = 0; at < buckets.length; at += 2) {
      const cell = column + rowOf(buckets[at]!);
      counts[cell]! += buckets[at + 1]!;
      if (counts[cell]! > most) most = counts[cell]!;
    }
  }
  return { start: start + first * step, columnSeconds: each * step, columns, firstRow, rows, counts, most };
}

function rowRange({ slots }: Timeline, first: number, last: number): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (let i = first; i < last; i++) {
    const buckets = slots[i]?.[2];
    if (!buckets?.length) continue;
    low = Math.min(low, rowOf(buckets[0]!));
    high = Math.max(high, rowOf(buckets[buckets.length - 2]!));
  }
  // Some height is needed even if all requests took equally long.
  return high < low ? null : [Math.max(0, low - ROWS_PER_DOUBLING / 4), high + ROWS_PER_DOUBLING / 4];
}

export interface HeatCell {
  from: number;
  to: number;
  row: number;
  count: number;
}

/** The cell at a moment and a row of response time. */
export function cellAt(grid: HeatGrid, moment: number, row: number): HeatCell | null {
  const column = Math.floor((moment - grid.start) / grid.columnSeconds);
  const line = Math.floor(row) - grid.firstRow;
  if (column < 0 || column >= grid.columns || line < 0 || line >= grid.rows) return null;
  const from = grid.start + column * grid.columnSeconds;
  return { from, to: from + grid.columnSeconds, row: Math.floor(row), count: grid.counts[column * grid.rows + line]! };
}
