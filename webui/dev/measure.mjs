// Measures what a tick costs with 500 endpoints, and how soon the charts of a long run are drawn.
import { writeFile } from "node:fs/promises";
import { launch } from "./browser.mjs";
import { FakeRun } from "./fake-run.mjs";
import { reportHtml, serve } from "./mock-server.mjs";

const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
await context.addInitScript(() => {
  const stamp = () => {
    const canvases = [...document.querySelectorAll(".plot canvas")].filter((canvas) => canvas.width > 0);
    if (canvases.length >= 5) globalThis.chartsDrawnAt ??= performance.now();
    else requestAnimationFrame(stamp);
  };
  requestAnimationFrame(stamp);
});

async function costOfTicks(tab, options, seconds = 8) {
  const mock = await serve(options);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable");
  await page.goto(`${mock.address}?tab=${tab}`);
  await page.waitForSelector("main table, main canvas");
  await page.waitForTimeout(2500);
  const metrics = async () => Object.fromEntries((await session.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]));
  const before = await metrics();
  const frames = await page.evaluate(async (seconds) => {
    const deltas = [];
    let last = performance.now();
    const end = last + seconds * 1000;
    while (last < end) {
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      deltas.push(now - last);
      last = now;
    }
    return deltas.sort((a, b) => a - b);
  }, seconds);
  const after = await metrics();
  const perTick = (name) => (((after[name] - before[name]) * 1000) / seconds).toFixed(1);
  console.log(
    `${tab}, ${JSON.stringify(options)}: per second tasks ${perTick("TaskDuration")} ms, script ${perTick("ScriptDuration")} ms, layout ${perTick("LayoutDuration")} ms, ` +
      `style ${perTick("RecalcStyleDuration")} ms; frames p50 ${frames[frames.length >> 1].toFixed(1)}, max ${frames.at(-1).toFixed(1)} ms; ` +
      `heap ${(after.JSHeapUsedSize / 1e6).toFixed(0)} MB`,
  );
  await page.close();
  mock.close();
}

async function chartsDrawn(name, address) {
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForFunction(() => globalThis.chartsDrawnAt !== undefined);
  console.log(`${name}: charts drawn after ${(await page.evaluate(() => globalThis.chartsDrawnAt)).toFixed(0)} ms`);
  await page.close();
}

await costOfTicks("stats", { entries: 500, history: 600 });
await costOfTicks("stats", { entries: 500, history: 600, workers: 200 });
await costOfTicks("charts", { entries: 500, history: 1990 });
const long = await serve({ entries: 500, history: 2000 * 8, tickMs: 10_000 });
await chartsDrawn("live page, 2 000 slots, 500 endpoints", `${long.address}?tab=charts`);
long.close();
const file = new URL("../shots/long-report.html", import.meta.url).pathname;
const html = await reportHtml(new FakeRun({ state: "stopped", history: 2000 * 8, entries: 20 }));
await writeFile(file, html);
await chartsDrawn(`report, 2 000 slots, 20 endpoints with timelines, ${(html.length / 1e6).toFixed(1)} MB`, `file://${file}`);
await browser.close();
