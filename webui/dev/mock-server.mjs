// Serves `dist` and a made-up run, with the Content-Security-Policy of the real server.
import { readFile } from "node:fs/promises";
import http from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { FakeRun } from "./fake-run.mjs";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; font-src 'self'; " +
  "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";
const REPORT_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'self'";

const json = (value) => JSON.stringify(value).replaceAll("<", "\\u003c");

export function templateArgs(run, options = {}) {
  return {
    all_profiles: ["smoke", "nightly", "peak"],
    available_shape_classes: ["Default", "DoubleWave"],
    available_user_classes: ["Admin", "Shopper"],
    available_user_tasks: { Admin: ["list_orders", "refund"], Shopper: ["browse", "search", "Checkout"] },
    extra_options: options.bare
      ? {}
      : {
          api_key: { default_value: "secret", is_secret: true, is_required: true, help_text: "key of the test account" },
          region: { default_value: "eu", choices: ["eu", "us", "asia"], help_text: "where the users come from" },
          with_images: { default_value: true, help_text: "fetch the pictures of products too" },
          currencies: { default_value: ["EUR"], choices: ["EUR", "USD", "JPY"], is_multiple: true },
          basket_size: { default_value: 3, help_text: "products per basket" },
        },
    extended_csv_files: [{ href: "content-length/csv", title: "Content length" }],
    extended_tables: [{ key: "content-length", structure: [{ key: "name", title: "Name" }, { key: "bytes", title: "Total bytes" }] }],
    extended_tabs: [{ title: "Content length", key: "content-length" }],
    hide_common_options: false,
    history: [],
    host: "http://127.0.0.1:8000",
    is_distributed: run.options.workers > 0 || Boolean(options.distributed),
    is_host_required: true,
    locustfile: "shop.py",
    missing_host_warning: false,
    override_host_warning: Boolean(options.picker),
    num_users: 500,
    percentiles_to_chart: [0.5, 0.95],
    percentiles_to_statistics: [0.95, 0.99],
    profile: null,
    run_time: null,
    shape_use_common_options: false,
    show_userclass_picker: Boolean(options.picker),
    spawn_rate: 10,
    state: run.state,
    stats_history_enabled: true,
    tasks: "{}",
    user_count: 0,
    users: {
      Admin: { host: null, weight: 1, fixed_count: 0, tasks: ["list_orders", "refund"], patience: 2.5 },
      Shopper: { host: null, weight: 3, fixed_count: 0, tasks: ["browse", "search"], greeting: "hello" },
    },
    version: "0.1.0",
    worker_count: run.options.workers,
  };
}

export const AUTH_ARGS = {
  title: "Katydid of the shop",
  username_password_callback: "login",
  error: "The user name or the password is wrong.",
  info: "Ask the shop for an account.",
  auth_providers: [{ label: "Log in with the company account", callback_url: "sso" }],
  custom_form: {
    inputs: [
      { label: "Access code", name: "code", is_secret: true, is_required: true },
      { label: "Role", name: "role", default_value: "viewer", choices: ["viewer", "operator"] },
      { label: "Remember me", name: "remember", default_value: false },
    ],
    callback_url: "login",
    submit_button_text: "Use the access code",
  },
};

async function page(name, placeholder, args) {
  return (await readFile(join(DIST, name), "utf8")).replace(`{{ ${placeholder} | tojson }}`, () => json(args));
}

export async function reportHtml(run) {
  const packed = gzipSync(JSON.stringify(run.record(true))).toString("base64");
  return (await readFile(join(DIST, "report.html"), "utf8")).replace("@@RUN_RECORD@@", () => packed);
}

export async function comparisonHtml(comparison) {
  const packed = gzipSync(JSON.stringify(comparison)).toString("base64");
  return (await readFile(join(DIST, "compare.html"), "utf8")).replace("@@COMPARISON@@", () => packed);
}

