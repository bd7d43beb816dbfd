// A forest plot: each figure's ratio with its interval, on one logarithmic axis, beside what is tolerated.
import { useState } from "preact/hooks";
import { isBeyond, placeOf, ratioAxis, type RatioAxis } from "../charts/ratio-axis";
import { ratioText, standingOf, STANDING_WORDS, type Endpoint, type RatioRow } from "../comparison";
import { formatCount, significant } from "../format";

interface RatioPlotProps {
  rows: RatioRow[];
  /** Whether there is more than one base, so that rows need the rule beside their name. */
  ofMany: boolean;
  hasShift: (endpoint: Endpoint | null) => boolean;
  onChoose: (endpoint: Endpoint | null) => void;
}

/** More of them nobody reads at once; they are there for whoever asks. */
const FEW = 25;
const MOST_TICKS = 6;

export function RatioPlot({ rows, ofMany, hasShift, onChoose }: RatioPlotProps) {
  const [isWhole, setWhole] = useState(rows.length <= FEW);
  const shown = isWhole ? rows : rows.slice(0, FEW);
  const tolerance = Math.max(...rows.map((row) => row.tolerance));
  const ends = rows.flatMap(({ ratio, low, high }) => [low ?? ratio, ratio, high ?? ratio]);
  const axis = ratioAxis(ends, tolerance, MOST_TICKS);
  return (
    <div class="forest card">
      <p class="chart-note forest-key">
        The worst first. The line is the interval that holds the true ratio; in the shaded band lies what is tolerated. To
        the right of 1 is worse, also for throughput.
      </p>
      <div class="forest-axis" aria-hidden="true">
        <span class="forest-label" />
        <div class="forest-plot">
          {axis.ticks.map((tick) => (
            <span key={tick} class="forest-tick" style={{ left: percent(placeOf(axis, tick)) }}>
              {tickText(tick)}
            </span>
          ))}
        </div>
        <span class="forest-ratio" />
      </div>
      <ol class="forest-rows">
        {shown.map((row, i) => (
          <ForestRow
            key={i}
            row={row}
            axis={axis}
            ofMany={ofMany}
            onChoose={hasShift(row.finding.endpoint) ? () => onChoose(row.finding.endpoint) : undefined}
          />
        ))}
      </ol>
      {!isWhole && (
        <button type="button" class="button small-button forest-more" onClick={() => setWhole(true)}>
          Show all {formatCount(rows.length)}
        </button>
      )}
    </div>
  );
}

interface ForestRowProps {
  row: RatioRow;
  axis: RatioAxis;
  ofMany: boolean;
  onChoose?: () => void;
}

function ForestRow({ row: { finding, ratio, low, high, tolerance }, axis, ofMany, onChoose }: ForestRowProps) {
  const standing = standingOf(finding);
  const name = (
    <>
      <bdi class="forest-name">{finding.subject}</bdi> <b>{finding.metric}</b>
      {ofMany && <small>{finding.rule}</small>}
    </>
  );
  const interval = low !== null && high !== null ? `${ratioText(low)} to ${ratioText(high)}` : "no interval";
  return (
    <li class={`forest-row standing-${standing}`}>
      <span class="forest-label" title={`${finding.subject} ${finding.metric ?? ""}: ${finding.reason}`}>
        {onChoose ? (
          <button type="button" class="row-open" onClick={onChoose}>
            {name}
          </button>
        ) : (
          name
        )}
      </span>
      <div class="forest-plot" aria-hidden="true">
        {axis.ticks.map((tick) => (
          <span key={tick} class={tick === 1 ? "forest-one" : "forest-grid"} style={{ left: percent(placeOf(axis, tick)) }} />
        ))}
        <span class="forest-band" style={spanStyle(axis, 1 / (1 + tolerance), 1 + tolerance)} />
        {low !== null && high !== null && <span class="forest-line" style={spanStyle(axis, low, high)} />}
        <span
          class={`mark mark-${standing}${isBeyond(axis, ratio) ? " beyond" : ""}`}
          style={{ left: percent(placeOf(axis, ratio)) }}
        />
      </div>
      <span class="forest-ratio" title={interval}>
        {ratioText(ratio)}
        <span class="hidden">
          {" "}
          ({interval}), {STANDING_WORDS[standing]}
        </span>
      </span>
    </li>
  );
}

function spanStyle(axis: RatioAxis, low: number, high: number): { left: string; right: string } {
  return { left: percent(placeOf(axis, low)), right: percent(1 - placeOf(axis, high)) };
}

function percent(place: number): string {
  return `${(place * 100).toFixed(2)}%`;
}

function tickText(tick: number): string {
  return tick < 0.1 ? "1/16" : significant(tick);
}
