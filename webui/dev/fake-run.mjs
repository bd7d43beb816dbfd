// A made-up run that follows the contract of `docs/live-data.md`: moving numbers for looking at the page.

const PATHS = ["products", "cart", "checkout", "search", "accounts", "orders", "reviews", "images", "prices", "stock"];
const METHODS = ["GET", "GET", "GET", "POST", "PUT", "DELETE"];
const MOST_SLOTS = 2000;

/** Numbers that look random and are the same every time. */
export function randomFrom(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function spanOf(bucket) {
  if (bucket < 32) return [bucket, 1];
  const doubling = 2 ** (Math.floor(bucket / 32) + 4);
  return [doubling * (1 + (bucket % 32) / 32), doubling / 32];
}

/** About `count` response times around a median, as buckets. */
function spread(count, medianUs, sigma, random) {
  const buckets = [];
  for (let bucket = 60; bucket < 720; bucket++) {
    const [begin, width] = spanOf(bucket);
    const distance = Math.log((begin + width / 2) / medianUs) / sigma;
    if (Math.abs(distance) > 4) continue;
    const share = (width / (begin + width / 2) / sigma / 2.5066) * Math.exp((-distance * distance) / 2);
    const tail = distance > 1.5 ? 0.0006 : 0;
    const found = Math.floor(count * (share + tail) + random());
    if (found > 0) buckets.push(bucket, found);
  }
  return buckets;
}

function add(into, buckets) {
  for (let i = 0; i < buckets.length; i += 2) into[buckets[i]] = (into[buckets[i]] ?? 0) + buckets[i + 1];
}

function percentile(counts, total, fraction) {
  let before = 0;
  for (const key of Object.keys(counts)) {
    const [begin, width] = spanOf(Number(key));
    if (before + counts[key] >= fraction * total) {
      return (begin + (width * Math.max(0, fraction * total - before)) / counts[key]) / 1000;
    }
    before += counts[key];
  }
  return null;
}

const round = (value, digits = 2) => Number(value.toFixed(digits));

export class FakeRun {
  constructor(options = {}) {
    const { entries = 12, history = 300, workers = 0, state = "running", saturated = false } = options;
    this.options = { entries, history, workers, state, saturated };
    this.number = 1;
    this.state = state;
    this.failureKinds = ["HTTPError('503 Server Error: Service Unavailable')", "ConnectionResetError(104, 'Connection reset by peer')", "CatchResponseError('price is missing')"];
    this.users = options.users ?? 500;
    this.target = this.users;
    this.spawnRate = 10;
    this.now = Math.floor(options.now ?? Date.now() / 1000);
    this.begin(state === "ready" ? 0 : history);
  }

  begin(history) {
    this.start = this.now - history;
    this.endedAt = this.state === "stopped" ? this.now : null;
    this.step = 1;
    while (history / this.step > MOST_SLOTS) this.step *= 2;
    this.random = randomFrom(7);
    this.slots = [];
    this.rows = [];
    this.counts = {};
    this.total = { requests: 0, failures: 0 };
    this.marks = history ? [{ at: this.start + 0.1, kind: "test_start", text: "test started" }] : [];
    this.entryCounts = Array.from({ length: this.options.entries }, () => ({ requests: 0, failures: 0 }));
    this.changed = new Set(this.entryCounts.keys());
    for (let at = this.start; at < this.now; at += this.step) this.addSlot(at, this.step);
    if (history > 60) {
      this.marks.push({ at: this.start + Math.min(50, history / 6), kind: "ramp_done", text: "all 500 users running" });
      this.marks.push({ at: this.start + history * 0.45, kind: "stage", text: "load changed to 500 users" });
      if (this.options.saturated) {
        this.marks.push({ at: this.start + history * 0.7, kind: "generator_saturated", text: "generator saturated" });
      }
    }
    for (let i = 0; i < this.options.workers; i++) {
      this.marks.push({ at: this.start + 0.2 + i * 0.01, kind: "worker_joined", text: `worker host_${i} joined` });
    }
    if (this.options.workers > 2) {
      this.marks.push({ at: this.start + history * 0.6, kind: "worker_lost", text: "worker host_2 lost" });
    }
    if (this.state === "stopped") this.marks.push({ at: this.now, kind: "test_stop", text: "test stopped" });
    this.marks.sort((left, right) => left.at - right.at);
  }

  usersAt(at) {
    return Math.min(this.users, Math.round((at - this.start) * this.spawnRate));
  }

  addSlot(at, step) {
    const slot = this.slotOf(this.random, at, step, 1);
    this.slots.push(slot);
    this.rows.push(this.rowOf(at));
    add(this.counts, slot[2]);
    this.total.requests += slot[0];
    this.total.failures += slot[1];
    this.entryCounts.forEach((entry, i) => {
      const share = slot[0] * this.weight(i);
      const requests = Math.floor(share + this.random());
      if (requests === 0) return;
      entry.requests += requests;
      if (i % 5 === 3) entry.failures += Math.floor(requests * 0.04 + this.random());
      this.changed.add(i);
    });
    return slot;
  }

  slotOf(random, at, step, weight) {
    const users = this.usersAt(at + step);
    const wave = 1 + 0.25 * Math.sin((at - this.start) / 45) + 0.15 * (random() - 0.5);
    const requests = Math.round(users * 2.1 * wave * step * weight);
    const isSlow = Math.floor((at - this.start) / 97) % 4 === 3;
    const median = 9000 * (1 + users / 900) * (isSlow ? 2.2 : 1) * (1 + 0.2 * random());
    const buckets = spread(requests, median, isSlow ? 0.6 : 0.42, random);
    const failures = Math.round(requests * (isSlow ? 0.03 : 0.002) * random() * 2);
    return [requests, failures, buckets];
  }

  rowOf(at) {
    const users = this.usersAt(at);
    const cpu = this.options.saturated && at > this.start + 100 ? 96 + 4 * this.random() : 12 + users / 30 + 8 * this.random();
    const lag = this.options.saturated ? 20 + 90 * this.random() : 0.1 + 0.4 * this.random();
    return [users, this.target, round(cpu, 1), round(lag), this.options.workers];
  }

  /** A few endpoints take most of the load, as in life. */
  weight(i) {
    this.weights ??= (() => {
      const raw = Array.from({ length: this.options.entries }, (_, j) => 1 / (j + 3));
      const sum = raw.reduce((a, b) => a + b, 0);
      return raw.map((one) => one / sum);
    })();
    return this.weights[i];
  }

  tick() {
    this.now += 1;
    if (this.state !== "running" && this.state !== "spawning") return;
    this.state = this.usersAt(this.now) < this.users ? "spawning" : "running";
    if (this.step === 1) {
      this.addSlot(this.now - 1, 1);
      return;
    }
    const last = this.start + (this.slots.length - 1) * this.step;
    if (this.now >= last + this.step) this.addSlot(last + this.step, this.step);
    else this.entryCounts.forEach((entry, i) => {
      if (this.random() < 0.5) {
        entry.requests += 1;
        this.changed.add(i);
      }
    });
  }

  entry(i, whole = false) {
    const { requests, failures } = this.entryCounts[i];
    const path = PATHS[i % PATHS.length];
    const name = i < PATHS.length ? `/api/${path}` : `/api/${path}/[id]/${PATHS[(i * 7) % PATHS.length]}/${Math.floor(i / PATHS.length)}`;
    const seconds = Math.max(1, this.now - this.start);
    const scale = 0.6 + (i % 7) * 0.35;
    const entry = {
      id: i + 1,
      method: METHODS[i % METHODS.length],
      name,
      ...this.figures(requests, failures, seconds, scale),
    };
    if (!whole) return entry;
    const random = randomFrom(i + 11);
    const counts = {};
    const slots = this.slots.map((_, at) => {
      const slot = this.slotOf(random, this.start + at * this.step, this.step, this.weight(i));
      add(counts, slot[2]);
      return slot[0] === 0 ? null : slot;
    });
    return { ...entry, distribution: Object.entries(counts).flatMap(([b, c]) => [Number(b), c]), timeline: { start: this.start, step: this.step, slots } };
  }

  figures(requests, failures, seconds, scale) {
    const at = (fraction) => {
      const value = percentile(this.counts, Math.max(1, this.total.requests), fraction);
      return value === null || requests === 0 ? null : round(value * scale, 3);
    };
    this.cached ??= {};
    const percentiles = Object.fromEntries([0.5, 0.66, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999, 1].map((f) => [f === 1 ? "1.0" : String(f), at(f)]));
    const median = percentiles["0.5"] ?? 0;
    return {
      num_requests: requests,
      num_none_requests: 0,
      num_failures: failures,
      median_response_time: median,
      avg_response_time: round(median * 1.18, 3),
      min_response_time: requests ? round(2.1 * scale, 3) : 0,
      max_response_time: percentiles["1.0"] ?? 0,
      avg_content_length: requests ? Math.round(900 + scale * 4000) : 0,
      current_rps: this.state === "stopped" ? 0 : round((requests / seconds) * (0.9 + 0.2 * this.random()), 1),
      current_fail_per_sec: round(failures / seconds, 2),
      total_rps: round(requests / seconds, 2),
      total_fail_per_sec: round(failures / seconds, 3),
      percentiles,
      phases: {
        dns: { count: 12, total_ms: 18, max_ms: 4.1 },
        connect: { count: 500, total_ms: requests * median * 0.05, max_ms: 12 },
        tls: { count: 500, total_ms: requests * median * 0.09, max_ms: 33 },
        waiting: { count: requests, total_ms: requests * median * 0.92, max_ms: 800 },
        receiving: { count: requests, total_ms: requests * median * 0.12, max_ms: 90 },
      },
    };
  }

  totalEntry(whole) {
    const seconds = Math.max(1, this.now - this.start);
    const total = { id: 0, method: "", name: "Aggregated", ...this.figures(this.total.requests, this.total.failures, seconds, 1) };
    if (!whole) return total;
    return {
      ...total,
      distribution: Object.entries(this.counts).flatMap(([b, c]) => [Number(b), c]),
      timeline: { start: this.start, step: this.step, slots: this.slots },
    };
  }

  run() {
    const isReady = this.state === "ready";
    const users = isReady || this.state === "stopped" ? 0 : this.usersAt(this.now);
    return {
      version: "0.1.0",
      number: this.number,
      locustfile: "shop.py",
      host: "http://127.0.0.1:8000",
      profile: null,
      shape: null,
      state: this.state,
      started_at: isReady ? null : this.start,
      ended_at: this.endedAt,
      now: this.now + 0.2,
      run_time_seconds: isReady ? null : Math.max(600, this.options.history * 1.5),
      user_count: users,
      target_user_count: this.target,
      spawn_rate: this.spawnRate,
      user_classes: { Shopper: Math.ceil(users * 0.75), Admin: Math.floor(users * 0.25) },
      percentiles_to_chart: [0.5, 0.95],
      percentiles_to_statistics: [0.95, 0.99],
      settings: { users: this.target, spawn_rate: this.spawnRate, stop_timeout: null, run_time: "10m", tags: "checkout, search" },
    };
  }

  health() {
    const { saturated } = this.options;
    return {
      saturated,
      reason: saturated ? "tasks were resumed 112 ms late (p99) while the CPU was 100 % busy" : null,
      resume_lag_p50_ms: saturated ? 38 : 0.1,
      resume_lag_p99_ms: saturated ? 112 : 0.4,
      resume_lag_max_ms: saturated ? 640 : 3,
      spawn_lag_p99_ms: 0.2,
      cpu_percent_mean: saturated ? 97 : 24,
      cpu_percent_max: saturated ? 100 : 30,
    };
  }

  gauges() {
    return { start: this.start, step: this.step, rows: this.rows };
  }

  plan() {
    const ramp = this.users / this.spawnRate;
    return this.state === "ready" ? [] : [[0, 0], [ramp, this.users], [Math.max(600, this.options.history * 1.5), this.users]];
  }

  failures() {
    return this.entryCounts.flatMap((entry, i) =>
      entry.failures === 0
        ? []
        : [{ method: METHODS[i % METHODS.length], name: this.entry(i).name, error: this.failureKinds[i % 3], occurrences: entry.failures, first_seen: this.start + 12, last_seen: this.now - 2 }],
    );
  }

  exceptions() {
    if (this.state === "ready") return [];
    const traceback = 'Traceback (most recent call last):\n  File "shop.py", line 41, in browse\n    price = response.json()["price"]\n            ~~~~~~~~~~~~~~~^^^^^^^^^\nKeyError: \'price\'\n';
    return [
      { count: 14, message: "KeyError: 'price'", traceback, nodes: this.options.workers ? ["host_0", "host_3"] : ["local"] },
      { count: 2, message: "ValueError: could not convert string to float: 'n/a'", traceback, nodes: ["local"] },
    ];
  }

  ratio() {
    const shopper = { ratio: 0.75, tasks: { browse: { ratio: 0.5 }, search: { ratio: 0.3 }, Checkout: { ratio: 0.2, tasks: { pay: { ratio: 0.7 }, cancel: { ratio: 0.3 } } } } };
    const admin = { ratio: 0.25, tasks: { list_orders: { ratio: 0.8 }, refund: { ratio: 0.2 } } };
    const ofTotal = { ratio: 0.75, tasks: { browse: { ratio: 0.375 }, search: { ratio: 0.225 }, Checkout: { ratio: 0.15, tasks: { pay: { ratio: 0.105 }, cancel: { ratio: 0.045 } } } } };
    return { per_class: { Shopper: shopper, Admin: admin }, total: { Shopper: ofTotal, Admin: { ratio: 0.25, tasks: { list_orders: { ratio: 0.2 }, refund: { ratio: 0.05 } } } } };
  }

  workers() {
    return Array.from({ length: this.options.workers }, (_, i) => ({
      id: `load-${String(i % 20).padStart(2, "0")}_${(i * 2654435761 % 4294967296).toString(16).padStart(8, "0")}`,
      index: i,
      state: i === 2 ? "missing" : this.state,
      user_count: i === 2 ? 0 : Math.floor(this.users / this.options.workers),
      cpu_percent: i === 5 ? 98 : round(20 + 30 * this.random(), 1),
      memory_bytes: 41_000_000 + i * 120_000,
      last_seen_seconds: i === 2 ? 64 : round(this.random(), 1),
      requests_in_doubt: i === 2 ? 30 : 0,
      resume_lag_p99_ms: i === 7 ? null : round(0.2 + this.random(), 2),
      saturated: this.options.saturated && i % 9 === 5,
      reason: this.options.saturated && i % 9 === 5 ? "CPU 98 % busy" : null,
    }));
  }

  losses() {
    return this.options.workers > 2 ? ["Worker load-02_1 was lost at 12:00:03 with 5 users; up to 30 requests are in doubt"] : [];
  }

  logs() {
    const stamp = (seconds) => new Date((this.start + seconds) * 1000).toISOString().replace("T", " ").slice(0, 23).replace(".", ",");
    const master = Array.from({ length: 40 }, (_, i) => `[${stamp(i * 3)}] host-1/INFO/katydid.runners: All users spawned: {"Shopper": ${i}} (${i} total users)`);
    master.push(`[${stamp(130)}] host-1/WARNING/katydid.runners: CPU usage above 90%! This may constrain your throughput`);
    master.push(`[${stamp(131)}] host-1/ERROR/katydid.user.task: 'price'`, "Traceback (most recent call last):", '  File "shop.py", line 41, in browse', "KeyError: 'price'");
    return { master, workers: this.options.workers ? { "load-00_1": master.slice(0, 5) } : {} };
  }

  record(whole = false) {
    return {
      format: "katydid-run-1",
      run: this.run(),
      health: this.health(),
      total: this.totalEntry(true),
      entries: this.entryCounts.map((_, i) => this.entry(i, whole)).filter((e) => e.num_requests > 0),
      gauges: this.gauges(),
      marks: this.marks,
      plan: this.plan(),
      failures: this.failures(),
      failures_left_out: 0,
      exceptions: this.exceptions(),
      exceptions_left_out: 0,
      ratio: this.ratio(),
      workers: this.workers(),
      losses: this.losses(),
    };
  }

  /** What one connection is told each second. */
  tickEvent() {
    const entries = [...this.changed].map((i) => this.entry(i)).filter((e) => e.num_requests > 0);
    this.changed.clear();
    const begin = this.start + (this.slots.length - 1) * this.step;
    const last = this.slots.at(-1);
    return {
      run: this.run(),
      health: this.health(),
      total: this.totalEntry(false),
      entries,
      slots: { step: this.step, changed: last ? [[begin, ...last]] : [] },
      gauges: { step: this.step, changed: this.rows.length ? [[begin, ...this.rows.at(-1)]] : [] },
      marks: [],
      workers: this.workers(),
      losses: this.losses(),
      counts: { failures: this.failures().length, exceptions: this.exceptions().length, warnings: 1, errors: 1 },
    };
  }

  entryEvent(id) {
    const entry = this.entry(id - 1, true);
    const { timeline, ...rest } = entry;
    const last = timeline.slots.at(-1);
    const begin = this.start + (this.slots.length - 1) * this.step;
    return { entry: rest, slots: { step: this.step, changed: last ? [[begin, ...last]] : [] } };
  }

  swarm(fields) {
    this.users = this.target = Number(fields.get("user_count"));
    this.spawnRate = Number(fields.get("spawn_rate"));
    if (this.state === "running" || this.state === "spawning") return;
    this.number += 1;
    this.state = "spawning";
    this.begin(0);
    this.marks = [{ at: this.start, kind: "test_start", text: "test started" }];
  }

  stop() {
    this.state = "stopped";
    this.endedAt = this.now;
  }
}
