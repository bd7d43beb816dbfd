// What happened during a run, as thin labelled lines over a chart of time.
import uPlot from "uplot";
import type { Mark, MarkKind } from "../record";
import { colour } from "../theme";
import { groupMarks, placeLabels } from "./mark-groups";

const ALARMING: ReadonlySet<MarkKind> = new Set(["worker_lost", "generator_saturated"]);

export function drawMarks(plot: uPlot, marks: Mark[]): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const placed = marks
    .map(({ at, kind, text }) => ({ x: plot.valToPos(at, "x", true), text, alarms: ALARMING.has(kind) }))
    .filter(({ x }) => x >= bbox.left - 1 && x <= bbox.left + bbox.width + 1);
  ctx.save();
  ctx.font = `${10 * ratio}px system-ui, sans-serif`;
  // The axes leave their own alignment behind.
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  ctx.lineWidth = ratio;
  ctx.setLineDash([2 * ratio, 2 * ratio]);
  const groups = groupMarks(placed, 4 * ratio);
  for (const { x, alarms } of groups) {
    ctx.strokeStyle = colour(alarms ? "red" : "muted");
    ctx.beginPath();
    ctx.moveTo(x, bbox.top - 3 * ratio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  const right = bbox.left + bbox.width;
  for (const { left, label, alarms } of placeLabels(groups, (label) => ctx.measureText(label).width, right, 8 * ratio)) {
    ctx.fillStyle = colour(alarms ? "red" : "muted");
    ctx.fillText(label, left, bbox.top - 4 * ratio);
  }
  ctx.restore();
}
