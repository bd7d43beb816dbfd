// A tab that a locustfile adds: its table, asked for every two seconds while it is open.
import { useEffect, useState } from "preact/hooks";
import { fetchExtendedStats } from "../api";
import type { TemplateArgs } from "../template";
import type { Column } from "../table";
import { DataTable } from "./data-table";

type Row = Record<string, unknown>;

interface ExtendedPanelProps {
  tabKey: string;
  title: string;
  tables: NonNullable<TemplateArgs["extended_tables"]>;
}

const POLL_MS = 2_000;

export function ExtendedPanel({ tabKey, title, tables }: ExtendedPanelProps) {
  const rows = useExtendedRows(tabKey);
  const structure = tables.find(({ key }) => key === tabKey)?.structure ?? [];
  const columns: Column<Row>[] = structure.map(({ key, title }) => ({
    key,
    title,
    numeric: typeof rows[0]?.[key] === "number",
    value: (row) => valueOf(row[key]),
  }));
  return (
    <DataTable
      caption={title}
      columns={columns}
      rows={rows}
      keyOf={(row) => JSON.stringify(row)}
      empty="The locustfile has given no rows for this table yet."
    />
  );
}

function useExtendedRows(tabKey: string): Row[] {
  const [rows, setRows] = useState<Row[]>([]);
  useEffect(() => {
    let isOpen = true;
    const poll = async () => {
      const stats = await fetchExtendedStats().catch(() => null);
      if (isOpen && stats) setRows(stats.find(({ key }) => key === tabKey)?.data ?? []);
    };
    void poll();
    const timer = setInterval(() => void poll(), POLL_MS);
    return () => {
      isOpen = false;
      clearInterval(timer);
    };
  }, [tabKey]);
  return rows;
}

function valueOf(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  return typeof value === "number" || typeof value === "string" ? value : JSON.stringify(value);
}
