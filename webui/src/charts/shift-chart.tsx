// The response times of both sides over one logarithmic axis.
import { useMemo, useState } from "preact/hooks";
import { shareWithin, type ComparedEndpoint } from "../comparison";
import { formatDuration, formatPercent } from "../format";
import { cumulativeCurve, densityCurve, logAxis, type Curve, type LogAxis } from "./curves";
import { Frame, type Area, type Tick } from "./frame";
import { logSplits } from "./log-splits";

interface ShiftChartProps {
  compared: ComparedEndpoint;
  isCumulative: boolean;
  baseName: string;
}

/** Microseconds, in which the axes of all charts are split, for each millisecond. */
const LOG_OF_MILLISECOND = Math.log2(1_000);
const MOST_TICKS = 7;

export function ShiftChart({ compared: { base, head }, isCumulative, baseName }: ShiftChartProps) {
  const [pointed, setPointed] = useState<number | null>(null);
  const axis = useMemo(() => logAxis([base, head]), [base, head]);
  const curves = useMemo(() => {
    const curveOf = isCumulative ? cumulativeCurve : densityCurve;
    return { base: curveOf(base, axis), head: curveOf(head, axis) };
  }, [base, head, axis, isCumulative]);
  const top = isCumulative ? 1 : 1.08 * Math.max(...[...curves.base, ...curves.head].map(([, height]) => height), 1e-9);
  const ms = pointed === null ? null : 2 ** (axis.low + pointed * (axis.high - axis.low));
  return (
    <figure class="chart">
      <figcaption class="chart-head">
        <h3>{isCumulative ? "Requests within a time" : "Where response times lie"}</h3>
        <span class="chart-time">
          {ms !== null &&
            `within ${formatDuration(ms)}: ${formatPercent(shareWithin(base, ms))} before, ${formatPercent(shareWithin(head, ms))} now`}
        </span>
      </figcaption>
      <p class="shift-key">
        <span class="key-line key-base" aria-hidden="true" /> {baseName} <span class="key-line key-head" aria-hidden="true" /> this
        run
      </p>
      <Frame
        label={`Distributions of response times of ${baseName} and of this run`}
        height={230}
        across={timeTicks(axis)}
        up={isCumulative ? SHARES : []}
        onMove={setPointed}
      >
        {(area) => (
          <>
            {!isCumulative && <path class="shift-area" d={pathOf(curves.head, axis, top, area, true)} />}
            <path class="shift-base" d={pathOf(curves.base, axis, top, area)} />
            <path class="shift-head" d={pathOf(curves.head, axis, top, area)} />
            {pointed !== null && (
              <line class="frame-cursor" x1={area.x(pointed)} x2={area.x(pointed)} y1={area.y(1)} y2={area.y(0)} />
            )}
          </>
        )}
      </Frame>
    </figure>
  );
}

const SHARES: Tick[] = [0, 0.25, 0.5, 0.75, 1].map((share) => ({ at: share, text: `${share * 100} %` }));

function timeTicks({ low, high }: LogAxis): Tick[] {
  const splits = logSplits(low + LOG_OF_MILLISECOND, high + LOG_OF_MILLISECOND, MOST_TICKS);
  return splits.map((split) => ({
    at: (split - LOG_OF_MILLISECOND - low) / (high - low),
    text: formatDuration(Number((2 ** split / 1000).toPrecision(3))),
  }));
}

function pathOf(curve: Curve, { low, high }: LogAxis, top: number, area: Area, isClosed = false): string {
  if (curve.length === 0) return "";
  const points = curve.map(([at, height]) => {
    const across = area.x((at - low) / (high - low));
    return `${across.toFixed(1)},${area.y(height / top).toFixed(1)}`;
  });
  const line = `M${points.join("L")}`;
  return isClosed ? `${line}L${area.x(1).toFixed(1)},${area.y(0)}L${area.x(0).toFixed(1)},${area.y(0)}Z` : line;
}
