// What a reader of a report wants to know first.
import type { ComponentChildren } from "preact";
import { percentileOfEntry } from "../entry-columns";
import { formatClock, formatCount, formatDuration, formatMoment, formatPercent, formatRate } from "../format";
import type { Run, RunRecord } from "../record";

export function ReportTitle({ run }: { run: Run }) {
  const duration = run.started_at === null ? null : (run.ended_at ?? run.now) - run.started_at;
  const facts = [
    run.locustfile,
    run.profile && `profile ${run.profile}`,
    run.shape && `shape ${run.shape}`,
    run.started_at !== null && formatMoment(run.started_at),
    duration !== null && `${formatClock(duration)} long`,
  ].filter(Boolean);
  return (
    <div class="report-title">
      <h1>{run.host || run.locustfile || "Load test"}</h1>
      <p class="quiet">{facts.join(" · ")}</p>
    </div>
  );
}

export function SummaryTiles({ record }: { record: RunRecord }) {
  const { total, run } = record;
  const failed = total.num_requests > 0 ? total.num_failures / total.num_requests : 0;
  return (
    <dl class="tiles">
      <Tile label="Requests">{formatCount(total.num_requests)}</Tile>
      <Tile label="Failures" tone={failed > 0 ? "bad" : "good"} note={`${formatCount(total.num_failures)} requests`}>
        {formatPercent(failed)}
      </Tile>
      <Tile label="Requests per second" note="mean of the run">
        {formatRate(total.total_rps)}
      </Tile>
      <Tile label="Median">{formatDuration(percentileOfEntry(total, 0.5) ?? total.median_response_time)}</Tile>
      <Tile label="95th percentile">{formatDuration(percentileOfEntry(total, 0.95))}</Tile>
      <Tile label="99th percentile">{formatDuration(percentileOfEntry(total, 0.99))}</Tile>
      <Tile label="Generator" tone={record.health.saturated ? "bad" : "good"} note={record.health.reason ?? undefined}>
        {record.health.saturated ? "saturated" : "kept up"}
      </Tile>
      <Tile label="Users" note={usersByClass(run)}>
        {formatCount(Math.max(run.target_user_count, run.user_count))}
      </Tile>
    </dl>
  );
}

function usersByClass(run: Run): string | undefined {
  const classes = Object.entries(run.user_classes).filter(([, count]) => count > 0);
  return classes.length ? classes.map(([name, count]) => `${count} ${name}`).join(", ") : undefined;
}

interface TileProps {
  label: string;
  tone?: "good" | "bad";
  note?: string;
  children: ComponentChildren;
}

function Tile({ label, tone, note, children }: TileProps) {
  return (
    <div class={`tile card${tone ? ` tile-${tone}` : ""}`}>
      <dt>{label}</dt>
      <dd>
        {children}
        {note && <small title={note}>{note}</small>}
      </dd>
    </div>
  );
}

export function Settings({ run }: { run: Run }) {
  const given = Object.entries(run.settings).filter(([, value]) => value !== null);
  if (given.length === 0) return <p class="quiet">No options were given.</p>;
  return (
    <dl class="settings">
      {given.map(([name, value]) => (
        <div key={name}>
          <dt>{name.replaceAll("_", " ")}</dt>
          <dd>{String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

export function GeneratorHealth({ record: { health } }: { record: RunRecord }) {
  const percent = (value: number | null) => (value === null ? "–" : `${Math.round(value)} %`);
  const figures: [string, string][] = [
    ["verdict", health.saturated ? "saturated" : "kept up"],
    ["CPU mean", percent(health.cpu_percent_mean)],
    ["CPU max", percent(health.cpu_percent_max)],
    ["resume lag p50", formatDuration(health.resume_lag_p50_ms)],
    ["resume lag p99", formatDuration(health.resume_lag_p99_ms)],
    ["resume lag max", formatDuration(health.resume_lag_max_ms)],
    ["spawn lag p99", formatDuration(health.spawn_lag_p99_ms)],
  ];
  return (
    <dl class="settings">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
