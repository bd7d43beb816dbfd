import { expect, test } from "vitest";
import { groupMarks, placeLabels } from "./mark-groups";

test("marks on the same pixels are one line", () => {
  const mark = (x: number, alarms = false) => ({ x, text: `m${x}`, alarms });
  expect(groupMarks([mark(10), mark(11), mark(12, true), mark(50)], 4)).toEqual([
    { x: 10, label: "m12 +2", alarms: true },
    { x: 50, label: "m50", alarms: false },
  ]);
});

test("an alarming label gets its place first, and none covers another", () => {
  const mark = (x: number, label: string, alarms = false) => ({ x, label, alarms });
  const marks = [mark(0, "begin"), mark(40, "hidden"), mark(60, "lost", true), mark(190, "end")];
  const width = (label: string) => label.length * 10;
  expect(placeLabels(marks, width, 200, 5).map(({ left, label }) => [left, label])).toEqual([
    [60, "lost"],
    [0, "begin"],
    [170, "end"],
  ]);
});

test("a long label keeps its beginning and its end", () => {
  const [group] = groupMarks([{ x: 0, text: "worker host_0123456789abcdef0123456789 lost", alarms: true }], 4);
  expect(group!.label).toBe("worker host_0123…6789 lost");
});
