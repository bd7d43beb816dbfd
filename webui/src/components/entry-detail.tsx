// One endpoint looked at closely.
import { RequestCharts, type ChartedRun } from "../charts/run-charts";
import { formatCount, formatDuration, formatPercent, formatRate, percentileLabel } from "../format";
import type { Entry, Timeline } from "../record";
import { Phases } from "./phases";

interface EntryDetailProps extends ChartedRun {
  entry: Entry;
  timeline: Timeline;
  until: number;
  onClose: () => void;
}

export function EntryDetail({ entry, timeline, until, onClose, ...charted }: EntryDetailProps) {
  const failed = entry.num_requests > 0 ? entry.num_failures / entry.num_requests : 0;
  return (
    <section class="detail card" aria-label={`Details of ${entry.name}`}>
      <header class="detail-head">
        <h2>
          {entry.method && <span class="method">{entry.method}</span>} {entry.name}
        </h2>
        <p class="quiet">
          {formatCount(entry.num_requests)} requests · {formatRate(entry.total_rps)} per second ·{" "}
          <span class={failed > 0 ? "alarm" : ""}>{formatPercent(failed)} failed</span>
        </p>
        <button type="button" class="icon-button" aria-label="Close details" onClick={onClose}>
          ✕
        </button>
      </header>
      <div class="detail-grid">
        <div class="detail-side">
          <h3>Where the time went</h3>
          <Phases entry={entry} />
          <h3>Percentiles</h3>
          <PercentileList entry={entry} />
        </div>
        <div class="charts">
          <RequestCharts {...charted} timeline={timeline} until={until} />
        </div>
      </div>
    </section>
  );
}

export function PercentileList({ entry }: { entry: Entry }) {
  const percentiles = Object.entries(entry.percentiles).sort((left, right) => Number(left[0]) - Number(right[0]));
  return (
    <dl class="percentiles">
      {percentiles.map(([fraction, ms]) => (
        <div key={fraction}>
          <dt>{percentileLabel(Number(fraction))}</dt>
          <dd>{formatDuration(ms)}</dd>
        </div>
      ))}
    </dl>
  );
}
