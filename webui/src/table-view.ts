// How a table is looked at. It outlives the table, so that going to another tab and back changes nothing.
import { signal, type Signal } from "@preact/signals";
import type { Order } from "./table";

export interface TableView {
  filter: Signal<string>;
  hidden: Signal<ReadonlySet<string>>;
  order: Signal<Order | null>;
}

export function tableView(): TableView {
  return { filter: signal(""), hidden: signal(new Set<string>()), order: signal(null) };
}
