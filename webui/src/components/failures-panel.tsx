// Failures, the most frequent ones first as the server counts them.
import { formatCount, formatMoment } from "../format";
import type { Failure } from "../record";
import type { Column } from "../table";
import { DataTable } from "./data-table";

const COLUMNS: Column<Failure>[] = [
  {
    key: "occurrences",
    title: "# Failures",
    numeric: true,
    value: (failure) => failure.occurrences,
    text: (failure) => formatCount(failure.occurrences),
  },
  { key: "method", title: "Method", value: (failure) => failure.method ?? "" },
  { key: "name", title: "Name", value: (failure) => failure.name, wide: true },
  { key: "error", title: "Message", value: (failure) => failure.error, wide: true },
  {
    key: "first_seen",
    title: "First seen",
    width: 176,
    value: (failure) => failure.first_seen,
    text: (failure) => formatMoment(failure.first_seen),
  },
  {
    key: "last_seen",
    title: "Last seen",
    width: 176,
    value: (failure) => failure.last_seen,
    text: (failure) => formatMoment(failure.last_seen),
  },
];

interface FailuresPanelProps {
  failures: Failure[];
  leftOut: number;
  whole?: boolean;
}

export function FailuresPanel({ failures, leftOut, whole }: FailuresPanelProps) {
  if (failures.length === 0) return <p class="empty">No request has failed.</p>;
  return (
    <>
      <DataTable
        caption="Failures"
        columns={COLUMNS}
        rows={failures}
        keyOf={({ method, name, error }) => `${method} ${name} ${error}`}
        empty="No request has failed."
        whole={whole}
      />
      <LeftOut count={leftOut} what="failures" />
    </>
  );
}

export function LeftOut({ count, what }: { count: number; what: string }) {
  if (count === 0) return null;
  return (
    <p class="quiet">
      {formatCount(count)} rarer {what} are not listed; the CSV files have all of them.
    </p>
  );
}