/** Answers under `base`; resolves with the server, its run and what was posted. */
export function serve(options = {}) {
  const run = new FakeRun(options);
  const base = options.base ?? "/";
  const posts = [];
  const streams = new Set();
  const state = { loggedIn: !options.login, broken: false };

  const send = (response, value) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
  const html = (response, text, policy = POLICY) =>
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy }).end(text);
  const event = (stream, name, value) => stream.write(`event: ${name}\ndata: ${value === undefined ? "" : JSON.stringify(value)}\n\n`);
  const topics = { failures: () => ({ rows: run.failures(), left_out: 0 }), exceptions: () => ({ rows: run.exceptions(), left_out: 0 }), ratio: () => run.ratio(), logs: () => run.logs() };

  const gets = {
    "": async (_url, response) => html(response, await page("index.html", "template_args", templateArgs(run, options))),
    login: async (_url, response) => html(response, await page("auth.html", "auth_args", AUTH_ARGS)),
    "stats/report": async (_url, response) => html(response, await reportHtml(run), REPORT_POLICY),
    "live/run": (url, response) => send(response, run.record(url.searchParams.has("download"))),
    "live/entry": (url, response) => send(response, run.entry(Number(url.searchParams.get("id")) - 1, true)),
    "stats/requests": (_url, response) =>
      send(response, { extended_stats: [{ key: "content-length", data: [{ name: "/api/cart", bytes: 12345 + run.now % 100 }, { name: "/api/products", bytes: 998877 }] }] }),
    "live/events": (url, response) => {
      if (state.broken) return response.destroy();
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" }).flushHeaders();
      response.watched = Number(url.searchParams.get("entry")) || null;
      response.topics = (url.searchParams.get("with") ?? "").split(",").filter(Boolean);
      response.topics.forEach((topic) => event(response, topic, topics[topic]()));
      event(response, "tick", run.tickEvent());
      if (response.watched) event(response, "entry", run.entryEvent(response.watched));
      streams.add(response);
      response.on("close", () => streams.delete(response));
    },
  };
  const answerPost = (path, body, response) => {
    posts.push({ path, body });
    if (path === "swarm") {
      const fields = new URLSearchParams(body);
      if (fields.get("run_time") === "wrong") return send(response, { success: false, message: "Valid run_time formats are : 20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc.", host: "" });
      const isNew = run.state === "ready" || run.state === "stopped";
      run.swarm(fields);
      if (isNew) streams.forEach((stream) => event(stream, "run"));
      return send(response, { success: true, message: "Swarming started", host: fields.get("host") });
    }
    if (path === "stop") run.stop();
    if (path === "stats/reset") {
      run.begin(0);
      streams.forEach((stream) => event(stream, "run"));
    }
    if (path === "login") {
      state.loggedIn = true;
      return response.writeHead(302, { location: base }).end();
    }
    send(response, path === "user" ? {} : { success: true, message: "Test stopped" });
  };

  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    if (!url.pathname.startsWith(base)) return response.writeHead(404).end();
    const path = url.pathname.slice(base.length);
    if (path.startsWith("assets/")) {
      const file = await readFile(join(DIST, normalize(path))).catch(() => null);
      return file ? response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(file) : response.writeHead(404).end();
    }
    if (!state.loggedIn && path.startsWith("live/")) return response.writeHead(401).end("log in first");
    if (!state.loggedIn && path !== "login") return response.writeHead(302, { location: `${base}login` }).end();
    if (request.method === "POST") {
      let body = "";
      for await (const part of request) body += part;
      return answerPost(path, body, response);
    }
    const answer = gets[path];
    return answer ? answer(url, response) : response.writeHead(404).end("not found");
  });

  const timer = setInterval(() => {
    run.tick();
    if (streams.size === 0) return;
    const tick = run.tickEvent();
    for (const stream of streams) {
      event(stream, "tick", tick);
      if (stream.watched) event(stream, "entry", run.entryEvent(stream.watched));
    }
  }, options.tickMs ?? 1000);
  server.on("close", () => clearInterval(timer));
  const breakOff = () => streams.forEach((stream) => stream.destroy());
  return new Promise((resolve) =>
    server.listen(options.port ?? 0, "127.0.0.1", () =>
      resolve({ server, run, posts, state, breakOff, streams, address: `http://127.0.0.1:${server.address().port}${base}`, close: () => (breakOff(), server.close(), server.closeAllConnections()) }),
    ),
  );
}
