// A comparison of runs, as the page is given it, and what can be read off it. Draws nothing.
import { formatBytes, formatCount, formatDuration, formatPercent, formatRate, significant } from "./format";

export type Verdict = "pass" | "budget_broken" | "regression" | "inconclusive" | "invalid";
export type Outcome = "pass" | "fail" | "inconclusive" | "not_judged";
export type FindingKind = "validity" | "budget" | "regression" | "change";
export type Unit = "milliseconds" | "ratio" | "count" | "per_second" | "bytes";

/** In the page as gzip in base64, in `<script type="application/octet-stream" id="comparison">`. */
export interface Comparison {
  format: "katydid-comparison-1";
  title: string;
  verdict: Verdict;
  exit_code: number;
  head: RunFacts;
  bases: { name: string; facts: RunFacts }[];
  findings: Finding[];
  endpoints: ComparedEndpoint[];
}

export interface Endpoint {
  method: string;
  name: string;
}

export interface Finding {
  kind: FindingKind;
  outcome: Outcome;
  advisory: boolean;
  subject: string;
  endpoint: Endpoint | null;
  metric: string | null;
  unit: Unit | null;
  rule: string;
  measured: number | null;
  limit: number | null;
  compared: Compared | null;
  reason: string;
}

/** Above 1 is worse; for error rates (unit `ratio`) `ratio`, `low` and `high` are differences. */
export interface Compared {
  base: number | null;
  head: number | null;
  ratio: number | null;
  low: number | null;
  high: number | null;
  tolerance: number;
  samples: number;
  improved: boolean;
}

/** [milliseconds, count], from the least. */
export type Distribution = [number, number][];

export interface ComparedEndpoint {
  endpoint: Endpoint;
  base: Distribution;
  head: Distribution;
  ratios: QuantileRatio[];
  /** Greatest distance between the two cumulative curves, 0 to 1. */
  ks_distance: number | null;
}

export interface QuantileRatio {
  quantile: number;
  ratio: number | null;
  low: number | null;
  high: number | null;
}

export interface RunFacts {
  kind: "load_test" | "benchmark";
  tool: string;
  version: string;
  label: string | null;
  started_at: number;
  ended_at: number | null;
  ramp_done_at: number | null;
  locustfile: string;
  host: string | null;
  shape: string | null;
  level: string | null;
  tags: string[];
  seed: number | null;
  commit: string | null;
  branch: string | null;
  dirty: boolean;
  machine: Machine;
  target_user_count: number;
  peak_user_count: number;
  spawn_rate: number;
  run_time_seconds: number | null;
  target_requests: number | null;
  ended_early: boolean;
  window_seconds: number;
  generator: GeneratorFacts;
  rounding: number;
}

export interface Machine {
  cpu_model: string;
  cpu_count: number;
  memory_bytes: number;
  architecture: string;
  operating_system: string;
}

export interface GeneratorFacts {
  health: { saturated: boolean; reason: string | null; cpu_percent_max: number | null; resume_lag_p99_ms: number };
  saturated_workers: [string, string][];
  losses: string[];
  requests_in_doubt: number;
  share_out_of_time: number;
}

/** What became of a finding: its outcome, and apart from that whether it only advises or got better. */
export type Standing = "fail" | "unsure" | "warn" | "skip" | "better" | "pass";

/** The gravest first. */
export const STANDINGS: Standing[] = ["fail", "unsure", "warn", "skip", "better", "pass"];

export const STANDING_WORDS: Record<Standing, string> = {
  fail: "failed",
  unsure: "inconclusive",
  warn: "warned",
  skip: "not judged",
  better: "better",
  pass: "passed",
};

export const VERDICT_WORDS: Record<Verdict, string> = {
  pass: "Pass",
  budget_broken: "Budget broken",
  regression: "Regression",
  inconclusive: "Inconclusive",
  invalid: "Invalid",
};

export function standingOf({ outcome, advisory, compared }: Finding): Standing {
  switch (outcome) {
    case "fail":
      return advisory ? "warn" : "fail";
    case "inconclusive":
      return "unsure";
    case "not_judged":
      return "skip";
    case "pass":
      return compared?.improved ? "better" : "pass";
  }
}

/** Of all findings, where only some are there. What got better is among those that passed. */
export interface FindingCounts {
  passed: number;
  failed: number;
  warned: number;
  inconclusive: number;
  not_judged: number;
}

