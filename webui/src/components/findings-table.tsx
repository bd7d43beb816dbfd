// All findings, to be sorted, and to be filtered by what became of them.
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import {
  changeText,
  countStandings,
  filterFindings,
  intervalText,
  standingOf,
  STANDINGS,
  STANDING_WORDS,
  valueText,
  type Finding,
  type Standing,
} from "../comparison";
import { formatCount } from "../format";
import type { Column } from "../table";
import { DataTable } from "./data-table";

interface Row {
  /** Place among the gravest. */
  rank: number;
  finding: Finding;
}

const COLUMNS: Column<Row>[] = [
  {
    key: "outcome",
    title: "Outcome",
    value: ({ rank }) => rank,
    text: ({ finding }) => STANDING_WORDS[standingOf(finding)],
    alarms: ({ finding }) => standingOf(finding) === "fail",
    width: 104,
  },
  { key: "subject", title: "Subject", value: ({ finding }) => finding.subject, wide: true },
  { key: "metric", title: "Metric", value: ({ finding }) => finding.metric, width: 90 },
  { key: "kind", title: "Kind", value: ({ finding }) => finding.kind, width: 92 },
  {
    key: "measured",
    title: "Measured",
    value: ({ finding }) => finding.measured ?? finding.compared?.head,
    text: ({ finding }) => valueText(finding.measured ?? finding.compared?.head ?? null, finding.unit),
    numeric: true,
  },
  {
    key: "base",
    title: "Base",
    value: ({ finding }) => finding.compared?.base,
    text: ({ finding }) => valueText(finding.compared?.base ?? null, finding.unit),
    numeric: true,
  },
  {
    key: "change",
    title: "Worse by",
    hint: "Above nothing is worse, whichever way the metric goes",
    value: ({ finding }) => worseBy(finding),
    text: ({ finding }) => changeText(finding),
    numeric: true,
    width: 112,
  },
  {
    key: "interval",
    title: "Interval",
    value: ({ finding }) => finding.compared?.low,
    text: ({ finding }) => intervalText(finding),
    numeric: true,
    width: 156,
  },
  { key: "reason", title: "Reason", value: ({ finding }) => finding.reason, wide: true },
];

/** Differences of error rates among the ratios: 0 is to one what 1 is to the other. */
function worseBy({ compared, unit }: Finding): number | null {
  if (!compared || compared.ratio === null) return null;
  return unit === "ratio" ? 1 + compared.ratio : compared.ratio;
}

export function FindingsTable({ findings }: { findings: Finding[] }) {
  const hidden = useSignal<ReadonlySet<Standing>>(new Set());
  const text = useSignal("");
  const counts = useMemo(() => countStandings(findings), [findings]);
  const ranks = useMemo(() => new Map(findings.map((finding, rank) => [finding, rank])), [findings]);
  const rows = useMemo(
    () => filterFindings(findings, hidden.value, text.value).map((finding) => ({ rank: ranks.get(finding)!, finding })),
    [findings, hidden.value, text.value],
  );
  const toggle = (standing: Standing) => {
    const next = new Set(hidden.value);
    if (!next.delete(standing)) next.add(standing);
    hidden.value = next;
  };
  return (
    <>
      <div class="toolbar" hidden={findings.length === 0}>
        <div class="chips" role="group" aria-label="Outcomes that are shown">
          {STANDINGS.filter((standing) => counts[standing] > 0).map((standing) => (
            <button
              key={standing}
              type="button"
              aria-pressed={!hidden.value.has(standing)}
              onClick={() => toggle(standing)}
            >
              <span class={`mark mark-${standing}`} aria-hidden="true" /> {formatCount(counts[standing])}{" "}
              {STANDING_WORDS[standing]}
            </button>
          ))}
        </div>
        <input
          type="search"
          placeholder="Filter by name, metric or reason"
          aria-label="Filter findings"
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
        <span class="quiet" role="status">
          {formatCount(rows.length)} of {formatCount(findings.length)}
        </span>
      </div>
      <DataTable
        caption="Findings"
        columns={COLUMNS}
        rows={rows}
        keyOf={({ rank }) => rank}
        empty={findings.length ? "No finding matches the filter." : "Nothing was judged."}
      />
    </>
  );
}
