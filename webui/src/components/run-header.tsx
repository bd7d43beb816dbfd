// What is always in sight: what is tested, its state, its load, and what can be done about it.
import type { ComponentChildren } from "preact";
import { formatClock, formatCount, formatPercent, formatRate } from "../format";
import type { Entry, Health, Run, WorkerRow } from "../record";
import { HealthNote } from "./health";
import { StatePill } from "./state-pill";
import { ThemeButton } from "./theme-button";
import { Wordmark } from "./wordmark";

interface RunHeaderProps {
  run: Run;
  total: Entry;
  health: Health;
  workers: WorkerRow[];
  isDistributed: boolean;
  actions: ComponentChildren;
  logoutUrl?: string;
}

export function RunHeader({ run, total, health, workers, isDistributed, actions, logoutUrl }: RunHeaderProps) {
  const failureRatio = total.num_requests > 0 ? total.num_failures / total.num_requests : 0;
  const present = workers.filter(({ state }) => state !== "missing").length;
  return (
    <header class="run-header">
      <div class="identity">
        <Wordmark version={run.version} />
        <h1 class="target" title={run.host ?? undefined}>
          {run.host || run.locustfile || "no host"}
        </h1>
        <StatePill state={run.state} />
      </div>
      <dl class="figures">
        <Figure label="Users" hint={usersByClass(run)} wide>
          {formatCount(run.user_count)}
          <small> / {formatCount(run.target_user_count)}</small>
        </Figure>
        <RequestRate run={run} total={total} />
        <Figure label="Failures" alarms={failureRatio > 0}>
          {formatPercent(failureRatio)}
        </Figure>
        {isDistributed && (
          <Figure label="Workers" alarms={present < workers.length}>
            {present}
            {present < workers.length && <small> / {workers.length}</small>}
          </Figure>
        )}
        <RunClock run={run} />
      </dl>
      <HealthNote health={health} />
      <div class="actions">
        {actions}
        {logoutUrl && (
          <form method="post" action={logoutUrl}>
            <button class="button">Log out</button>
          </form>
        )}
        <ThemeButton />
      </div>
    </header>
  );
}

/** After a run the current rate would be that of its last seconds, for ever; its mean says more. */
function RequestRate({ run, total }: { run: Run; total: Entry }) {
  const isOver = run.state === "stopped";
  return (
    <Figure label={isOver ? "Mean RPS" : "RPS"}>{formatRate((isOver ? total.total_rps : total.current_rps) ?? 0)}</Figure>
  );
}

function usersByClass(run: Run): string | undefined {
  const classes = Object.entries(run.user_classes).filter(([, count]) => count > 0);
  return classes.length > 0 ? classes.map(([name, count]) => `${count} ${name}`).join(", ") : undefined;
}

interface FigureProps {
  label: string;
  hint?: string;
  alarms?: boolean;
  wide?: boolean;
  children: ComponentChildren;
}

function Figure({ label, hint, alarms, wide, children }: FigureProps) {
  return (
    <div title={hint} class={`figure${alarms ? " alarm" : ""}${wide ? " figure-wide" : ""}`}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function RunClock({ run }: { run: Run }) {
  const elapsed = run.started_at === null ? 0 : (run.ended_at ?? run.now) - run.started_at;
  return (
    <Figure label="Time" wide>
      {formatClock(elapsed)}
      {run.run_time_seconds !== null && (
        <>
          <small> / {formatClock(run.run_time_seconds)}</small>
          <progress max={run.run_time_seconds} value={Math.min(elapsed, run.run_time_seconds)} aria-label="Run time" />
        </>
      )}
    </Figure>
  );
}
