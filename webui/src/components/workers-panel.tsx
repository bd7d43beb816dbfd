// The workers of a master, and what was lost with those that went away.
import { formatBytes, formatCount, formatMs } from "../format";
import type { WorkerRow } from "../record";
import type { Column } from "../table";
import { DataTable } from "./data-table";

const COLUMNS: Column<WorkerRow>[] = [
  { key: "index", title: "#", numeric: true, width: 56, value: (worker) => worker.index },
  { key: "id", title: "Worker", value: (worker) => worker.id, wide: true },
  { key: "state", title: "State", value: (worker) => worker.state },
  {
    key: "user_count",
    title: "Users",
    numeric: true,
    value: (worker) => worker.user_count,
    text: (worker) => formatCount(worker.user_count),
  },
  {
    key: "cpu_percent",
    title: "CPU",
    numeric: true,
    value: (worker) => worker.cpu_percent,
    text: ({ cpu_percent }) => (cpu_percent === null ? "–" : `${Math.round(cpu_percent)} %`),
    alarms: ({ cpu_percent }) => (cpu_percent ?? 0) > 90,
  },
  {
    key: "memory_bytes",
    title: "Memory",
    numeric: true,
    value: (worker) => worker.memory_bytes,
    text: (worker) => formatBytes(worker.memory_bytes),
  },
  {
    key: "resume_lag_p99_ms",
    title: "Lag, 99 % (ms)",
    hint: "How late its Python thread took up finished requests",
    numeric: true,
    value: ({ resume_lag_p99_ms }) => resume_lag_p99_ms ?? null,
    text: ({ resume_lag_p99_ms }) => formatMs(resume_lag_p99_ms ?? null),
    alarms: ({ resume_lag_p99_ms }) => (resume_lag_p99_ms ?? 0) > 50,
  },
  {
    key: "last_seen_seconds",
    title: "Last seen",
    numeric: true,
    value: (worker) => worker.last_seen_seconds,
    text: ({ last_seen_seconds }) => (last_seen_seconds === null ? "–" : `${last_seen_seconds.toFixed(1)} s ago`),
    alarms: ({ last_seen_seconds }) => (last_seen_seconds ?? 0) > 3,
  },
  {
    key: "requests_in_doubt",
    title: "Requests in doubt",
    hint: "Requests that may have been sent and are not in the results",
    numeric: true,
    value: (worker) => worker.requests_in_doubt,
    text: (worker) => formatCount(worker.requests_in_doubt),
    alarms: (worker) => worker.requests_in_doubt > 0,
  },
  {
    key: "saturated",
    title: "Health",
    wide: true,
    value: (worker) => (worker.saturated ? (worker.reason ?? "saturated") : "ok"),
    alarms: (worker) => worker.saturated,
  },
];

interface WorkersPanelProps {
  workers: WorkerRow[];
  losses: string[];
  whole?: boolean;
}

export function WorkersPanel({ workers, losses, whole }: WorkersPanelProps) {
  return (
    <>
      {losses.length > 0 && (
        <section class="card losses" aria-label="Losses">
          <h2>Losses</h2>
          <ul>
            {losses.map((loss) => (
              <li key={loss}>{loss}</li>
            ))}
          </ul>
        </section>
      )}
      {workers.length === 0 ? (
        <p class="empty">
          No worker is connected. Start some with <code>katydid --worker --master-host HOST</code>.
        </p>
      ) : (
        <DataTable
          caption="Workers"
          columns={COLUMNS}
          rows={workers}
          keyOf={({ id }) => id}
          empty="No worker is connected."
          whole={whole}
        />
      )}
    </>
  );
}
