// Takes pictures of the page in many states into `shots/`, and runs axe over each. Names to take can be given.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { launch, openPage } from "./browser.mjs";
import { comparisonHtml, reportHtml, serve } from "./mock-server.mjs";
import { fakeComparison } from "./fake-comparison.mjs";
import { FakeRun } from "./fake-run.mjs";

const SHOTS = new URL("../shots/", import.meta.url).pathname;
const AXE = await readFile(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const PHONE = { width: 390, height: 844 };

const openEntry = async (page) => {
  await page.click(".row-open >> nth=1");
  await page.waitForSelector(".detail .plot canvas");
};
const hover = async (page) => {
  const box = await page.locator(".plot .u-over").first().boundingBox();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2);
};

const SHOTS_OF = [
  { name: "stats", mock: {}, wide: true },
  { name: "stats-500", mock: { entries: 500, history: 21600 } },
  { name: "detail", mock: {}, act: openEntry, full: true, wide: true },
  { name: "charts", mock: { history: 900 }, tab: "charts", act: hover, full: true, wide: true },
  { name: "charts-6h", mock: { history: 21600, workers: 20 }, tab: "charts", full: true },
  { name: "failures", mock: {}, tab: "failures" },
  { name: "exceptions", mock: {}, tab: "exceptions", act: (page) => page.click("details summary") },
  { name: "ratios", mock: {}, tab: "ratios" },
  { name: "reports", mock: {}, tab: "reports" },
  { name: "logs", mock: { workers: 3 }, tab: "logViewer" },
  { name: "workers", mock: { workers: 200, saturated: true }, tab: "workers" },
  { name: "extended", mock: {}, tab: "content-length" },
  { name: "ready", mock: { state: "ready" }, full: true },
  { name: "picker", mock: { state: "ready", picker: true, distributed: true }, full: true },
  { name: "class-settings", mock: { state: "ready", picker: true }, act: (page) => page.click(".picker button >> nth=1") },
  { name: "edit", mock: {}, act: (page) => page.click("text=Edit") },
  { name: "stopped", mock: { state: "stopped", history: 120 }, tab: "charts" },
  { name: "beginning", mock: { history: 2 }, tab: "charts" },
  { name: "lost", mock: {}, act: async (page, mock) => {
    mock.state.broken = true;
    mock.breakOff();
    await page.waitForSelector(".banner-lost");
  } },
  { name: "login", mock: { login: true } },
];

const wanted = process.argv.slice(2);
const problems = [];
const findings = [];
await mkdir(SHOTS, { recursive: true });
const browser = await launch();

async function look(page, name, full) {
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${SHOTS}${name}.png`, fullPage: Boolean(full) });
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const { id, impact, nodes } of violations) {
    findings.push(`${name}: ${impact} ${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 140)).join(" | ")}`);
  }
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (overflow > 0) findings.push(`${name}: ${overflow} px wider than the window`);
}

const VARIANTS = [
  { suffix: "light", scheme: "light" },
  { suffix: "dark", scheme: "dark" },
  { suffix: "phone", scheme: "light", ...PHONE },
];

for (const shot of SHOTS_OF) {
  if (wanted.length > 0 && !wanted.includes(shot.name)) continue;
  for (const { suffix, ...variant } of VARIANTS) {
    const mock = await serve(shot.mock);
    const page = await openPage(browser, mock.address + (shot.tab ? `?tab=${shot.tab}` : ""), { ...variant, problems });
    await page.waitForSelector("main > *");
    await page.waitForTimeout(1200);
    await shot.act?.(page, mock);
    await look(page, `${shot.name}-${suffix}`, shot.full);
    await page.context().close();
    mock.close();
  }
}

if (wanted.length === 0 || wanted.includes("report")) {
  const file = `${SHOTS}report.html`;
  await writeFile(file, await reportHtml(new FakeRun({ state: "stopped", history: 900, entries: 14, workers: 4, saturated: true })));
  for (const { suffix, ...variant } of VARIANTS) {
    const page = await openPage(browser, `file://${file}`, { ...variant, problems });
    await page.waitForSelector(".plot canvas");
    await look(page, `report-${suffix}`, true);
    if (suffix === "dark") await page.pdf({ path: `${SHOTS}report.pdf`, format: "A4", printBackground: true });
    await page.context().close();
  }
}

const COMPARISONS = {
  "compare-1": { endpoints: 1, verdict: "pass" },
  "compare-10": { endpoints: 10 },
  "compare-100": { endpoints: 100, bases: 3, verdict: "inconclusive" },
  "compare-hostile": { endpoints: 9, hostile: true, verdict: "invalid" },
};

for (const [name, options] of Object.entries(COMPARISONS)) {
  if (wanted.length > 0 && !wanted.includes("compare") && !wanted.includes(name)) continue;
  const file = `${SHOTS}${name}.html`;
  await writeFile(file, await comparisonHtml(fakeComparison(options)));
  for (const { suffix, ...variant } of VARIANTS) {
    const page = await openPage(browser, `file://${file}`, { width: 1280, ...variant, problems });
    await page.waitForSelector("main > *");
    await look(page, `${name}-${suffix}`, true);
    await page.context().close();
  }
}

await browser.close();
console.log([...new Set(problems)].join("\n") || "no errors in the console");
console.log(findings.join("\n") || "no findings of axe");
