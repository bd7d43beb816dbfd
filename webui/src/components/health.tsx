// Whether the generator kept up: a run whose generator was the limit says nothing about the service.
import { formatDuration } from "../format";
import type { Health, WorkerRow } from "../record";

export function HealthNote({ health }: { health: Health }) {
  const lag = formatDuration(health.resume_lag_p99_ms);
  const details = [
    `resume lag p50 ${formatDuration(health.resume_lag_p50_ms)}, p99 ${lag}, max ${formatDuration(health.resume_lag_max_ms)}`,
    `spawn lag p99 ${formatDuration(health.spawn_lag_p99_ms)}`,
    `CPU mean ${percent(health.cpu_percent_mean)}, max ${percent(health.cpu_percent_max)}`,
  ].join("; ");
  return (
    <span class={`health ${health.saturated ? "health-bad" : "health-good"}`} title={details}>
      <span class="health-dot" aria-hidden="true" />
      <b>generator {health.saturated ? "saturated" : "ok"}</b>
      {!health.saturated && <span>lag {lag}</span>}
      {!health.saturated && <span>CPU {percent(health.cpu_percent_max)}</span>}
    </span>
  );
}

function percent(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)} %`;
}

export function SaturatedBanner({ health, workers }: { health: Health; workers: WorkerRow[] }) {
  if (!health.saturated) return null;
  const saturated = workers.filter((worker) => worker.saturated);
  return (
    <div class="banner banner-bad" role="alert">
      <strong>The generator was the limit, not the service:</strong>{" "}
      {health.reason ?? "it did not keep up with its own users"}.{" "}
      {saturated.length > 0 && `${saturated.length} of ${workers.length} workers were saturated. `}
      Response times of this run include waiting in the generator; add workers or use fewer users per process.
    </div>
  );
}
