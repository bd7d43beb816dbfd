// Colours of a heat map: from few requests to many, in steps that a colour-blind reader can tell apart too.
import type { Theme } from "../theme";

const STOPS: Record<Theme, string[]> = {
  light: ["#dcebf5", "#9cc8e3", "#4a97c9", "#1f5fa3", "#0a2a5e"],
  dark: ["#12304a", "#1f5c80", "#3c93a0", "#9cc98a", "#fbe780"],
};
const SHADES = 256;

/** 256 shades as red, green, blue. */
export function shades(theme: Theme): Uint8ClampedArray {
  const stops = STOPS[theme].map(parse);
  const table = new Uint8ClampedArray(SHADES * 3);
  for (let shade = 0; shade < SHADES; shade++) {
    const position = (shade / (SHADES - 1)) * (stops.length - 1);
    const index = Math.min(stops.length - 2, Math.floor(position));
    for (let part = 0; part < 3; part++) {
      const from = stops[index]![part]!;
      table[shade * 3 + part] = from + (stops[index + 1]![part]! - from) * (position - index);
    }
  }
  return table;
}

function parse(hex: string): number[] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** Which shade a count has. Counts span orders of magnitude; their logarithm is what the eye compares. */
export function shadeOf(most: number): (count: number) => number {
  const scale = (SHADES - 1) / Math.log1p(most);
  const known: number[] = [];
  return (count) => (known[count] ??= Math.round(Math.log1p(count) * scale));
}
