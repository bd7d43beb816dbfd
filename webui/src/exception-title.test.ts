import { expect, test } from "vitest";
import { exceptionTitle } from "./exception-title";

test.each([
  ["boom", "Traceback (most recent call last):\n  File x\nValueError: boom\n", "ValueError: boom"],
  ["two\nlines", "ValueError: two\nlines\n", "two\nlines"],
  ["boom", "", "boom"],
])("the exception %j is called by its last line if that holds the message", (message, traceback, title) => {
  expect(exceptionTitle({ count: 1, message, traceback, nodes: [] })).toBe(title);
});
