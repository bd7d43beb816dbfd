// Which columns a table shows.
import { useEffect, useRef } from "preact/hooks";
import type { Column } from "../table";

interface ColumnChooserProps<Row> {
  columns: Column<Row>[];
  hidden: ReadonlySet<string>;
  onChange: (hidden: ReadonlySet<string>) => void;
}

export function ColumnChooser<Row>({ columns, hidden, onChange }: ColumnChooserProps<Row>) {
  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    onChange(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") (event.currentTarget as HTMLDetailsElement).open = false;
  };
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      if (menu.current && !menu.current.contains(event.target as Node)) menu.current.open = false;
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, []);
  return (
    <details class="menu" ref={menu} onKeyDown={onKeyDown}>
      <summary class="button">Columns</summary>
      <div class="menu-body" role="group" aria-label="Columns shown">
        {columns.map(({ key, title }) => (
          <label key={key}>
            <input type="checkbox" checked={!hidden.has(key)} disabled={key === "name"} onChange={() => toggle(key)} />
            {title}
          </label>
        ))}
      </div>
    </details>
  );
}
