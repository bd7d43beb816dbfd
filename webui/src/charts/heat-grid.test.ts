import { expect, test } from "vitest";
import { rowOf } from "../buckets";
import type { Timeline } from "../record";
import { cellAt, heatGrid } from "./heat-grid";
import { logSplits } from "./log-splits";

const timeline: Timeline = {
  start: 100,
  step: 1,
  slots: [[2, 0, [192, 2]], null, [5, 0, [192, 1, 224, 4]], [1, 0, [224, 1]]],
};

test("each slot is a column while there is room", () => {
  const grid = heatGrid(timeline, [100, 104], 100)!;
  expect(grid).toMatchObject({ start: 100, columnSeconds: 1, columns: 4, most: 4 });
  expect(cellAt(grid, 102.5, rowOf(224))).toEqual({ from: 102, to: 103, row: rowOf(224), count: 4 });
  expect(cellAt(grid, 101.5, rowOf(192))!.count).toBe(0);
  expect(cellAt(grid, 99, rowOf(192))).toBeNull();
});

test("neighbours are put together when there is not", () => {
  const grid = heatGrid(timeline, [100, 104], 2)!;
  expect(grid).toMatchObject({ columnSeconds: 2, columns: 2, most: 5 });
  expect(cellAt(grid, 102, rowOf(224))!.count).toBe(5);
});

test("only the span that is shown counts", () => {
  expect(heatGrid(timeline, [101, 102], 10)).toBeNull();
  expect(heatGrid(timeline, [103, 104], 10)!.columns).toBe(1);
});

test("ticks of a logarithmic axis are round and not too many", () => {
  const ms = (splits: number[]) => splits.map((split) => Number((2 ** split / 1000).toPrecision(3)));
  expect(ms(logSplits(Math.log2(900), Math.log2(110_000), 9))).toEqual([1, 2, 5, 10, 20, 50, 100]);
  expect(ms(logSplits(Math.log2(900), Math.log2(110_000), 3))).toEqual([1, 10, 100]);
});
