import { expect, test } from "vitest";
import * as format from "./format";

test.each([
  [null, "–"],
  [0, "0"],
  [0.0123, "0.012"],
  [0.4, "0.40"],
  [3.14, "3.1"],
  [12.4, "12"],
  [12345, "12\u202f345"],
])("%s ms in a table", (ms, text) => expect(format.formatMs(ms)).toBe(text));

test.each([
  [0.05, "50 µs"],
  [0.4, "0.4 ms"],
  [1, "1 ms"],
  [12.345, "12.3 ms"],
  [1500, "1.5 s"],
  [120_000, "120 s"],
])("%s ms with a unit", (ms, text) => expect(format.formatDuration(ms)).toBe(text));

test.each([
  [0, "0 %"],
  [1, "100 %"],
  [0.000001, "< 0.01 %"],
  [0.0012, "0.12 %"],
  [0.25, "25.0 %"],
  [0.99999, "> 99.99 %"],
])("the share %s", (fraction, text) => expect(format.formatPercent(fraction)).toBe(text));

test.each([
  [7, "0:07"],
  [750, "12:30"],
  [21600, "6:00:00"],
  [-1, "0:00"],
])("%s seconds on a clock", (seconds, text) => expect(format.formatClock(seconds)).toBe(text));

test("bytes, rates and percentiles", () => {
  expect(format.formatBytes(999)).toBe("999 B");
  expect(format.formatBytes(52_428_800)).toBe("52.4 MB");
  expect(format.formatRate(1234.5)).toBe("1\u202f235");
  expect(format.formatRate(0.25)).toBe("0.3");
  expect(format.percentileLabel(0.999)).toBe("p99.9");
  expect(format.percentileLabel(1)).toBe("max");
});
