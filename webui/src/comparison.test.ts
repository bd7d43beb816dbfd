import { expect, test } from "vitest";
import {
  changeText,
  countStandings,
  factsOf,
  filterFindings,
  gravestFirst,
  intervalText,
  percentText,
  quantileOf,
  ratioRows,
  ratioText,
  shareWithin,
  standingOf,
  standingsOf,
  type Compared,
  type Distribution,
  type Finding,
  type RunFacts,
} from "./comparison";

function finding(changes: Partial<Finding> = {}): Finding {
  return {
    kind: "regression",
    outcome: "pass",
    advisory: false,
    subject: "GET /cart",
    endpoint: { method: "GET", name: "/cart" },
    metric: "p95",
    unit: "milliseconds",
    rule: "within 5 %",
    measured: 100,
    limit: 105,
    compared: null,
    reason: "as before",
    ...changes,
  };
}

function compared(ratio: number | null, changes: Partial<Compared> = {}): Compared {
  return { base: 100, head: 100, ratio, low: null, high: null, tolerance: 0.05, samples: 900, improved: false, ...changes };
}

const facts: RunFacts = {
  kind: "load_test",
  tool: "katydid",
  version: "0.1.0",
  label: null,
  started_at: 1_767_225_600,
  ended_at: 1_767_226_200,
  ramp_done_at: null,
  locustfile: "locustfile.py",
  host: null,
  shape: null,
  level: "smoke",
  tags: [],
  seed: null,
  commit: "0123456789abcdef",
  branch: "main",
  dirty: false,
  machine: { cpu_model: "Sample", cpu_count: 4, memory_bytes: 16e9, architecture: "x86_64", operating_system: "linux" },
  target_user_count: 200,
  peak_user_count: 200,
  spawn_rate: 10,
  run_time_seconds: 600,
  target_requests: null,
  ended_early: false,
  window_seconds: 0,
  generator: {
    health: { saturated: false, reason: null, cpu_percent_max: null, resume_lag_p99_ms: 0 },
    saturated_workers: [],
    losses: [],
    requests_in_doubt: 0,
    share_out_of_time: 0,
  },
  rounding: 0,
};

test.each([
  [{ outcome: "fail" }, "fail"],
  [{ outcome: "fail", advisory: true }, "warn"],
  [{ outcome: "inconclusive" }, "unsure"],
  [{ outcome: "not_judged" }, "skip"],
  [{ outcome: "pass" }, "pass"],
  [{ outcome: "pass", compared: compared(0.8, { improved: true }) }, "better"],
] as [Partial<Finding>, string][])("%o counts as %s", (changes, standing) => {
  expect(standingOf(finding(changes))).toBe(standing);
});

test("the gravest comes first, and equals keep their order", () => {
  const findings = [
    finding({ subject: "a" }),
    finding({ subject: "b", outcome: "fail" }),
    finding({ subject: "c", outcome: "inconclusive" }),
    finding({ subject: "d", outcome: "fail" }),
  ];
  expect(gravestFirst(findings).map(({ subject }) => subject)).toEqual(["b", "d", "c", "a"]);
  expect(countStandings(findings)).toMatchObject({ fail: 2, unsure: 1, pass: 1, warn: 0 });
});

test("findings are filtered by what became of them and by text", () => {
  const findings = [finding({ subject: "GET /cart", outcome: "fail" }), finding({ subject: "POST /login" })];
  expect(filterFindings(findings, new Set(["pass"]), "")).toHaveLength(1);
  expect(filterFindings(findings, new Set(), "LOGIN")).toHaveLength(1);
  expect(filterFindings(findings, new Set(), "p95")).toHaveLength(2);
});

test("ratios that can be drawn, the worst first", () => {
  const rows = ratioRows([
    finding({ compared: compared(1.1) }),
    finding({ compared: compared(1.4, { low: 1.2, high: 1.7 }) }),
    finding({ compared: compared(null) }),
    finding({ compared: compared(0.02), unit: "ratio" }),
    finding(),
  ]);
  expect(rows.map(({ ratio }) => ratio)).toEqual([1.4, 1.1]);
  expect(rows[0]).toMatchObject({ low: 1.2, high: 1.7 });
});

test.each([
  [1.42, "+42 %"],
  [1.035, "+3.5 %"],
  [0.9, "−10 %"],
  [1, "±0 %"],
  [1.0001, "±0.0 %"],
  [12.34, "× 12.3"],
  [null, "–"],
])("a ratio of %s is %s", (ratio, text) => {
  expect(ratioText(ratio)).toBe(text);
});

test("error rates change by points", () => {
  const change = { unit: "ratio" as const, compared: compared(0.012, { low: 0.01, high: 0.02 }) };
  expect(changeText(finding(change))).toBe("+1.20 points");
  expect(intervalText(finding(change))).toBe("");
  expect(intervalText(finding({ compared: compared(1.1, { low: 1, high: 1.2 }) }))).toBe("±0 % to +20 %");
  expect(percentText(-0.05)).toBe("−5.0 %");
});

test("quantiles and shares of a distribution", () => {
  const distribution: Distribution = [
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 1],
  ];
  expect([0, 0.25, 0.5, 0.99, 1].map((fraction) => quantileOf(distribution, fraction))).toEqual([1, 2, 3, 4, 4]);
  expect(quantileOf([], 0.5)).toBeNull();
  expect(shareWithin(distribution, 2.5)).toBe(0.5);
  expect(shareWithin([], 2.5)).toBe(0);
});

test("facts differ only in what makes runs hard to compare", () => {
  const other = { ...facts, branch: "faster", started_at: 0, ended_at: 601, target_user_count: 100 };
  const differing = factsOf(facts, [other]).filter(({ differs }) => differs);
  expect(differing.map(({ title, values }) => [title, ...values])).toEqual([["Users", "200", "100"]]);
});

test("facts that nobody knows are left out", () => {
  expect(factsOf(facts, []).map(({ title }) => title)).not.toContain("Seed");
});

test("what got better is counted once", () => {
  const counts = { passed: 7, failed: 1, warned: 2, inconclusive: 3, not_judged: 4 };
  expect(standingsOf(counts, 2)).toEqual({ fail: 1, unsure: 3, warn: 2, skip: 4, better: 2, pass: 5 });
});
