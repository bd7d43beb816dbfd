import { expect, test } from "vitest";
import { filterLines, withLevels } from "./logs";

const lines = withLevels([
  "[2026-01-01 10:00:00,000] host/INFO/katydid.main: Starting",
  "[2026-01-01 10:00:01,000] host/ERROR/katydid.user: boom",
  "Traceback (most recent call last):",
  "[2026-01-01 10:00:02,000] host/WARNING/katydid.main: slow",
]);

test("a line without a level belongs to the one before", () => {
  expect(lines.map((line) => line.level)).toEqual(["INFO", "ERROR", "ERROR", "WARNING"]);
});

test("lines are filtered by level and by text", () => {
  expect(filterLines(lines, "WARNING", "").length).toBe(3);
  expect(filterLines(lines, "DEBUG", "TRACE").map((line) => line.text)).toEqual(["Traceback (most recent call last):"]);
});
