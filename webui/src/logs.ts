// Log lines and their levels. Does not draw.

export const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;
export type Level = (typeof LEVELS)[number];

export interface LogLine {
  text: string;
  level: Level;
}

const LEVEL = /\b(DEBUG|INFO|WARNING|ERROR|CRITICAL)\b/;

/** Lines with their levels; a line that names none (of a traceback) belongs to the one before. */
export function withLevels(lines: string[]): LogLine[] {
  let level: Level = "INFO";
  return lines.map((text) => {
    level = (LEVEL.exec(text.slice(0, 160))?.[1] as Level | undefined) ?? level;
    return { text, level };
  });
}

export function filterLines(lines: LogLine[], lowest: Level, search: string): LogLine[] {
  const from = LEVELS.indexOf(lowest);
  const wanted = search.trim().toLowerCase();
  return lines.filter(
    ({ text, level }) => LEVELS.indexOf(level) >= from && (wanted === "" || text.toLowerCase().includes(wanted)),
  );
}
