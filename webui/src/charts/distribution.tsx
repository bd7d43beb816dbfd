// How response times are spread, over a logarithmic axis, with the percentiles marked.
import { useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { percentilesOf, rowBeginMs, ROWS_PER_DOUBLING, rowsOf, totalOf } from "../buckets";
import { formatCount, formatDuration, formatPercent, percentileLabel } from "../format";
import type { Buckets } from "../record";
import { colour } from "../theme";
import { logTimeAxis, valueAxis } from "./axes";
import { Plot } from "./plot";

interface DistributionProps {
  buckets: Buckets;
  height?: number;
  /** What is counted, if not the whole run. */
  note?: string;
}

const MARKED = [0.5, 0.95, 0.99];

export function Distribution({ buckets, height = 190, note }: DistributionProps) {
  const [hovered, setHovered] = useState<number | null>(null);
  const rows = useMemo(() => rowsOf(buckets), [buckets]);
  const total = useMemo(() => totalOf(buckets), [buckets]);
  const marked = useMemo(() => percentilesOf(buckets, MARKED), [buckets]);
  const data = useMemo(() => dataOf(rows), [rows]);
  const latest = useRef({ marked, data });
  latest.current = { marked, data };

  const options = () => ({
    padding: [18, 26, 0, 0] as uPlot.Padding,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
    scales: {
      x: { time: false, range: () => edges(latest.current.data) },
      y: { range: (_plot: uPlot, _low: number, high: number): [number, number] => [0, (high || 1) * 1.08] },
    },
    axes: [logTimeAxis(formatDuration, 2), valueAxis(formatCount)],
    series: [{}, bars()],
    hooks: {
      draw: [(plot: uPlot) => drawPercentiles(plot, latest.current.marked)],
      setCursor: [(plot: uPlot) => setHovered(plot.cursor.idx ?? null)],
    },
  });

  const count = hovered === null ? undefined : rows.counts[hovered];
  return (
    <figure class="chart">
      <figcaption class="chart-head">
        <h3>Response-time distribution{note && <small> {note}</small>}</h3>
        <span class="chart-time">{count !== undefined && describe(rows.first + hovered!, count, total)}</span>
      </figcaption>
      <Plot
        label="Distribution of response times"
        options={options}
        data={data}
        structure="distribution"
        height={height}
      />
      {total === 0 && <p class="chart-empty">No response time has been measured yet.</p>}
      <p class="chart-note">
        {MARKED.map((fraction, i) => `${percentileLabel(fraction)} ${formatDuration(marked[i])}`).join(" · ")}
        {" · "}
        {formatCount(total)} requests
      </p>
    </figure>
  );
}

/** Bars lie at the middle of their row. */
function dataOf({ first, counts }: { first: number; counts: number[] }): uPlot.AlignedData {
  if (counts.length === 0) return [[Math.log2(1_000), Math.log2(1_000_000)], [null, null]];
  return [counts.map((_, i) => (first + i + 0.5) / ROWS_PER_DOUBLING), counts];
}

function edges([places]: uPlot.AlignedData): [number, number] {
  const half = 0.5 / ROWS_PER_DOUBLING;
  return [places[0]! - half, places[places.length - 1]! + half];
}

function bars(): uPlot.Series {
  return {
    stroke: colour("blue"),
    fill: `${colour("blue")}99`,
    width: 0,
    points: { show: false },
    paths: uPlot.paths.bars!({ size: [1, Infinity], gap: 1 }),
  };
}

function drawPercentiles(plot: uPlot, percentiles: (number | null)[]): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.font = `${10 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  ctx.lineWidth = ratio;
  ctx.strokeStyle = ctx.fillStyle = colour("orange");
  let free = -Infinity;
  percentiles.forEach((ms, i) => {
    if (ms === null) return;
    const x = plot.valToPos(Math.log2(ms * 1000), "x", true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top - 3 * ratio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const label = percentileLabel(MARKED[i]!);
    if (x < free) return;
    ctx.fillText(label, x, bbox.top - 4 * ratio);
    free = x + ctx.measureText(label).width + 6 * ratio;
  });
  ctx.restore();
}

function describe(row: number, count: number, total: number): string {
  const times = `${formatDuration(rowBeginMs(row))} to ${formatDuration(rowBeginMs(row + 1))}`;
  return `${times} · ${formatCount(count)} requests · ${formatPercent(total ? count / total : 0)}`;
}