export function standingsOf(counts: FindingCounts, better: number): Record<Standing, number> {
  return {
    fail: counts.failed,
    unsure: counts.inconclusive,
    warn: counts.warned,
    skip: counts.not_judged,
    better,
    pass: counts.passed - better,
  };
}

export function countStandings(findings: Finding[]): Record<Standing, number> {
  const counts = { fail: 0, unsure: 0, warn: 0, skip: 0, better: 0, pass: 0 };
  for (const finding of findings) counts[standingOf(finding)] += 1;
  return counts;
}

/** The gravest first, and the order of the rules within one rank. */
export function gravestFirst(findings: Finding[]): Finding[] {
  const rank = (finding: Finding) => STANDINGS.indexOf(standingOf(finding));
  return [...findings].sort((left, right) => rank(left) - rank(right));
}

export function filterFindings(findings: Finding[], hidden: ReadonlySet<Standing>, text: string): Finding[] {
  const wanted = text.trim().toLowerCase();
  return findings.filter(
    (finding) =>
      !hidden.has(standingOf(finding)) &&
      (wanted === "" || `${finding.subject} ${finding.metric ?? ""} ${finding.reason}`.toLowerCase().includes(wanted)),
  );
}

/** A finding whose ratio can be drawn. */
export interface RatioRow {
  finding: Finding;
  ratio: number;
  low: number | null;
  high: number | null;
  tolerance: number;
}

/** The worst first. Error rates have a difference in place of a ratio, and no place on this axis. */
export function ratioRows(findings: Finding[]): RatioRow[] {
  const rows = findings.flatMap((finding) => {
    const { compared, unit } = finding;
    if (!compared || unit === "ratio" || !isPositive(compared.ratio)) return [];
    const { ratio, tolerance } = compared;
    const low = isPositive(compared.low) ? compared.low : null;
    const high = isPositive(compared.high) ? compared.high : null;
    return [{ finding, ratio, low, high, tolerance }];
  });
  return rows.sort((left, right) => right.ratio - left.ratio);
}

function isPositive(value: number | null): value is number {
  return value !== null && Number.isFinite(value) && value > 0;
}

export function endpointText({ method, name }: Endpoint): string {
  if (method === "" && name === "Aggregated") return "all requests";
  return method ? `${method} ${name}` : name;
}

export function isTotal({ method, name }: Endpoint): boolean {
  return method === "" && name === "Aggregated";
}

/** "+42 %", "−3.5 %", "× 12". */
export function ratioText(ratio: number | null): string {
  if (ratio === null) return "–";
  if (ratio >= 3) return `× ${significant(ratio)}`;
  return percentText(ratio - 1);
}

export function percentText(share: number): string {
  const percent = Math.abs(share) * 100;
  const digits = percent >= 9.95 || percent === 0 ? 0 : 1;
  const text = percent.toFixed(digits);
  const sign = Number(text) === 0 ? "±" : share < 0 ? "−" : "+";
  return `${sign}${text} %`;
}

/** How a finding changed: a ratio, or for error rates a difference in points. */
export function changeText({ compared, unit }: Finding): string {
  if (!compared || compared.ratio === null) return "";
  if (unit !== "ratio") return ratioText(compared.ratio);
  const points = compared.ratio * 100;
  return `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(2)} points`;
}

export function intervalText({ compared, unit }: Finding): string {
  if (!compared || compared.low === null || compared.high === null || unit === "ratio") return "";
  return `${ratioText(compared.low)} to ${ratioText(compared.high)}`;
}

export function valueText(value: number | null, unit: Unit | null): string {
  if (value === null) return "";
  switch (unit) {
    case "milliseconds":
      return formatDuration(value);
    case "ratio":
      return formatPercent(value);
    case "per_second":
      return `${formatRate(value)}/s`;
    case "bytes":
      return formatBytes(value);
    default:
      return formatCount(value);
  }
}

export function totalCount(distribution: Distribution): number {
  return distribution.reduce((sum, [, count]) => sum + count, 0);
}

/** The value at a fraction, by the same rule as the tool's: at position ⌊n·q⌋ counting from zero. */
export function quantileOf(distribution: Distribution, fraction: number): number | null {
  const total = totalCount(distribution);
  if (total === 0) return null;
  const rank = Math.min(Math.floor(total * fraction), total - 1);
  let before = 0;
  for (const [value, count] of distribution) {
    before += count;
    if (before > rank) return value;
  }
  return distribution[distribution.length - 1]![0];
}

