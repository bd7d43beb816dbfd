// How response times were spread at each moment: columns of time, a logarithmic axis of response time, colour for
// how many. One small picture is computed, a pixel per cell, and stretched over the plot.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { ROWS_PER_DOUBLING, rowBeginMs } from "../buckets";
import { formatCount, formatDuration, formatTime } from "../format";
import type { Mark, Timeline } from "../record";
import { theme, type Theme } from "../theme";
import { logTimeAxis, timeAxis } from "./axes";
import { shadeOf, shades } from "./heat-colours";
import { cellAt, heatGrid, type HeatCell, type HeatGrid } from "./heat-grid";
import { drawMarks } from "./marks";
import { Plot } from "./plot";
import { timeCursor, zoomTo } from "./time-chart";
import { shownSpan, type TimeWindow } from "./time-window";

interface HeatMapProps {
  timeline: Timeline;
  marks: Mark[];
  window: TimeWindow;
  height?: number;
}

const MOST_COLUMNS = 360;

export function HeatMap({ timeline, marks, window, height = 230 }: HeatMapProps) {
  const span = shownSpan(window);
  const grid = useMemo(() => heatGrid(timeline, span, MOST_COLUMNS), [timeline, span[0], span[1]]);
  const picture = useMemo(() => grid && paint(grid, theme.value), [grid, theme.value]);
  const [hovered, setHovered] = useState<HeatCell | null>(null);
  const latest = useRef({ grid, picture, marks, window });
  latest.current = { grid, picture, marks, window };
  const data = useMemo(() => momentsOf(grid, span), [grid]);

  const options = () => ({
    padding: [18, 26, 0, 0] as uPlot.Padding,
    legend: { show: false },
    cursor: { ...timeCursor(), points: { show: false } },
    scales: {
      x: { time: true, range: () => shownSpan(latest.current.window) as uPlot.Range.MinMax },
      y: { range: () => rowSpan(latest.current.grid) },
    },
    axes: [timeAxis(), logTimeAxis(formatDuration, 3)],
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: {
      // Over the grid, which would cut the picture into pieces.
      drawAxes: [(plot: uPlot) => drawPicture(plot, latest.current.grid, latest.current.picture)],
      draw: [(plot: uPlot) => drawMarks(plot, latest.current.marks)],
      setCursor: [(plot: uPlot) => setHovered(cellUnder(plot, latest.current.grid))],
      setSelect: [(plot: uPlot) => zoomTo(plot, latest.current.window)],
    },
  });

  return (
    <figure class="chart">
      <figcaption class="chart-head">
        <h3>Latency heat map</h3>
        <span class="chart-time">{hovered && describe(hovered)}</span>
      </figcaption>
      <Plot
        label="Heat map of response times over time"
        options={options}
        data={data}
        structure="heat"
        view={`${span} ${marks.length}`}
        height={height}
        onPlot={(plot) => plot?.over.addEventListener("dblclick", () => (latest.current.window.zoom.value = null))}
      />
      {!grid && <p class="chart-empty">No response time has been measured in this span.</p>}
      <Scale most={grid?.most ?? 0} seconds={grid?.columnSeconds ?? 1} theme={theme.value} />
    </figure>
  );
}

function momentsOf(grid: HeatGrid | null, span: readonly [number, number]): uPlot.AlignedData {
  if (!grid) return [[...span], [null, null]];
  const moments = Array.from({ length: grid.columns }, (_, i) => grid.start + (i + 0.5) * grid.columnSeconds);
  return [moments, moments.map(() => null)];
}

function rowSpan(grid: HeatGrid | null): [number, number] {
  if (!grid) return [Math.log2(1_000), Math.log2(1_000_000)];
  return [grid.firstRow / ROWS_PER_DOUBLING, (grid.firstRow + grid.rows) / ROWS_PER_DOUBLING];
}

function paint(grid: HeatGrid, theme: Theme): HTMLCanvasElement {
  const table = shades(theme);
  const canvas = document.createElement("canvas");
  canvas.width = grid.columns;
  canvas.height = grid.rows;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(grid.columns, grid.rows);
  const { data } = image;
  const shade = shadeOf(grid.most);
  for (let column = 0; column < grid.columns; column++) {
    for (let row = 0; row < grid.rows; row++) {
      const count = grid.counts[column * grid.rows + row]!;
      if (count === 0) continue;
      const from = shade(count) * 3;
      const pixel = ((grid.rows - 1 - row) * grid.columns + column) * 4;
      data[pixel] = table[from]!;
      data[pixel + 1] = table[from + 1]!;
      data[pixel + 2] = table[from + 2]!;
      data[pixel + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function drawPicture(plot: uPlot, grid: HeatGrid | null, picture: HTMLCanvasElement | null): void {
  if (!grid || !picture) return;
  const { ctx, bbox } = plot;
  const left = plot.valToPos(grid.start, "x", true);
  const right = plot.valToPos(grid.start + grid.columns * grid.columnSeconds, "x", true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(picture, left, bbox.top, right - left, bbox.height);
  ctx.restore();
}

function cellUnder(plot: uPlot, grid: HeatGrid | null): HeatCell | null {
  const { left = -1, top = -1 } = plot.cursor;
  if (!grid || left < 0 || top < 0) return null;
  return cellAt(grid, plot.posToVal(left, "x"), plot.posToVal(top, "y") * ROWS_PER_DOUBLING);
}

function describe({ from, to, row, count }: HeatCell): string {
  const times = `${formatDuration(rowBeginMs(row))} to ${formatDuration(rowBeginMs(row + 1))}`;
  return `${formatTime(from)} to ${formatTime(to)} · ${times} · ${formatCount(count)} requests`;
}

function Scale({ most, seconds, theme }: { most: number; seconds: number; theme: Theme }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    const table = shades(theme);
    for (let x = 0; x < 256; x++) {
      context.fillStyle = `rgb(${table.slice(x * 3, x * 3 + 3).join(",")})`;
      context.fillRect(x, 0, 1, 1);
    }
  }, [theme]);
  return (
    <div class="heat-scale">
      <span>1</span>
      <canvas ref={canvas} width="256" height="1" aria-hidden="true" />
      <span>
        {formatCount(Math.max(1, most))} requests per cell ({formatDuration(seconds * 1000)} wide), logarithmic
      </span>
    </div>
  );
}
