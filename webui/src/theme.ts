// Dark or light: what was chosen, else what the browser prefers. The style sheets hold the colours.
import { effect, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const KEY = "katydid-theme";
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

/** Storage may be forbidden, as in a report that is opened from a disk. */
function remembered(): Theme | null {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === "light" || theme === "dark" ? theme : null;
  } catch {
    return null;
  }
}

const preferred = (): Theme => (prefersDark.matches ? "dark" : "light");

export const theme = signal<Theme>(remembered() ?? preferred());

export function toggleTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // It then lasts as long as the page.
  }
}

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

prefersDark.addEventListener("change", () => {
  if (remembered() === null) theme.value = preferred();
});

/** Paper is white: whatever is drawn for it is drawn in light colours. */
let beforePrint: Theme | null = null;
addEventListener("beforeprint", () => {
  beforePrint = theme.peek();
  theme.value = "light";
});
addEventListener("afterprint", () => {
  if (beforePrint) theme.value = beforePrint;
});

/** A colour of the present theme, for a canvas. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
