// Columns, order and filter of tables. Draws nothing.

export interface Column<Row> {
  key: string;
  title: string;
  /** What is sorted by. */
  value: (row: Row) => string | number | null | undefined;
  /** What is shown; the value itself if left out. */
  text?: (row: Row) => string;
  numeric?: boolean;
  wide?: boolean;
  /** In pixels, where the usual width does not fit. */
  width?: number;
  /** Tells a number that is a bad sign, so that it is drawn as one. */
  alarms?: (row: Row) => boolean;
  hint?: string;
}

const NARROW = 84;
const NARROWEST_WIDE = 190;

/** Wide columns share what is left of the table; the others keep their width whatever they hold. */
export function widthOf<Row>({ width, wide }: Column<Row>): number | undefined {
  return wide ? undefined : (width ?? NARROW);
}

/** Below this a table is scrolled sideways. */
export function leastWidth<Row>(columns: Column<Row>[]): number {
  return columns.reduce((sum, column) => sum + (widthOf(column) ?? NARROWEST_WIDE), 0);
}

export interface Order {
  key: string;
  descending: boolean;
}

/** First click: the column's natural order, second: the other way round, third: as the rows came. */
export function nextOrder(order: Order | null, key: string, numeric: boolean): Order | null {
  if (order?.key !== key) return { key, descending: numeric };
  return order.descending === numeric ? { key, descending: !numeric } : null;
}

export function sortRows<Row>(rows: Row[], columns: Column<Row>[], order: Order | null): Row[] {
  const column = columns.find(({ key }) => key === order?.key);
  if (!order || !column) return rows;
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((left, right) => compare(column.value(left), column.value(right), sign));
}

type Value = string | number | null | undefined;

/** What is not known comes last, whichever way round. */
function compare(left: Value, right: Value, sign: number): number {
  if (left === null || left === undefined) return right === null || right === undefined ? 0 : 1;
  if (right === null || right === undefined) return -1;
  if (typeof left === "string" || typeof right === "string") return sign * String(left).localeCompare(String(right));
  return sign * (left - right);
}

/** Which rows lie in the visible part of a list, with some on either side so that scrolling shows no gap. */
export function visibleRange(count: number, rowHeight: number, top: number, height: number): [number, number] {
  const spare = 8;
  const first = Math.max(0, Math.floor(top / rowHeight) - spare);
  return [first, Math.min(count, Math.ceil((top + height) / rowHeight) + spare)];
}
