// The table of endpoints with its filter and its choice of columns.
import { useMemo } from "preact/hooks";
import { formatCount } from "../format";
import type { Entry } from "../record";
import type { Column } from "../table";
import type { TableView } from "../table-view";
import { ColumnChooser } from "./column-chooser";
import { DataTable } from "./data-table";

interface StatsTableProps {
  entries: Entry[];
  total: Entry;
  columns: Column<Entry>[];
  view: TableView;
  selected: number | null;
  onSelect?: (entry: Entry) => void;
  whole?: boolean;
}

export function StatsTable({ entries, total, columns, view, selected, onSelect, whole }: StatsTableProps) {
  const filter = view.filter.value;
  const hidden = view.hidden.value;
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
          onInput={(event) => (view.filter.value = event.currentTarget.value)}
        />
        <span class="quiet" role="status">
          {filter ? `${formatCount(rows.length)} of ${formatCount(entries.length)}` : formatCount(entries.length)}{" "}
          endpoints
        </span>
        <ColumnChooser columns={columns} hidden={hidden} onChange={(next) => (view.hidden.value = next)} />
      </div>
      <DataTable
        caption="Requests by endpoint"
        columns={shown}
        rows={rows}
        order={view.order}
        keyOf={(entry) => entry.id}
        pinned={total}
        selected={selected}
        onSelect={onSelect}
        whole={whole}
        empty={filter ? "No endpoint matches the filter." : "No request has been made yet; endpoints appear here as users call them."}
      />
    </>
  );
}

function filterEntries(entries: Entry[], filter: string): Entry[] {
  const wanted = filter.trim().toLowerCase();
  if (wanted === "") return entries;
  return entries.filter(({ name, method }) => `${method ?? ""} ${name}`.toLowerCase().includes(wanted));
}
