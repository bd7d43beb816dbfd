// The columns of the statistics table: Locust's, in its order.
import { formatBytes, formatCount, formatMs, formatRate, percentileNumber } from "./format";
import type { Entry } from "./record";
import type { Column } from "./table";

/** The name under which the server keeps a percentile may be "1.0" where a number is 1. */
export function percentileOfEntry(entry: Entry, fraction: number): number | null {
  const found = Object.entries(entry.percentiles).find(([name]) => Number(name) === fraction);
  return found?.[1] ?? null;
}

type TimeKey = "median_response_time" | "avg_response_time" | "min_response_time" | "max_response_time";

function timeColumn(key: TimeKey, title: string): Column<Entry> {
  return { key, title, numeric: true, value: (entry) => entry[key], text: (entry) => formatMs(entry[key]) };
}

function percentileColumn(fraction: number): Column<Entry> {
  return {
    key: `percentile_${fraction}`,
    title: `${percentileNumber(fraction)}%ile (ms)`,
    numeric: true,
    value: (entry) => percentileOfEntry(entry, fraction),
    text: (entry) => formatMs(percentileOfEntry(entry, fraction)),
  };
}

export function entryColumns(percentiles: number[]): Column<Entry>[] {
  return [
    { key: "method", title: "Type", width: 78, value: (entry) => entry.method ?? "" },
    { key: "name", title: "Name", value: (entry) => entry.name, wide: true },
    {
      key: "num_requests",
      title: "# Requests",
      numeric: true,
      width: 96,
      value: (entry) => entry.num_requests,
      text: (entry) => formatCount(entry.num_requests),
    },
    {
      key: "num_failures",
      title: "# Fails",
      numeric: true,
      value: (entry) => entry.num_failures,
      text: (entry) => formatCount(entry.num_failures),
      alarms: (entry) => entry.num_failures > 0,
    },
    timeColumn("median_response_time", "Median (ms)"),
    ...percentiles.map(percentileColumn),
    timeColumn("avg_response_time", "Average (ms)"),
    timeColumn("min_response_time", "Min (ms)"),
    timeColumn("max_response_time", "Max (ms)"),
    {
      key: "avg_content_length",
      title: "Average size",
      numeric: true,
      value: (entry) => entry.avg_content_length,
      text: (entry) => formatBytes(entry.avg_content_length),
    },
    {
      key: "current_rps",
      title: "Current RPS",
      numeric: true,
      value: (entry) => entry.current_rps,
      text: (entry) => formatRate(entry.current_rps),
    },
    {
      key: "current_fail_per_sec",
      title: "Current Failures/s",
      numeric: true,
      value: (entry) => entry.current_fail_per_sec,
      text: (entry) => formatRate(entry.current_fail_per_sec),
      alarms: (entry) => (entry.current_fail_per_sec ?? 0) > 0,
    },
  ];
}

/** All percentiles that were computed, for a table of their own. */
export function percentileColumns(entry: Entry): Column<Entry>[] {
  const fractions = Object.keys(entry.percentiles).map(Number).sort((left, right) => left - right);
  return [
    ...entryColumns([]).slice(0, 3),
    ...fractions.map((fraction) => ({
      ...percentileColumn(fraction),
      title: percentileTitle(fraction),
      width: 80,
    })),
  ];
}

function percentileTitle(fraction: number): string {
  return fraction === 1 ? "Max" : `${percentileNumber(fraction)}%ile`;
}

/** In a report what went on at its end says little: the mean of the run takes the place of the current rate. */
export function reportColumns(percentiles: number[]): Column<Entry>[] {
  return [
    ...entryColumns(percentiles).filter(({ key }) => !key.startsWith("current_")),
    {
      key: "total_rps",
      title: "RPS",
      numeric: true,
      value: (entry) => entry.total_rps,
      text: (entry) => formatRate(entry.total_rps),
    },
    {
      key: "total_fail_per_sec",
      title: "Failures/s",
      numeric: true,
      value: (entry) => entry.total_fail_per_sec,
      text: (entry) => formatRate(entry.total_fail_per_sec),
      alarms: (entry) => (entry.total_fail_per_sec ?? 0) > 0,
    },
  ];
}
