// The record of a run as the server tells it: `docs/live-data.md` as types. Draws and computes nothing.

import type { Finding, FindingCounts, Verdict } from "./comparison";

/** Pairs of bucket and count, sorted by bucket. */
export type Buckets = number[];

export type Slot = [requests: number, failures: number, buckets: Buckets];

export interface Timeline {
  start: number;
  step: number;
  slots: (Slot | null)[];
}

export type GaugeRow = [
  users: number | null,
  target_users: number | null,
  cpu_percent: number | null,
  resume_lag_ms: number | null,
  workers: number | null,
];

export interface Gauges {
  start: number;
  step: number;
  rows: (GaugeRow | null)[];
}

export type ChangedSlot = [begin: number, requests: number, failures: number, buckets: Buckets];

export interface ChangedSlots {
  step: number;
  changed: ChangedSlot[];
}

export type ChangedGauge = [begin: number, ...row: GaugeRow];

export interface ChangedGauges {
  step: number;
  changed: ChangedGauge[];
}

export type RunState = "ready" | "spawning" | "running" | "cleanup" | "stopping" | "stopped" | "missing";

export interface Run {
  version: string;
  number: number;
  locustfile: string | null;
  host: string | null;
  profile: string | null;
  shape: string | null;
  state: RunState;
  started_at: number | null;
  ended_at: number | null;
  now: number;
  run_time_seconds: number | null;
  user_count: number;
  target_user_count: number;
  spawn_rate: number | null;
  user_classes: Record<string, number>;
  percentiles_to_chart: number[];
  percentiles_to_statistics: number[];
  settings: Record<string, string | number | boolean | null>;
}

export interface Health {
  saturated: boolean;
  reason: string | null;
  resume_lag_p50_ms: number | null;
  resume_lag_p99_ms: number | null;
  resume_lag_max_ms: number | null;
  spawn_lag_p99_ms: number | null;
  cpu_percent_mean: number | null;
  cpu_percent_max: number | null;
}

export type PhaseName = "dns" | "connect" | "tls" | "waiting" | "receiving";

export interface Phase {
  count: number;
  total_ms: number;
  max_ms: number;
}

export interface Entry {
  id: number;
  method: string | null;
  name: string;
  num_requests: number;
  num_none_requests: number;
  num_failures: number;
  median_response_time: number | null;
  avg_response_time: number | null;
  min_response_time: number | null;
  max_response_time: number | null;
  avg_content_length: number | null;
  current_rps: number | null;
  current_fail_per_sec: number | null;
  total_rps: number | null;
  total_fail_per_sec: number | null;
  percentiles: Record<string, number | null>;
  phases: Partial<Record<PhaseName, Phase>>;
  distribution?: Buckets;
  timeline?: Timeline;
}

export type MarkKind =
  | "test_start"
  | "ramp_done"
  | "stage"
  | "worker_joined"
  | "worker_lost"
  | "reset"
  | "generator_saturated"
  | "test_stop";

export interface Mark {
  at: number;
  kind: MarkKind;
  text: string;
}

export interface Failure {
  method: string | null;
  name: string;
  error: string;
  occurrences: number;
  first_seen: number | null;
  last_seen: number | null;
}

export interface TaskException {
  count: number;
  message: string;
  traceback: string;
  nodes: string[];
}

export interface RatioNode {
  ratio: number;
  tasks?: Ratio;
}
export type Ratio = Record<string, RatioNode>;

export interface Ratios {
  per_class: Ratio;
  total: Ratio;
}

export interface WorkerRow {
  id: string;
  index: number;
  state: RunState;
  user_count: number;
  cpu_percent: number | null;
  memory_bytes: number | null;
  last_seen_seconds: number | null;
  requests_in_doubt: number;
  /** Missing from workers that do not say. */
  resume_lag_p99_ms?: number | null;
  saturated: boolean;
  reason: string | null;
}

export interface RunRecord {
  format: string;
  run: Run;
  health: Health;
  total: Entry;
  entries: Entry[];
  gauges: Gauges | null;
  marks: Mark[];
  plan: [seconds: number, users: number][];
  failures: Failure[];
  failures_left_out: number;
  exceptions: TaskException[];
  exceptions_left_out: number;
  ratio: Ratios | null;
  workers: WorkerRow[];
  losses: string[];
  /** What the run came to, if it was held against anything. */
  judgement?: Judgement;
}

/** The gravest findings first. */
export interface Judgement {
  verdict: Verdict;
  counts: FindingCounts;
  findings: Finding[];
  findings_left_out: number;
}

export interface Counts {
  failures: number;
  exceptions: number;
  warnings: number;
  errors: number;
}

export interface TickEvent {
  run: Run;
  health: Health;
  total: Entry;
  entries: Entry[];
  slots: ChangedSlots | null;
  gauges: ChangedGauges | null;
  marks: Mark[];
  workers: WorkerRow[];
  losses: string[];
  counts: Counts;
}

export interface EntryEvent {
  entry: Entry;
  slots: ChangedSlots | null;
}

export interface RowsEvent<Row> {
  rows: Row[];
  left_out: number;
}

export interface Logs {
  master: string[];
  workers: Record<string, string[]>;
}
