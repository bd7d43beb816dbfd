// A made-up comparison for looking at its page: so many endpoints, of which some got slower.
import { randomFrom } from "./fake-run.mjs";

const PATHS = ["products", "cart", "checkout", "search", "accounts", "orders", "reviews", "images", "prices", "stock"];
const METRICS = [["p50", 0.5], ["p95", 0.95], ["p99", 0.99]];
const QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
const TOLERANCE = 0.05;

export function fakeComparison({ endpoints = 10, bases = 1, verdict = "regression", hostile = false } = {}) {
  const random = randomFrom(5);
  const names = endpointNames(endpoints, hostile);
  const compared = [{ method: "", name: "Aggregated" }, ...names].map((endpoint, i) => side(endpoint, i, random));
  const findings = [validity(), budget("GET /products", "p95", 212, 300, "pass"), errorRate()];
  for (const { endpoint, base, head, ratios } of compared) {
    for (const [metric, quantile] of METRICS) findings.push(regression(endpoint, metric, quantile, base, head, ratios, random));
    findings.push(throughput(endpoint, random));
  }
  const baseNames = ["main", "release-1.4", "run 11"].slice(0, bases);
  return {
    format: "katydid-comparison-1",
    title: hostile ? `run 12 against ${HOSTILE[0].repeat(3)}` : "run 12 against main",
    verdict,
    exit_code: { pass: 0, budget_broken: 10, regression: 11, inconclusive: 12, invalid: 13 }[verdict],
    head: facts({ commit: "9c1f0d2ab34e5566", branch: "faster-cart", label: null, users: 200 }),
    bases: baseNames.map((name, i) => ({ name, facts: facts({ commit: "0123456789abcdef", branch: name, label: "nightly", users: 200 + 50 * i, memory: 8e9 }) })),
    findings: verdict === "pass" ? findings.map((one) => ({ ...one, outcome: "pass" })) : findings,
    endpoints: compared,
  };
}

const HOSTILE = [
  "<script>alert(1)</script><img src=x onerror=alert(2)>",
  `/${"long-name-without-a-break".repeat(12)}`,
  "emoji 🦗 \u202eturned \u0000 control",
  "",
];

function endpointNames(count, hostile) {
  return Array.from({ length: count }, (_, i) => {
    if (hostile) return { method: "GET", name: HOSTILE[i % HOSTILE.length] + (i >= HOSTILE.length ? i : "") };
    const path = PATHS[i % PATHS.length];
    const name = i < PATHS.length ? `/api/${path}` : `/api/${path}/[id]/${PATHS[(i * 7) % PATHS.length]}/${Math.floor(i / PATHS.length)}`;
    return { method: ["GET", "GET", "POST", "DELETE"][i % 4], name };
  });
}

/** Two distributions around a median, the second slower for each third endpoint, mostly in its tail. */
function side(endpoint, i, random) {
  const median = 12 * (1 + (i % 7) * 0.8);
  const slower = i % 3 === 1 ? 1.15 + 0.5 * random() : 0.97 + 0.06 * random();
  const tail = i % 4 === 1 ? 1.6 : 1;
  const base = spread(median, 0.35, 1, random);
  const head = spread(median * slower, 0.38, tail, random);
  const ratios = QUANTILES.map((quantile) => {
    const ratio = valueAt(head, quantile) / valueAt(base, quantile);
    const doubt = 0.015 + 0.1 * quantile ** 8 + 0.02 * random();
    return { quantile, ratio, low: ratio * (1 - doubt), high: ratio * (1 + doubt) };
  });
  return { endpoint, base, head, ratios, ks_distance: Math.min(1, Math.abs(slower - 1) * 0.9 + 0.01) };
}

function spread(median, sigma, tail, random) {
  const values = [];
  for (let step = -45; step <= 60; step++) {
    const away = step / 15;
    const ms = median * Math.exp(sigma * away * (away > 1.3 ? tail : 1));
    const count = Math.round(4_000 * Math.exp((-away * away) / 2) * (0.9 + 0.2 * random()));
    if (count > 0) values.push([Number(ms.toFixed(3)), count]);
  }
  return values;
}

