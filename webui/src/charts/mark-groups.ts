// Marks that lie too close to each other to be drawn one by one. Draws nothing.

const LONGEST_LABEL = 26;

export interface DrawnMark {
  x: number;
  label: string;
  alarms: boolean;
}

/** Marks that fall on the same few pixels are one line: two hundred workers join within a second. */
export function groupMarks(marks: { x: number; text: string; alarms: boolean }[], nearness: number): DrawnMark[] {
  const groups: (DrawnMark & { more: number; text: string })[] = [];
  for (const { x, text, alarms } of marks) {
    const last = groups.at(-1);
    if (last && x - last.x < nearness) {
      last.more++;
      if (alarms && !last.alarms) Object.assign(last, { alarms, text });
    } else groups.push({ x, label: text, text, alarms, more: 0 });
  }
  return groups.map(({ x, alarms, text, more }) => {
    const short = shortened(text);
    return { x, alarms, label: more ? `${short} +${more}` : short };
  });
}

/** What happened stands at the end of a text, and to whom before it: the middle can be done without. */
function shortened(text: string): string {
  if (text.length <= LONGEST_LABEL) return text;
  return `${text.slice(0, LONGEST_LABEL - 10)}…${text.slice(-9)}`;
}

export interface PlacedLabel {
  left: number;
  label: string;
  alarms: boolean;
}

/**
 * Labels that fit beside each other; alarming ones get their place first. One that would cover another is left out:
 * its line stays, and the list of events names it.
 */
export function placeLabels(
  marks: DrawnMark[],
  widthOf: (label: string) => number,
  right: number,
  gap: number,
): PlacedLabel[] {
  const taken: [from: number, to: number][] = [];
  const placed: PlacedLabel[] = [];
  for (const { x, label, alarms } of [...marks].sort((a, b) => Number(b.alarms) - Number(a.alarms))) {
    const width = widthOf(label);
    const left = Math.min(x, right - width);
    if (taken.some(([from, to]) => left < to + gap && left + width + gap > from)) continue;
    taken.push([left, left + width]);
    placed.push({ left, label, alarms });
  }
  return placed;
}
