// Axes that all charts have in common.
import type uPlot from "uplot";
import { formatDate, formatTime } from "../format";
import { colour } from "../theme";
import { logSplits } from "./log-splits";

const FONT = "11px system-ui, sans-serif";
/** The same for every chart, so that moments lie below each other. */
export const AXIS_WIDTH = 58;
const SECONDS_PER_DAY = 86_400;

export function timeAxis(): uPlot.Axis {
  return {
    ...look(),
    space: (plot) => (plot.width < 420 ? 48 : 74),
    size: 26,
    values: (_plot, splits, _index, _space, increment) =>
      splits.map((moment, i) => {
        if (increment >= SECONDS_PER_DAY) return formatDate(moment);
        const isNewDay = i > 0 && formatDate(moment) !== formatDate(splits[i - 1]!);
        return isNewDay ? formatDate(moment).slice(5) : formatTime(moment, increment < 60);
      }),
  };
}

export function valueAxis(format: (value: number) => string, scale = "y", side: 1 | 3 = 3): uPlot.Axis {
  const axis = { ...look(), scale, side, size: AXIS_WIDTH, space: 34 };
  if (side === 1) axis.grid = { ...axis.grid, show: false };
  return { ...axis, values: (_plot, splits) => splits.map((value) => (value === null ? null : format(value))) };
}

/** An axis of response times whose values are logarithms (base 2) of microseconds. */
export function logTimeAxis(format: (ms: number) => string, side: 2 | 3): uPlot.Axis {
  return {
    ...look(),
    side,
    scale: side === 2 ? "x" : "y",
    size: side === 2 ? 26 : AXIS_WIDTH,
    splits: (plot, _index, low, high) => logSplits(low, high, side === 2 ? Math.floor(plot.width / 70) : 5),
    values: (_plot, splits) => splits.map((value) => format(Number((2 ** value / 1000).toPrecision(3)))),
  };
}

function look(): uPlot.Axis {
  return {
    stroke: colour("muted"),
    font: FONT,
    gap: 4,
    grid: { stroke: colour("grid"), width: 1 },
    ticks: { show: false },
    border: { show: false },
  };
}