/** The share of requests that took no longer. */
export function shareWithin(distribution: Distribution, value: number): number {
  const total = totalCount(distribution);
  if (total === 0) return 0;
  return totalCount(distribution.filter(([other]) => other <= value)) / total;
}

export interface Fact {
  title: string;
  /** The head first, then the bases. */
  values: string[];
  /** Whether the sides differ in what makes runs hard to compare. */
  differs: boolean;
}

interface FactRule {
  title: string;
  text: (facts: RunFacts) => string;
  /** Runs that are compared differ in it as a matter of course. */
  expected?: boolean;
}

const FACTS: FactRule[] = [
  { title: "Label", text: ({ label }) => label ?? "", expected: true },
  { title: "Commit", text: ({ commit, dirty }) => (commit ?? "").slice(0, 12) + (dirty ? " with changes" : ""), expected: true },
  { title: "Branch", text: ({ branch }) => branch ?? "", expected: true },
  { title: "Began", text: ({ started_at }) => momentText(started_at), expected: true },
  { title: "Duration", text: ({ started_at, ended_at }) => (ended_at === null ? "" : secondsText(ended_at - started_at)) },
  { title: "Tool", text: ({ tool, version }) => `${tool} ${version}`.trim() },
  { title: "Kind", text: ({ kind }) => kind.replace("_", " ") },
  { title: "Locustfile", text: ({ locustfile }) => locustfile },
  { title: "Host", text: ({ host }) => host ?? "" },
  { title: "Level", text: ({ level }) => level ?? "" },
  { title: "Load shape", text: ({ shape }) => shape ?? "" },
  { title: "Tags", text: ({ tags }) => tags.join(", ") },
  { title: "Users", text: ({ target_user_count }) => formatCount(target_user_count) },
  { title: "Most users", text: ({ peak_user_count }) => formatCount(peak_user_count) },
  { title: "Spawn rate", text: ({ spawn_rate }) => `${significant(spawn_rate)}/s` },
  { title: "Run time", text: ({ run_time_seconds }) => (run_time_seconds === null ? "" : secondsText(run_time_seconds)) },
  { title: "Requests asked for", text: ({ target_requests }) => (target_requests === null ? "" : formatCount(target_requests)) },
  { title: "Seed", text: ({ seed }) => (seed === null ? "" : String(seed)) },
  { title: "Processor", text: ({ machine }) => machine.cpu_model },
  { title: "Processors", text: ({ machine }) => (machine.cpu_count ? formatCount(machine.cpu_count) : "") },
  { title: "Memory", text: ({ machine }) => (machine.memory_bytes ? formatBytes(machine.memory_bytes) : "") },
  { title: "System", text: ({ machine }) => `${machine.operating_system} ${machine.architecture}`.trim() },
  { title: "Generator", text: ({ generator }) => generatorText(generator) },
  { title: "Losses", text: ({ generator }) => generator.losses.join("; ") },
  {
    title: "Requests in doubt",
    text: ({ generator }) => (generator.requests_in_doubt ? formatCount(generator.requests_in_doubt) : ""),
  },
  { title: "Rounding", text: ({ rounding }) => (rounding ? formatPercent(rounding) : "") },
];

function generatorText({ health, saturated_workers }: GeneratorFacts): string {
  if (health.saturated) return `saturated: ${health.reason ?? "no reason given"}`;
  if (saturated_workers.length > 0) return `${saturated_workers.length} workers saturated`;
  return "kept up";
}

/** Facts that at least one side knows. A second or so of difference in duration is none. */
export function factsOf(head: RunFacts, bases: RunFacts[]): Fact[] {
  const sides = [head, ...bases];
  return FACTS.map(({ title, text, expected }) => {
    const values = sides.map(text);
    return { title, values, differs: !expected && new Set(values).size > 1 };
  }).filter(({ values }) => values.some((value) => value !== ""));
}

function secondsText(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = seconds / 60;
  return minutes < 90 ? `${Math.round(minutes)} min` : `${significant(minutes / 60)} h`;
}

/** In UTC, so that the page says the same to everybody. */
function momentText(moment: number): string {
  if (!moment) return "";
  return `${new Date(moment * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
