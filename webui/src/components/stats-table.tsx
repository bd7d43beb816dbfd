// The table of endpoints with its filter and its choice of columns.
import { useMemo, useState } from "preact/hooks";
import { formatCount } from "../format";
import type { Entry } from "../record";
import type { Column } from "../table";
import { ColumnChooser } from "./column-chooser";
import { DataTable } from "./data-table";

interface StatsTableProps {
  entries: Entry[];
  total: Entry;
  columns: Column<Entry>[];
  selected: number | null;
  onSelect?: (entry: Entry) => void;
  whole?: boolean;
}

export function StatsTable({ entries, total, columns, selected, onSelect, whole }: StatsTableProps) {
  const [filter, setFilter] = useState("");
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(() => columns.filter(({ key }) => !hidden.has(key)), [columns, hidden]);
  const rows = useMemo(() => filterEntries(entries, filter), [entries, filter]);
  return (
    <>
      <div class="toolbar">
        <input
          type="search"
          placeholder="Filter by name or type"
          aria-label="Filter endpoints"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <span class="quiet" role="status">
          {filter ? `${formatCount(rows.length)} of ${formatCount(entries.length)}` : formatCount(entries.length)}{" "}
          endpoints
        </span>
        <ColumnChooser columns={columns} hidden={hidden} onChange={setHidden} />
      </div>
      <DataTable
        caption="Requests by endpoint"
        columns={shown}
        rows={rows}
        keyOf={(entry) => entry.id}
        pinned={total}
        selected={selected}
        onSelect={onSelect}
        whole={whole}
        empty={filter ? "No endpoint matches the filter." : "No request has been made yet."}
      />
    </>
  );
}

function filterEntries(entries: Entry[], filter: string): Entry[] {
  const wanted = filter.trim().toLowerCase();
  if (wanted === "") return entries;
  return entries.filter(({ name, method }) => `${method ?? ""} ${name}`.toLowerCase().includes(wanted));
}
