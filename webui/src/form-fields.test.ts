import { expect, test } from "vitest";
import { attributeText, attributeValue, defaultText, fieldKind, labelOf } from "./form-fields";

test.each([
  [{ default_value: "x" }, "text"],
  [{ default_value: 3 }, "number"],
  [{ default_value: false }, "checkbox"],
  [{ default_value: "x", is_secret: true }, "password"],
  [{ default_value: "a", choices: ["a", "b"] }, "select"],
  [{ default_value: ["a"], choices: ["a", "b"], is_multiple: true }, "multiselect"],
  [{ default_value: [1, 2], is_multiple: true }, "text"],
  [{ default_value: null, choices: [] }, "text"],
] as const)("%j is a %s", (option, kind) => {
  expect(fieldKind(option as Parameters<typeof fieldKind>[0])).toBe(kind);
});

test("defaults and labels", () => {
  expect(defaultText(null)).toBe("");
  expect(defaultText([1, 2])).toBe("1,2");
  expect(labelOf("api_key")).toBe("Api key");
});

test.each([
  ["3", 1, 3],
  ["3", "1", "3"],
  ["", 5, null],
  ["", "x", ""],
  ["2.5", null, 2.5],
  ["http://a", null, "http://a"],
  ["[1, 2]", [1], [1, 2]],
])("the text %j, typed over %j, means %j", (text, before, after) => {
  expect(attributeValue(text, before)).toEqual(after);
});

test("attributes as text", () => {
  expect(attributeText("a")).toBe("a");
  expect(attributeText({ a: 1 })).toBe('{"a":1}');
  expect(attributeText(null)).toBe("");
});
