// The HTML report: one file with a record inside, that needs no server and no network.
import { render, type ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { GaugeCharts, RequestCharts } from "../charts/run-charts";
import { domainOf } from "../charts/time-window";
import { DataTable } from "../components/data-table";
import { EntryChooser } from "../components/entry-chooser";
import { PercentileList } from "../components/entry-detail";
import { ExceptionsPanel } from "../components/exceptions-panel";
import { FailuresPanel } from "../components/failures-panel";
import { FindingsTable } from "../components/findings-table";
import { SaturatedBanner } from "../components/health";
import { ZoomNote } from "../components/zoom-note";
import { MarksList } from "../components/marks-list";
import { Phases } from "../components/phases";
import { RatioPanel } from "../components/ratio-panel";
import { GeneratorHealth, ReportTitle, Settings, SummaryTiles } from "../components/report-summary";
import { StatePill } from "../components/state-pill";
import { StatsTable } from "../components/stats-table";
import { ThemeButton } from "../components/theme-button";
import { VerdictCard } from "../components/verdict-card";
import { WorkersPanel } from "../components/workers-panel";
import { Wordmark } from "../components/wordmark";
import { percentileColumns, reportColumns } from "../entry-columns";
import { unpackRecord } from "../packed-record";
import { formatCount } from "../format";
import type { Entry, Judgement, RunRecord } from "../record";
import { tableView } from "../table-view";
import { emptyGauges, emptyTimeline } from "../timeline";
import { zoom } from "../zoom";
import "../styles/all.css";
import "../styles/compare.css";

function Report({ record }: { record: RunRecord }) {
  const { run, total, entries } = record;
  const columns = useMemo(() => reportColumns(run.percentiles_to_statistics), []);
  const view = useMemo(tableView, []);
  const allPercentiles = useMemo(() => percentileColumns(total), []);
  return (
    <>
      <header class="run-header report-header">
        <Wordmark version={run.version} />
        <ReportTitle run={run} />
        {run.state !== "stopped" && <StatePill state={run.state} />}
        <div class="actions">
          <button type="button" class="button" onClick={() => download(record)}>
            Download the record
          </button>
          <ThemeButton />
        </div>
      </header>
      <SaturatedBanner health={record.health} workers={record.workers} />
      <main class="report">
        {record.judgement && <VerdictCard judged={record.judgement} />}
        <SummaryTiles record={record} />
        <Section title="Endpoints">
          <StatsTable entries={entries} total={total} columns={columns} view={view} selected={null} whole />
        </Section>
        <Section title="Response-time percentiles (ms)">
          <DataTable
            caption="Response-time percentiles by endpoint"
            columns={allPercentiles}
            rows={entries}
            keyOf={(entry) => entry.id}
            pinned={total}
            empty="No request has been made."
            whole
          />
        </Section>
        {record.judgement && <Findings judgement={record.judgement} />}
        <Charts record={record} />
        <MarksList marks={record.marks} startedAt={run.started_at} />
        <Section title="Failures">
          <FailuresPanel failures={record.failures} leftOut={record.failures_left_out} whole />
        </Section>
        <Section title="Exceptions">
          <ExceptionsPanel exceptions={record.exceptions} leftOut={record.exceptions_left_out} />
        </Section>
        {(record.workers.length > 0 || record.losses.length > 0) && (
          <Section title="Workers">
            <WorkersPanel workers={record.workers} losses={record.losses} whole />
          </Section>
        )}
        <Section title="Ratio of tasks">
          <RatioPanel ratio={record.ratio} />
        </Section>
        <div class="ratio-columns">
          <Section title="Generator">
            <GeneratorHealth record={record} />
          </Section>
          <Section title="Settings">
            <Settings run={run} />
          </Section>
        </div>
      </main>
    </>
  );
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="report-section">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Findings({ judgement: { findings, findings_left_out } }: { judgement: Judgement }) {
  return (
    <Section title="Findings">
      <FindingsTable findings={findings} />
      {findings_left_out > 0 && <p class="quiet">{formatCount(findings_left_out)} more that are less grave are not shown.</p>}
    </Section>
  );
}

function Charts({ record }: { record: RunRecord }) {
  const { run, total, entries, marks, plan } = record;
  const gauges = record.gauges ?? emptyGauges();
  const [chosen, setChosen] = useState<number | null>(null);
  const entry: Entry = entries.find(({ id }) => id === chosen) ?? total;
  const timeline = entry.timeline ?? emptyTimeline();
  const domain = domainOf(run.started_at ?? timeline.start, run.ended_at ?? run.now);
  const charted = { run, gauges, marks, plan, window: { domain, zoom } };
  return (
    <Section title="Charts">
      <div class="toolbar">
        <EntryChooser entries={entries} chosen={chosen} onChoose={setChosen} />
        <ZoomNote />
      </div>
      <div class="charts">
        <RequestCharts {...charted} timeline={timeline} until={Infinity} />
        <GaugeCharts {...charted} />
        <figure class="chart">
          <h3>Where the time went</h3>
          <Phases entry={entry} />
        </figure>
        <figure class="chart">
          <h3>Percentiles</h3>
          <PercentileList entry={entry} />
        </figure>
      </div>
    </Section>
  );
}

function download(record: RunRecord): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(record)], { type: "application/json" }));
  link.download = `katydid-run-${Math.round(record.run.started_at ?? record.run.now)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}

async function open(): Promise<void> {
  const page = document.getElementById("page")!;
  try {
    const record = await unpackRecord(document.getElementById("run-record")?.textContent ?? "");
    document.title = `Katydid: ${record.run.host || record.run.locustfile || "load test"}`;
    render(<Report record={record} />, page);
  } catch (error) {
    render(<p class="empty">The record in this report cannot be read: {String(error)}</p>, page);
  }
}

/** Paper cannot be unfolded. */
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details:not(.menu)")) folded.setAttribute("open", "");
});

void open();
