// The tabs of the live page and what is in each.
import { useMemo } from "preact/hooks";
import { GaugeCharts, RequestCharts, type ChartedRun } from "../charts/run-charts";
import { domainOf, type Span } from "../charts/time-window";
import { entryColumns } from "../entry-columns";
import type { Run, Timeline } from "../record";
import * as store from "../store";
import type { Topic } from "../stream";
import type { TemplateArgs } from "../template";
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

function StatsPanel() {
  const run = store.run.value!;
  const columns = useColumns(run.percentiles_to_statistics);
  const watched = store.watched.value;
  return (
    <div class={`stats-panel${watched ? " has-detail" : ""}`}>
      <StatsTable
        entries={store.entries.value}
        total={store.total.value!}
        columns={columns}
        selected={store.watchedId.value}
        onSelect={(entry) => {
          const isOpen = store.watchedId.value === entry.id;
          store.watchedId.value = isOpen || entry === store.total.value ? null : entry.id;
        }}
      />
      {watched && (
        <EntryDetail
          {...chartedRun(run)}
          entry={watched.entry}
          timeline={watched.timeline}
          until={completeUntil(run)}
          onClose={() => (store.watchedId.value = null)}
        />
      )}
    </div>
  );
}

/** The same list as long as the percentiles are the same: rows are drawn anew when their columns change. */
function useColumns(percentiles: number[]) {
  return useMemo(() => entryColumns(percentiles), [percentiles.join()]);
}

function ChartsPanel() {
  const run = store.run.value!;
  const charted = chartedRun(run);
  const id = store.watchedId.value;
  const timeline: Timeline = id === null ? store.timeline.value : (store.watched.value?.timeline ?? store.timeline.value);
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