function valueAt(distribution, quantile) {
  const total = distribution.reduce((sum, [, count]) => sum + count, 0);
  let before = 0;
  for (const [ms, count] of distribution) {
    before += count;
    if (before > quantile * total) return ms;
  }
  return distribution.at(-1)[0];
}

function regression(endpoint, metric, quantile, base, head, ratios, random) {
  const [was, is] = [valueAt(base, quantile), valueAt(head, quantile)];
  const ratio = is / was;
  const doubt = ratios.find((one) => one.quantile === quantile) ?? { low: ratio * 0.97, high: ratio * 1.03 };
  const outcome = doubt.low > 1 + TOLERANCE ? "fail" : doubt.high > 1 + TOLERANCE ? (random() < 0.3 ? "not_judged" : "inconclusive") : "pass";
  return finding({
    kind: "regression",
    outcome,
    endpoint,
    metric,
    measured: is,
    limit: was * (1 + TOLERANCE),
    rule: "within 5 % of main",
    compared: { base: was, head: is, ratio, low: doubt.low, high: doubt.high, tolerance: TOLERANCE, samples: 4_120, improved: doubt.high < 1 / (1 + TOLERANCE) },
    reason: `${ratio.toFixed(2)} times main, interval ${doubt.low.toFixed(2)} to ${doubt.high.toFixed(2)}, allowed 5 % more`,
  });
}

function throughput(endpoint, random) {
  const ratio = 0.96 + 0.08 * random();
  const compared = { base: 40, head: 40 / ratio, ratio, low: ratio * 0.99, high: ratio * 1.01, tolerance: TOLERANCE, samples: 4_120, improved: ratio < 0.955 };
  return finding({ kind: "change", endpoint, metric: "requests/s", unit: "per_second", measured: 40 / ratio, limit: 38, rule: "within 5 % of main", compared, reason: "as before", outcome: "pass", advisory: true });
}

function errorRate() {
  const compared = { base: 0.001, head: 0.013, ratio: 0.012, low: 0.009, high: 0.016, tolerance: 0.005, samples: 90_000, improved: false };
  return finding({ kind: "regression", outcome: "fail", endpoint: { method: "", name: "Aggregated" }, metric: "errors", unit: "ratio", measured: 0.013, limit: 0.006, rule: "at most 0.5 points more than main", compared, reason: "1.30 %, was 0.10 %" });
}

function budget(subject, metric, measured, limit, outcome) {
  return finding({ kind: "budget", outcome, subject, metric, measured, limit, rule: `${metric} < ${limit}ms`, reason: `${measured} ms, allowed < ${limit}ms` });
}

function validity() {
  return finding({ kind: "validity", outcome: "pass", subject: "the run", unit: null, rule: "generator kept up", reason: "the generator kept up" });
}

function finding(values) {
  const { endpoint = null } = values;
  const subject = endpoint ? (endpoint.method ? `${endpoint.method} ${endpoint.name}` : "all requests") : "";
  return { advisory: false, subject, endpoint, metric: null, unit: "milliseconds", measured: null, limit: null, compared: null, ...values };
}

function facts({ commit, branch, label, users, memory = 16e9 }) {
  return {
    kind: "load_test",
    tool: "katydid",
    version: "0.1.0",
    label,
    started_at: 1_767_225_600,
    ended_at: 1_767_226_200,
    ramp_done_at: 1_767_225_620,
    locustfile: "shop.py",
    host: "http://127.0.0.1:8000",
    shape: null,
    level: "smoke",
    tags: ["checkout", "search"],
    seed: null,
    commit,
    branch,
    dirty: branch !== "main",
    machine: { cpu_model: "Sample CPU 3 GHz", cpu_count: 4, memory_bytes: memory, architecture: "x86_64", operating_system: "linux" },
    target_user_count: users,
    peak_user_count: users,
    spawn_rate: 10,
    run_time_seconds: 600,
    target_requests: null,
    generator: { health: { resumes: 9e4, resume_lag_p50_ms: 0.1, resume_lag_p99_ms: 0.4, resume_lag_max_ms: 3, spawn_lag_p99_ms: 0.2, spawn_lag_max_ms: 1, cpu_percent_mean: 24, cpu_percent_max: 31, saturated: false, reason: null }, saturated_workers: [], losses: [], requests_in_doubt: 0 },
    rounding: 0,
  };
}
