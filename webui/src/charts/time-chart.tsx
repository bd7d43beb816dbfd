// Lines over time. Knows nothing of requests: it gets moments, series and marks.
import type { ComponentChildren } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { formatTime } from "../format";
import type { Mark } from "../record";
import { colour } from "../theme";
import { timeAxis, valueAxis } from "./axes";
import { Legend } from "./legend";
import { drawMarks } from "./marks";
import { Plot } from "./plot";
import { chooseSpan, shownSpan, type TimeWindow } from "./time-window";

export interface TimeSeries {
  label: string;
  /** A colour of the theme. */
  colour: string;
  values: (number | null)[];
  dashed?: boolean;
  filled?: boolean;
  /** Drawn against the axis on the right. */
  onRight?: boolean;
}

export interface TimeChartProps {
  title: string;
  moments: number[];
  series: TimeSeries[];
  marks: Mark[];
  window: TimeWindow;
  format: (value: number) => string;
  formatRight?: (value: number) => string;
  /** Of the axis, if its numbers are rounder than measured ones. */
  formatAxis?: (value: number) => string;
  /** Beside the title. */
  control?: ComponentChildren;
  height?: number;
  empty?: string;
}

/** Moments beyond which there is more than one to a pixel or so. */
const DENSE = 600;

/** Charts with this key show the pointer of each other. */
const CURSOR_KEY = "time";

export function TimeChart(props: TimeChartProps) {
  const { title, moments, series, marks, window, format, formatRight, height = 190 } = props;
  const plot = useRef<uPlot | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const [alone, setAlone] = useState<string | null>(null);
  // The plot outlives a rendering; what it calls has to see the newest properties.
  const latest = useRef(props);
  latest.current = props;

  const labels = series.map((one) => one.label).join("|");
  const isShown = (one: TimeSeries) => alone === null || alone === one.label || !labels.split("|").includes(alone);
  const data = useMemo(
    () => [moments, ...series.map((one) => one.values)] as uPlot.AlignedData,
    [moments, ...series.map((one) => one.values), series.length],
  );

  const options = () => ({
    padding: [18, formatRight ? 0 : 26, 0, 0] as uPlot.Padding,
    legend: { show: false },
    cursor: timeCursor(),
    scales: {
      x: { time: true, range: () => shownSpan(latest.current.window) as uPlot.Range.MinMax },
      y: { range: fromZero },
      ...(formatRight ? { right: { range: fromZero } } : {}),
    },
    axes: [timeAxis(), valueAxis(props.formatAxis ?? format), ...(formatRight ? [valueAxis(formatRight, "right", 1)] : [])],
    series: [{}, ...series.map((one) => ({ ...lineOf(one), show: isShown(one) }))],
    hooks: {
      draw: [(drawn: uPlot) => drawMarks(drawn, latest.current.marks)],
      setCursor: [(moved: uPlot) => setHovered(moved.cursor.idx ?? null)],
      setSelect: [(selected: uPlot) => zoomTo(selected, latest.current.window)],
    },
  });

  const pick = (index: number) => {
    const label = series[index]!.label;
    const next = alone === label ? null : label;
    setAlone(next);
    series.forEach((one, i) => plot.current?.setSeries(i + 1, { show: next === null || next === one.label }));
  };
  const at = hovered !== null && hovered < moments.length ? hovered : moments.length - 1;
  const span = shownSpan(window);

  return (
    <figure class="chart">
      <figcaption class="chart-head">
        <h3>{title}</h3>
        <time class="chart-time">{hovered !== null && moments[at] ? formatTime(moments[at]) : ""}</time>
        {props.control}
      </figcaption>
      <Plot
        label={`${title} over time`}
        options={options}
        data={data}
        structure={`${labels} ${moments.length > DENSE}`}
        view={`${span} ${marks.length}`}
        height={height}
        onPlot={(made) => {
          plot.current = made;
          made?.over.addEventListener("dblclick", () => (latest.current.window.zoom.value = null));
        }}
      />
      {moments.length === 0 && <p class="chart-empty">{props.empty ?? "Nothing has been measured yet."}</p>}
      <Legend
        onPick={pick}
        items={series.map((one) => ({
          label: one.label,
          colour: one.colour,
          dashed: one.dashed,
          shown: isShown(one),
          text: textOf(one.values[at], one.onRight && formatRight ? formatRight : format),
        }))}
      />
    </figure>
  );
}

function textOf(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? "–" : format(value);
}

function lineOf(series: TimeSeries): uPlot.Series {
  const stroke = colour(series.colour);
  return {
    label: series.label,
    scale: series.onRight ? "right" : "y",
    stroke,
    // Where lines run up and down at every pixel a thin one shows more, and takes a third of the time to draw.
    width: series.values.length > DENSE ? 1 : 1.5,
    dash: series.dashed ? [5, 4] : undefined,
    fill: series.filled ? `${stroke}22` : undefined,
    // A single measurement between two gaps is no line; a point makes it visible.
    points: { show: (plot, index) => plot.data[index]!.length < 3, size: 5 },
    spanGaps: false,
  };
}

const fromZero: uPlot.Range.Function = (_plot, _low, high) => [0, (high > 0 ? high : 1) * 1.08];

export function timeCursor(): uPlot.Cursor {
  return {
    drag: { x: true, y: false, setScale: false, dist: 6 },
    // Only the pointer's place is shared; a selection in one chart is worked out once, there.
    sync: {
      key: CURSOR_KEY,
      setSeries: false,
      scales: ["x", null],
      filters: { pub: (type) => type === "mousemove" || type === "mouseleave", sub: () => true },
    },
    y: false,
    // A rim, so that a point is seen on a line of its own colour.
    points: { size: 9, width: 2, stroke: () => colour("surface"), fill: (plot, index) => strokeOf(plot, index) },
    bind: { dblclick: () => () => null },
  };
}

function strokeOf(plot: uPlot, index: number): string {
  const { stroke } = plot.series[index]!;
  return String(typeof stroke === "function" ? stroke(plot, index) : stroke);
}

export function zoomTo(plot: uPlot, window: TimeWindow): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  chooseSpan(window, plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

