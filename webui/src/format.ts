// Numbers and moments as text. Widths stay steady, so that a table does not jump while it is updated.

const NONE = "–";

/** Milliseconds for a table: enough digits to compare, no more. */
export function formatMs(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NONE;
  if (ms < 10) return ms.toFixed(ms === 0 ? 0 : ms < 0.1 ? 3 : ms < 1 ? 2 : 1);
  return groupDigits(Math.round(ms));
}

/** A duration with its unit: µs, ms or s. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NONE;
  if (ms === 0) return "0 ms";
  if (ms < 0.1) return `${significant(ms * 1000)} µs`;
  if (ms < 1000) return `${significant(ms)} ms`;
  return `${significant(ms / 1000)} s`;
}

/** Three significant digits without trailing zeros. */
export function significant(value: number): string {
  if (Math.abs(value) >= 100) return groupDigits(Math.round(value));
  return String(Number(value.toPrecision(value >= 1 ? 3 : 2)));
}

export function formatCount(count: number | null | undefined): string {
  return count === null || count === undefined ? NONE : groupDigits(Math.round(count));
}

export function formatRate(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined) return NONE;
  return perSecond >= 1000 ? groupDigits(Math.round(perSecond)) : perSecond.toFixed(perSecond >= 100 ? 0 : 1);
}

export function formatPercent(fraction: number | null | undefined): string {
  if (fraction === null || fraction === undefined) return NONE;
  const percent = fraction * 100;
  if (percent === 0 || percent === 100) return `${percent} %`;
  // A failure among a million requests must not look like none.
  if (percent < 0.01) return "< 0.01 %";
  if (percent > 99.99) return "> 99.99 %";
  return `${percent.toFixed(percent < 1 ? 2 : 1)} %`;
}

export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return NONE;
  let value = bytes;
  for (const unit of ["B", "kB", "MB"]) {
    if (value < 1000) return `${unit === "B" ? Math.round(value) : significant(value)} ${unit}`;
    value /= 1000;
  }
  return `${significant(value)} GB`;
}

export function groupDigits(value: number): string {
  // A narrow space: commas and points mean different things to different readers.
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** "50", "99.9"; from 0.5, 0.999. */
export function percentileNumber(fraction: number): string {
  return String(Number((fraction * 100).toFixed(4)));
}

export function percentileLabel(fraction: number): string {
  return fraction === 1 ? "max" : `p${percentileNumber(fraction)}`;
}

/** How long something took or has been going on: 0:07, 12:30, 6:00:00. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  const tail = `${hours ? pad(minutes % 60) : minutes}:${pad(whole % 60)}`;
  return hours ? `${hours}:${tail}` : tail;
}

/** Hours, minutes and seconds of a moment, in the reader's time zone. */
export function formatTime(moment: number, withSeconds = true): string {
  const date = new Date(moment * 1000);
  const minutes = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  return withSeconds ? `${minutes}:${pad(date.getSeconds())}` : minutes;
}

export function formatDate(moment: number): string {
  const date = new Date(moment * 1000);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

export function formatMoment(moment: number | null | undefined): string {
  return moment === null || moment === undefined ? NONE : `${formatDate(moment)} ${formatTime(moment)}`;
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
