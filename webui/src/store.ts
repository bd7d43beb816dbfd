// What the live page knows of the run, kept up to date by the stream. Draws nothing.
import { batch, computed, effect, signal } from "@preact/signals";
import { fetchEntry, fetchRun } from "./api";
import type {
  Counts,
  Entry,
  EntryEvent,
  Failure,
  Gauges,
  Health,
  Logs,
  Mark,
  Ratios,
  RowsEvent,
  Run,
  RunRecord,
  TaskException,
  TickEvent,
  Timeline,
  WorkerRow,
} from "./record";
import { Stream, type EventName, type Topic } from "./stream";
import { emptyGauges, emptyTimeline, upsertGauges, upsertSlots } from "./timeline";

export interface Rows<Row> {
  rows: Row[];
  left_out: number;
}

/** An entry that is looked at closely. */
export interface Watched {
  entry: Entry;
  timeline: Timeline;
}

export type Connection = "connecting" | "open" | "lost";

export const connection = signal<Connection>("connecting");
export const run = signal<Run | null>(null);
export const health = signal<Health | null>(null);
export const total = signal<Entry | null>(null);
export const timeline = signal<Timeline>(emptyTimeline());
export const gauges = signal<Gauges>(emptyGauges());
export const marks = signal<Mark[]>([]);
export const plan = signal<[number, number][]>([]);
export const failures = signal<Rows<Failure>>({ rows: [], left_out: 0 });
export const exceptions = signal<Rows<TaskException>>({ rows: [], left_out: 0 });
export const ratio = signal<Ratios | null>(null);
export const logs = signal<Logs | null>(null);
export const workers = signal<WorkerRow[]>([]);
export const losses = signal<string[]>([]);
export const counts = signal<Counts>({ failures: 0, exceptions: 0, warnings: 0, errors: 0 });

const entriesById = signal<ReadonlyMap<number, Entry>>(new Map());
export const entries = computed(() => [...entriesById.value.values()].sort(byName));

/** The entry that is looked at, in the statistics and in the charts; `null` is the whole run. */
export const watchedId = signal<number | null>(null);
export const watched = signal<Watched | null>(null);
/** What the open tab shows beyond the ticks. */
export const topics = signal<Topic[]>([]);

function byName(left: Entry, right: Entry): number {
  return compareText(left.name, right.name) || compareText(left.method ?? "", right.method ?? "");
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Events that came while the run itself is still being asked for; they continue it. */
let waiting: [EventName, string][] | null = null;
let askAgain = false;

const stream = new Stream({
  opened: () => void loadRun(),
  lost: () => {
    connection.value = "lost";
    // An event stream does not tell why it failed; an ordinary request does, and finds its way to the login.
    void fetchRun().catch(() => undefined);
  },
  received: (name, data) => (waiting ? waiting.push([name, data]) : apply(name, data)),
});

export function connect(): void {
  stream.open({ entry: watchedId.peek(), topics: topics.peek() });
  effect(() => stream.change({ entry: watchedId.value, topics: topics.value }));
  effect(() => void loadWatched(watchedId.value));
}

async function loadRun(): Promise<void> {
  if (waiting) {
    askAgain = true;
    return;
  }
  waiting = [];
  try {
    const record = await fetchRun();
    batch(() => {
      applyRecord(record);
      connection.value = "open";
    });
  } catch {
    connection.value = "lost";
    setTimeout(() => void loadRun(), 2_000);
  }
  const events = waiting;
  waiting = null;
  if (askAgain) {
    askAgain = false;
    return loadRun();
  }
  events.forEach(([name, data]) => apply(name, data));
  void loadWatched(watchedId.peek());
}

async function loadWatched(id: number | null): Promise<void> {
  if (id === null) {
    watched.value = null;
    return;
  }
  try {
    const entry = await fetchEntry(id);
    if (watchedId.peek() === id) watched.value = { entry, timeline: entry.timeline ?? emptyTimeline() };
  } catch {
    // The entry is gone, as after a reset or with another process: the whole run is shown instead.
    if (watchedId.peek() === id) watchedId.value = null;
  }
}

function applyRecord(record: RunRecord): void {
  run.value = record.run;
  health.value = record.health;
  total.value = record.total;
  timeline.value = record.total.timeline ?? emptyTimeline();
  entriesById.value = new Map(record.entries.map((entry) => [entry.id, entry]));
  gauges.value = record.gauges ?? emptyGauges();
  marks.value = record.marks;
  plan.value = record.plan;
  failures.value = { rows: record.failures, left_out: record.failures_left_out };
  exceptions.value = { rows: record.exceptions, left_out: record.exceptions_left_out };
  ratio.value = record.ratio;
  workers.value = record.workers;
  losses.value = record.losses;
}

function apply(name: EventName, data: string): void {
  if (name === "run") return void loadRun();
  batch(() => APPLY[name](JSON.parse(data) as never));
}

const APPLY: Record<Exclude<EventName, "run">, (event: never) => void> = {
  tick: applyTick,
  entry: applyWatched,
  failures: (event: RowsEvent<Failure>) => (failures.value = event),
  exceptions: (event: RowsEvent<TaskException>) => (exceptions.value = event),
  ratio: (event: Ratios) => (ratio.value = event),
  logs: (event: Logs) => (logs.value = event),
};

function applyTick(tick: TickEvent): void {
  run.value = tick.run;
  health.value = tick.health;
  total.value = tick.total;
  if (tick.entries.length > 0) {
    const changed = new Map(entriesById.peek());
    for (const entry of tick.entries) changed.set(entry.id, entry);
    entriesById.value = changed;
  }
  if (tick.marks.length > 0) marks.value = withNewMarks(marks.peek(), tick.marks);
  workers.value = tick.workers;
  losses.value = tick.losses;
  counts.value = tick.counts;
  const grown = upsertSlots(timeline.peek(), tick.slots);
  if (grown) timeline.value = grown;
  const gauged = upsertGauges(gauges.peek(), tick.gauges);
  if (gauged) gauges.value = gauged;
  if (!grown || !gauged) void loadRun();
}

function applyWatched(event: EntryEvent): void {
  const before = watched.peek();
  if (before?.entry.id !== event.entry.id) return;
  const grown = upsertSlots(before.timeline, event.slots);
  if (grown) watched.value = { entry: event.entry, timeline: grown };
  else void loadWatched(event.entry.id);
}

/** While one connection takes over from another a mark may come twice. */
function withNewMarks(known: Mark[], more: Mark[]): Mark[] {
  const keys = new Set(known.map(keyOf));
  return [...known, ...more.filter((mark) => !keys.has(keyOf(mark)))].sort((left, right) => left.at - right.at);
}

function keyOf({ at, kind, text }: Mark): string {
  return `${at} ${kind} ${text}`;
}
