// The tabs of the live page and what is in each.
import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { GaugeCharts, RequestCharts, type ChartedRun } from "../charts/run-charts";
import { domainOf, type Span } from "../charts/time-window";
import { entryColumns } from "../entry-columns";
import type { Entry, Run } from "../record";
import * as store from "../store";
import type { Topic } from "../stream";
import { tableView } from "../table-view";
import type { TemplateArgs } from "../template";
import { emptyTimeline } from "../timeline";
import { zoom } from "../zoom";
import { DownloadsPanel } from "./downloads-panel";
import { EntryChooser } from "./entry-chooser";
import { EntryDetail } from "./entry-detail";
import { ExceptionsPanel } from "./exceptions-panel";
import { ExtendedPanel } from "./extended-panel";
import { FailuresPanel } from "./failures-panel";
import { LogsPanel } from "./logs-panel";
import { MarksList } from "./marks-list";
import { RatioPanel } from "./ratio-panel";
import { StatsTable } from "./stats-table";
import type { TabItem } from "./tabs";
import { WorkersPanel } from "./workers-panel";
import { ZoomNote } from "./zoom-note";

/** The keys are Locust's, as they stand in people's links. */
export function liveTabs(template: TemplateArgs, isDistributed: boolean): TabItem[] {
  return [
    { key: "stats", title: "Statistics" },
    { key: "charts", title: "Charts" },
    { key: "failures", title: "Failures" },
    { key: "exceptions", title: "Exceptions" },
    { key: "ratios", title: "Current ratio" },
    { key: "reports", title: "Download" },
    { key: "logViewer", title: "Logs" },
    ...(isDistributed ? [{ key: "workers", title: "Workers" }] : []),
    ...(template.extended_tabs ?? []),
  ];
}

const TOPIC_OF_TAB: Record<string, Topic> = {
  failures: "failures",
  exceptions: "exceptions",
  ratios: "ratio",
  logViewer: "logs",
};

export function topicsOf(tab: string): Topic[] {
  const topic = TOPIC_OF_TAB[tab];
  return topic ? [topic] : [];
}

export function LivePanel({ tab, template }: { tab: string; template: TemplateArgs }) {
  switch (tab) {
    case "stats":
      return <StatsPanel />;
    case "charts":
      return <ChartsPanel />;
    case "failures":
      return <FailuresPanel failures={store.failures.value.rows} leftOut={store.failures.value.left_out} />;
    case "exceptions":
      return <ExceptionsPanel exceptions={store.exceptions.value.rows} leftOut={store.exceptions.value.left_out} />;
    case "ratios":
      return <RatioPanel ratio={store.ratio.value} />;
    case "reports":
      return (
        <DownloadsPanel
          hasFullHistory={template.stats_history_enabled ?? false}
          extended={template.extended_csv_files ?? []}
        />
      );
    case "logViewer":
      return <LogsPanel logs={store.logs.value} />;
    case "workers":
      return <WorkersPanel workers={store.workers.value} losses={store.losses.value} />;
    default:
      return (
        <ExtendedPanel
          tabKey={tab}
          title={template.extended_tabs?.find(({ key }) => key === tab)?.title ?? tab}
          tables={template.extended_tables ?? []}
        />
      );
  }
}

const statsView = tableView();
/** The total needs no watching: its ticks tell all of it. */
const showsTotal = signal(false);

function StatsPanel() {
  const run = store.run.value!;
  const total = store.total.value!;
  const columns = useColumns(run.percentiles_to_statistics);
  const ofTotal = showsTotal.value ? { entry: total, timeline: store.timeline.value } : null;
  const detail = store.watchedId.value === null ? ofTotal : store.watched.value;
  const selected = store.watchedId.value ?? ofTotal?.entry.id ?? null;
  const select = (entry: Entry | null) => {
    const isTotal = entry?.id === total.id;
    showsTotal.value = isTotal;
    store.watchedId.value = isTotal || entry === null ? null : entry.id;
  };
  return (
    <div class={`stats-panel${detail ? " has-detail" : ""}`}>
      <StatsTable
        entries={store.entries.value}
        total={total}
        columns={columns}
        view={statsView}
        selected={selected}
        onSelect={(entry) => select(entry.id === selectedNow() ? null : entry)}
      />
      {detail && (
        <EntryDetail
          {...chartedRun(run)}
          key={detail.entry.id}
          entry={detail.entry}
          timeline={detail.timeline}
          until={completeUntil(run)}
          onClose={() => select(null)}
        />
      )}
    </div>
  );
}

/** Rows are not drawn anew for each click, so that what they call has to look for itself. */
function selectedNow(): number | null {
  return store.watchedId.peek() ?? (showsTotal.peek() ? store.total.peek()!.id : null);
}

/** The same list as long as the percentiles are the same: rows are drawn anew when their columns change. */
function useColumns(percentiles: number[]) {
  return useMemo(() => entryColumns(percentiles), [percentiles.join()]);
}

/** Of an endpoint that is still being asked for. */
const NOT_YET = emptyTimeline();

function ChartsPanel() {
  const run = store.run.value!;
  const charted = chartedRun(run);
  const id = store.watchedId.value;
  const watched = store.watched.value;
  const ofEntry = watched?.entry.id === id ? watched.timeline : NOT_YET;
  const timeline = id === null ? store.timeline.value : ofEntry;
  return (
    <>
      <div class="toolbar">
        <EntryChooser
          entries={store.entries.value}
          chosen={id}
          onChoose={(chosen) => (store.watchedId.value = chosen)}
        />
        <ZoomNote />
      </div>
      <div class="charts">
        <RequestCharts {...charted} timeline={timeline} until={completeUntil(run)} />
        <GaugeCharts {...charted} />
      </div>
      <MarksList marks={charted.marks} startedAt={run.started_at} />
    </>
  );
}

function chartedRun(run: Run): ChartedRun {
  return {
    run,
    gauges: store.gauges.value,
    marks: store.marks.value,
    plan: store.plan.value,
    window: { domain: domain(run), zoom },
  };
}

function domain(run: Run): Span {
  const start = run.started_at ?? store.timeline.value.start;
  return domainOf(start || run.now, run.ended_at ?? run.now);
}

/** Workers report every three seconds, and a report takes a moment. */
const REPORT_DELAY_SECONDS = 4;

/** Until when slots are complete; after the end of a run all of them are. */
function completeUntil(run: Run): number {
  if (run.state === "stopped" || run.state === "ready") return Infinity;
  return run.now - (store.workers.value.length > 0 ? REPORT_DELAY_SECONDS : 0);
}
