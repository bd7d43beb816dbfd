// A table that can be sorted, and that draws only the rows in sight, so that thousands of them stay smooth.
import { useSignal, type Signal } from "@preact/signals";
import { Component } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { leastWidth, nextOrder, sortRows, visibleRange, widthOf, type Column, type Order } from "../table";

export interface DataTableProps<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string | number;
  /** Stays at the bottom, however the rows are sorted. */
  pinned?: Row;
  selected?: string | number | null;
  onSelect?: (row: Row) => void;
  empty: string;
  /** Kept outside, if the order is to outlive the table. */
  order?: Signal<Order | null>;
  /** Draws every row, as for paper. */
  whole?: boolean;
}

const ROW_HEIGHT = 32;
/** Below this many rows drawing all of them costs nothing. */
const FEW_ROWS = 60;

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, columns, rows, keyOf, pinned, selected, onSelect, whole } = props;
  const ownOrder = useSignal<Order | null>(null);
  const order = props.order ?? ownOrder;
  const scroller = useRef<HTMLDivElement>(null);
  const isLong = !whole && rows.length > FEW_ROWS;
  const [first, last] = useVisibleRows(scroller, rows.length, isLong);
  const sorted = sortRows(rows, columns, order.value);

  return (
    <div class={`table-scroll${whole ? " whole" : ""}`} ref={scroller} tabIndex={0} role="region" aria-label={caption}>
      <table class="data" style={{ minWidth: `${leastWidth(columns)}px` }} aria-rowcount={rows.length + (pinned ? 2 : 1)}>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.key} column={column} order={order.value} onOrder={(next) => (order.value = next)} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={first} columns={columns.length} />
          {sorted.slice(first, last).map((row, i) => (
            <TableRow
              key={keyOf(row)}
              row={row}
              columns={columns}
              index={first + i + 2}
              selected={selected !== undefined && selected === keyOf(row)}
              onSelect={onSelect}
            />
          ))}
          <Spacer rows={rows.length - last} columns={columns.length} />
          {rows.length === 0 && (
            <tr class="empty-row">
              <td colSpan={columns.length}>{props.empty}</td>
            </tr>
          )}
        </tbody>
        {pinned && rows.length > 0 && (
          <tfoot>
            <TableRow
              row={pinned}
              columns={columns}
              index={rows.length + 2}
              selected={selected !== undefined && selected === keyOf(pinned)}
              onSelect={onSelect}
            />
          </tfoot>
        )}
      </table>
    </div>
  );
}

/** First and last row to draw, as the table is scrolled and resized. */
function useVisibleRows(scroller: { current: HTMLDivElement | null }, count: number, isLong: boolean): [number, number] {
  const [view, setView] = useState({ top: 0, height: 900 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !isLong) return;
    const look = () => {
      // By whole rows: less than a row of scrolling changes nothing that is drawn.
      const top = Math.floor(element.scrollTop / ROW_HEIGHT) * ROW_HEIGHT;
      setView((view) =>
        view.top === top && view.height === element.clientHeight ? view : { top, height: element.clientHeight },
      );
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      observer.disconnect();
    };
  }, [isLong]);
  return isLong ? visibleRange(count, ROW_HEIGHT, view.top, view.height) : [0, count];
}

function Spacer({ rows, columns }: { rows: number; columns: number }) {
  if (rows <= 0) return null;
  return (
    <tr aria-hidden="true" class="spacer" style={{ height: `${rows * ROW_HEIGHT}px` }}>
      <td colSpan={columns} />
    </tr>
  );
}

interface HeadingProps<Row> {
  column: Column<Row>;
  order: Order | null;
  onOrder: (order: Order | null) => void;
}

function Heading<Row>({ column, order, onOrder }: HeadingProps<Row>) {
  const isSorted = order?.key === column.key;
  const direction = isSorted ? (order.descending ? "descending" : "ascending") : undefined;
  return (
    <th scope="col" class={cellClass(column)} style={widthStyle(widthOf(column))} aria-sort={direction}>
      <button
        type="button"
        class="sort"
        title={column.hint}
        onClick={() => onOrder(nextOrder(order, column.key, column.numeric ?? false))}
      >
        {column.title}
        <span class="sort-arrow" aria-hidden="true">
          {isSorted ? (order.descending ? "▼" : "▲") : ""}
        </span>
      </button>
    </th>
  );
}

function widthStyle(width: number | undefined): { width: string } | undefined {
  return width === undefined ? undefined : { width: `${width}px` };
}

function cellClass<Row>(column: Column<Row>): string {
  return column.numeric ? "numeric" : column.wide ? "wide" : "";
}

interface TableRowProps<Row> {
  row: Row;
  columns: Column<Row>[];
  index: number;
  selected: boolean;
  onSelect?: (row: Row) => void;
}

/** Is drawn again only if its row is another one: most endpoints of a long list do not change within a second. */
class TableRow<Row> extends Component<TableRowProps<Row>> {
  override shouldComponentUpdate(next: TableRowProps<Row>): boolean {
    const { row, columns, index, selected } = this.props;
    return row !== next.row || columns !== next.columns || index !== next.index || selected !== next.selected;
  }

  render({ row, columns, index, selected, onSelect }: TableRowProps<Row>) {
    return (
      <tr
        class={`${onSelect ? "selectable" : ""}${selected ? " selected" : ""}`}
        aria-rowindex={index}
        onClick={onSelect && (() => onSelect(row))}
      >
        {columns.map((column) => {
          const text = textOf(column, row);
          const alarms = column.alarms?.(row) ?? false;
          return (
            <td
              key={column.key}
              class={`${cellClass(column)}${alarms ? " alarm" : ""}`}
              title={column.numeric ? undefined : text}
            >
              {column.wide && onSelect ? <OpenButton text={text} isOpen={selected} onOpen={() => onSelect(row)} /> : text}
            </td>
          );
        })}
      </tr>
    );
  }
}

function textOf<Row>(column: Column<Row>, row: Row): string {
  return column.text ? column.text(row) : String(column.value(row) ?? "");
}

/** What a row does on a click the keyboard can do here. */
function OpenButton({ text, isOpen, onOpen }: { text: string; isOpen: boolean; onOpen: () => void }) {
  const open = (event: Event) => {
    event.stopPropagation();
    onOpen();
  };
  return (
    <button type="button" class="row-open" aria-expanded={isOpen} onClick={open}>
      {text}
    </button>
  );
}
