// The charts of a run or of one endpoint: which series there are, and how they are computed from the record.
import { useMemo, useState } from "preact/hooks";
import { formatCount, formatDuration, formatRate, percentileLabel, significant } from "../format";
import type { Buckets, Gauges, Mark, Run, Timeline } from "../record";
import {
  CHART_PERCENTILES,
  distributionOf,
  finishedSlots,
  gaugeSeries,
  moments,
  percentileSeries,
  planSeries,
  rates,
} from "../timeline";
import { Distribution } from "./distribution";
import { HeatMap } from "./heat-map";
import { TimeChart, type TimeSeries } from "./time-chart";
import { shownSpan, type TimeWindow } from "./time-window";

const PERCENTILE_COLOURS: Record<number, string> = {
  0.5: "teal",
  0.75: "sky",
  0.9: "olive",
  0.95: "blue",
  0.99: "orange",
  0.999: "purple",
  1: "red",
};

export interface ChartedRun {
  run: Run;
  gauges: Gauges;
  marks: Mark[];
  plan: [number, number][];
  window: TimeWindow;
}

interface RequestChartsProps extends ChartedRun {
  timeline: Timeline;
  /** Until when the slots are complete. */
  until: number;
}

/** Requests, response times, heat map and distribution, of the whole run or of one endpoint. */
export function RequestCharts({ run, timeline, until, marks, window }: RequestChartsProps) {
  const count = finishedSlots(timeline, until);
  const at = useMemo(() => moments(timeline.start, timeline.step, count), [timeline.start, timeline.step, count]);
  const requestRates = useMemo(() => rates(timeline, count, 0), [timeline, count]);
  const failureRates = useMemo(() => rates(timeline, count, 1), [timeline, count]);
  const span = shownSpan(window);
  const buckets: Buckets = useMemo(() => distributionOf(timeline, span), [timeline, span[0], span[1]]);
  const [chosen, setChosen] = useState<number[]>(run.percentiles_to_chart);
  const percentiles = useMemo(
    () => chosen.map((fraction) => percentileLine(timeline, count, fraction)),
    [timeline, count, chosen],
  );
  const shared = { moments: at, marks, window };
  return (
    <>
      <TimeChart
        {...shared}
        title="Requests per second"
        format={formatRate}
        formatAxis={significant}
        series={[
          { label: "Requests/s", colour: "teal", values: requestRates, filled: true },
          { label: "Failures/s", colour: "red", values: failureRates },
        ]}
      />
      <TimeChart
        {...shared}
        title="Response times"
        format={formatDuration}
        series={percentiles}
        control={<PercentileChoice run={run} chosen={chosen} onChoose={setChosen} />}
      />
      <HeatMap timeline={timeline} marks={marks} window={window} />
      <Distribution buckets={buckets} note={window.zoom.value ? "of the span shown" : undefined} />
    </>
  );
}

function percentileLine(timeline: Timeline, count: number, fraction: number): TimeSeries {
  return {
    label: percentileLabel(fraction),
    colour: PERCENTILE_COLOURS[fraction] ?? "muted",
    values: percentileSeries(timeline, count, fraction),
  };
}

interface PercentileChoiceProps {
  run: Run;
  chosen: number[];
  onChoose: (percentiles: number[]) => void;
}

function PercentileChoice({ run, chosen, onChoose }: PercentileChoiceProps) {
  const offered = [...new Set([...CHART_PERCENTILES, ...run.percentiles_to_chart])].sort((a, b) => a - b);
  const toggle = (fraction: number) => {
    const next = chosen.includes(fraction) ? chosen.filter((one) => one !== fraction) : [...chosen, fraction];
    onChoose(next.sort((a, b) => a - b));
  };
  return (
    <div class="chips" role="group" aria-label="Percentiles shown">
      {offered.map((fraction) => (
        <button key={fraction} type="button" aria-pressed={chosen.includes(fraction)} onClick={() => toggle(fraction)}>
          {percentileLabel(fraction)}
        </button>
      ))}
    </div>
  );
}

/** Users beside what was planned, and how the generator itself was doing. */
export function GaugeCharts({ run, gauges, plan, marks, window }: ChartedRun) {
  const count = gauges.rows.length;
  const at = useMemo(() => moments(gauges.start, gauges.step, count), [gauges, count]);
  const users = useMemo(() => userLines(run, gauges, plan, at), [gauges, plan, at]);
  const generator = useMemo(() => generatorLines(gauges), [gauges]);
  const right = users.some((line) => line.onRight) ? formatCount : undefined;
  const shared = { moments: at, marks, window };
  return (
    <>
      <TimeChart {...shared} title="Users" format={formatCount} formatRight={right} series={users} />
      <TimeChart
        {...shared}
        title="Generator"
        format={(percent) => `${formatRate(percent)} %`}
        formatAxis={(percent) => `${significant(percent)} %`}
        formatRight={formatDuration}
        series={generator}
      />
    </>
  );
}

function userLines(run: Run, gauges: Gauges, plan: [number, number][], at: number[]): TimeSeries[] {
  const lines: TimeSeries[] = [
    { label: "Users", colour: "blue", values: gaugeSeries(gauges, "users"), filled: true },
    { label: "Target", colour: "muted", values: gaugeSeries(gauges, "target_users"), dashed: true },
  ];
  if (plan.length > 0 && run.started_at !== null) {
    lines.push({ label: "Plan", colour: "orange", values: planSeries(plan, run.started_at, at), dashed: true });
  }
  const workers = gaugeSeries(gauges, "workers");
  if (workers.some((count) => count)) {
    lines.push({ label: "Workers", colour: "purple", values: workers, onRight: true });
  }
  return lines;
}

function generatorLines(gauges: Gauges): TimeSeries[] {
  return [
    { label: "CPU", colour: "blue", values: gaugeSeries(gauges, "cpu_percent") },
    { label: "Lag", colour: "orange", values: gaugeSeries(gauges, "resume_lag_ms"), onRight: true },
  ];
}
