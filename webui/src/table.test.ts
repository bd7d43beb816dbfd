import { expect, test } from "vitest";
import { entryColumns, percentileOfEntry } from "./entry-columns";
import type { Entry } from "./record";
import { nextOrder, sortRows, visibleRange, type Column } from "./table";

interface Row {
  name: string;
  time: number | null;
}
const rows: Row[] = [
  { name: "b", time: 2 },
  { name: "c", time: null },
  { name: "a", time: 10 },
];
const columns: Column<Row>[] = [
  { key: "name", title: "Name", value: (row) => row.name },
  { key: "time", title: "Time", numeric: true, value: (row) => row.time },
];
const names = (sorted: Row[]) => sorted.map((row) => row.name).join("");

test("the third click takes the order away", () => {
  const first = nextOrder(null, "time", true);
  expect(first).toEqual({ key: "time", descending: true });
  const second = nextOrder(first, "time", true);
  expect(second).toEqual({ key: "time", descending: false });
  expect(nextOrder(second, "time", true)).toBeNull();
  expect(nextOrder(second, "name", false)).toEqual({ key: "name", descending: false });
});

test("what is not known is sorted last, whichever way round", () => {
  expect(names(sortRows(rows, columns, { key: "time", descending: true }))).toBe("abc");
  expect(names(sortRows(rows, columns, { key: "time", descending: false }))).toBe("bac");
  expect(names(sortRows(rows, columns, { key: "name", descending: true }))).toBe("cba");
  expect(sortRows(rows, columns, null)).toBe(rows);
});

test("only rows in sight are drawn", () => {
  expect(visibleRange(500, 30, 0, 300)).toEqual([0, 18]);
  expect(visibleRange(500, 30, 3000, 300)).toEqual([92, 118]);
  expect(visibleRange(5, 30, 0, 300)).toEqual([0, 5]);
});

test("the statistics have Locust's columns", () => {
  expect(entryColumns([0.95, 0.99]).map((column) => column.title)).toEqual([
    "Type", "Name", "# Requests", "# Fails", "Median (ms)", "95%ile (ms)", "99%ile (ms)", "Average (ms)",
    "Min (ms)", "Max (ms)", "Average size", "Current RPS", "Current Failures/s",
  ]);
});

test("a percentile is found under whichever spelling", () => {
  const entry = { percentiles: { "0.95": 12, "1.0": 40 } } as unknown as Entry;
  expect([0.95, 1, 0.5].map((fraction) => percentileOfEntry(entry, fraction))).toEqual([12, 40, null]);
});
