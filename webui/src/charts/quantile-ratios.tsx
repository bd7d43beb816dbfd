// How many times worse each quantile is: whether only the tail moved, or everything.
import { ratioText, type QuantileRatio } from "../comparison";
import { percentileLabel, significant } from "../format";
import { ninesOf } from "./curves";
import { Frame, type Area, type Tick } from "./frame";
import { placeOf, ratioAxis, type RatioAxis } from "./ratio-axis";

interface Point {
  quantile: number;
  ratio: number;
  low: number;
  high: number;
}

const MOST_TICKS = 6;
/** Labels nearer than this would overlap on a phone. */
const NEAREST = 0.11;

export function QuantileRatios({ ratios }: { ratios: QuantileRatio[] }) {
  const points = pointsOf(ratios);
  return (
    <figure class="chart">
      <figcaption class="chart-head">
        <h3>Ratio at each quantile</h3>
        <span class="chart-time">above 1 is slower</span>
      </figcaption>
      {points.length === 0 ? <p class="quiet">There are too few requests to compare quantiles.</p> : <Drawing points={points} />}
    </figure>
  );
}

function Drawing({ points }: { points: Point[] }) {
  const axis = ratioAxis(points.flatMap(({ low, ratio, high }) => [low, ratio, high]), 0.02, MOST_TICKS);
  const least = ninesOf(points[0]!.quantile);
  const range = Math.max(1e-9, ninesOf(points[points.length - 1]!.quantile) - least);
  const at = (quantile: number) => (points.length === 1 ? 0.5 : 0.03 + (0.94 * (ninesOf(quantile) - least)) / range);
  const label = points.map(({ quantile, ratio }) => `${percentileLabel(quantile)} ${ratioText(ratio)}`).join(", ");
  return (
    <Frame label={`Ratio by quantile: ${label}`} height={258} across={quantileTicks(points, at)} up={ratioTicks(axis)}>
      {(area) => (
        <>
          <path class="ratio-area" d={bandOf(points, at, axis, area)} />
          <line class="ratio-one" x1={area.x(0)} x2={area.x(1)} y1={area.y(placeOf(axis, 1))} y2={area.y(placeOf(axis, 1))} />
          <path class="shift-head" d={`M${points.map(({ quantile, ratio }) => spot(area, at(quantile), placeOf(axis, ratio))).join("L")}`} />
          {points.length <= 24 &&
            points.map(({ quantile, ratio }) => (
              <circle key={quantile} class="ratio-dot" cx={area.x(at(quantile))} cy={area.y(placeOf(axis, ratio))} r="3.5">
                <title>{`${percentileLabel(quantile)}: ${ratioText(ratio)}`}</title>
              </circle>
            ))}
        </>
      )}
    </Frame>
  );
}

function pointsOf(ratios: QuantileRatio[]): Point[] {
  return ratios
    .flatMap(({ quantile, ratio, low, high }) =>
      ratio !== null && ratio > 0 ? [{ quantile, ratio, low: low && low > 0 ? low : ratio, high: high ?? ratio }] : [],
    )
    .sort((left, right) => left.quantile - right.quantile);
}

function quantileTicks(points: Point[], at: (quantile: number) => number): Tick[] {
  const ticks: Tick[] = [];
  for (const { quantile } of points) {
    const place = at(quantile);
    if (ticks.every((other) => Math.abs(other.at - place) >= NEAREST)) ticks.push({ at: place, text: percentileLabel(quantile) });
  }
  return ticks;
}

function ratioTicks(axis: RatioAxis): Tick[] {
  return axis.ticks.map((tick) => ({ at: placeOf(axis, tick), text: significant(tick) }));
}

function bandOf(points: Point[], at: (quantile: number) => number, axis: RatioAxis, area: Area): string {
  const above = points.map(({ quantile, high }) => spot(area, at(quantile), placeOf(axis, high)));
  const below = points.map(({ quantile, low }) => spot(area, at(quantile), placeOf(axis, low))).reverse();
  return `M${[...above, ...below].join("L")}Z`;
}

function spot(area: Area, across: number, up: number): string {
  return `${area.x(across).toFixed(1)},${area.y(up).toFixed(1)}`;
}
