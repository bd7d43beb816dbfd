// Walks through the page as a user would, against the made-up server, and says what is not as it should be.
import assert from "node:assert/strict";
import { launch, openPage } from "./browser.mjs";
import { serve } from "./mock-server.mjs";

const browser = await launch();
const problems = [];
const steps = [];
const walk = (name, options, path, step) => steps.push({ name, options, path, step });

walk("a test is started, edited, stopped and started anew", { state: "ready", base: "/katydid/", picker: true }, "", async (page, mock) => {
  await page.fill("[name=user_count]", "40");
  await page.click("text=Advanced options");
  await page.fill("[name=run_time]", "wrong");
  await page.click("button[type=submit]");
  await page.waitForSelector("text=Valid run_time formats");
  await page.fill("[name=run_time]", "5m");
  await page.uncheck("[name=with_images]");
  await page.uncheck("[value=Admin]");
  await page.click("button[type=submit]");
  await page.waitForSelector("[role=tablist]");
  const fields = Object.fromEntries(new URLSearchParams(mock.posts.at(-1).body));
  assert.deepEqual(fields, {
    user_count: "40", spawn_rate: "10", host: "http://127.0.0.1:8000", run_time: "5m", profile: "", user_classes: "Shopper",
    shape_class: "Default", api_key: "secret", region: "eu", currencies: "EUR", basket_size: "3", with_images: "false",
  });
  await page.waitForSelector("table.data tbody tr.selectable");
  await page.click("text=Edit");
  await page.fill("dialog [name=user_count]", "80");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog", { state: "detached" });
  assert.match(mock.posts.at(-1).body, /user_count=80/);
  await page.click("button:has-text('Stop')");
  await page.click("text=New test");
  await page.waitForSelector("form.start");
  await page.click("text=Back to the results");
  await page.click("text=New test");
  await page.click("button[type=submit]");
  await page.waitForSelector("[role=tablist]");
});

walk("settings of a class are posted", { state: "ready", picker: true }, "", async (page, mock) => {
  await page.click(".picker button >> nth=1");
  await page.fill("dialog input >> nth=0", "7");
  await page.click("dialog .check:has-text('Checkout')");
  await page.click("dialog >> text=Save");
  await page.waitForSelector("dialog", { state: "detached" });
  assert.deepEqual(JSON.parse(mock.posts.at(-1).body), { user_class_name: "Shopper", weight: 7, tasks: ["browse", "search", "Checkout"] });
  assert.equal(await page.innerText("table.picker tbody tr:nth-child(2) td:nth-child(3)"), "7");
  await page.click(".picker button >> nth=0");
  await page.fill("dialog input >> nth=0", "2");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog", { state: "detached" });
  assert.deepEqual(mock.posts.map(({ path }) => path), ["user", "user"], "Enter saves, and does not start the test");
  await page.click(".picker button >> nth=0");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog", { state: "detached" });
});

walk("tabs go by arrow keys and stay after a reload", {}, "", async (page) => {
  await page.focus("#tab-stats");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.match(page.url(), /tab=failures/);
  await page.reload();
  await page.waitForSelector("#tab-failures[aria-selected=true]");
  await page.waitForSelector("text=HTTPError");
});

walk("columns sort, the third click resets, rows are filtered", { entries: 500 }, "", async (page) => {
  const names = () => page.$$eval("tbody td:nth-child(2)", (cells) => cells.slice(0, 3).map((cell) => cell.textContent));
  const before = await names();
  await page.click(".sort:has-text('# Requests')");
  const sorted = await names();
  assert.notDeepEqual(sorted, before);
  await page.click(".sort:has-text('# Requests')");
  await page.click(".sort:has-text('# Requests')");
  assert.deepEqual(await names(), before);
  assert.ok((await page.$$("tbody tr")).length < 60, "only rows in sight are drawn");
  await page.evaluate(() => (document.querySelector(".table-scroll").scrollTop = 6000));
  await page.waitForFunction(() => Number(document.querySelector("tbody tr.selectable")?.ariaRowIndex ?? document.querySelector("tbody tr.selectable")?.getAttribute("aria-rowindex")) > 150);
  await page.fill("[type=search]", "POST /api/search");
  await page.waitForSelector("text=/of 500 endpoints/");
});

walk("charts zoom together, a series stands alone, an endpoint is chosen", { history: 200 }, "?tab=charts", async (page) => {
  const box = await page.locator(".u-over").first().boundingBox();
  await page.mouse.move(box.x + 100, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + 250, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await page.waitForSelector("text=Show the whole run");
  await page.mouse.dblclick(box.x + 100, box.y + 50);
  await page.waitForSelector("text=Drag over a chart");
  await page.click(".legend-item:has-text('Failures/s')");
  assert.equal(await page.getAttribute(".legend-item:has-text('Requests/s')", "aria-pressed"), "false");
  await page.click(".legend-item:has-text('Failures/s')");
  assert.equal(await page.getAttribute(".legend-item:has-text('Requests/s')", "aria-pressed"), "true");
  await page.click(".chips >> text=p99.9");
  await page.waitForSelector(".legend-item:has-text('p99.9')");
  await page.click("[role=combobox]");
  await page.keyboard.type("cart");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.match(await page.inputValue("[role=combobox]"), /cart/);
});

walk("a lost connection is found again", {}, "", async (page, mock) => {
  mock.state.broken = true;
  mock.breakOff();
  await page.waitForSelector(".banner-lost");
  mock.state.broken = false;
  await page.waitForSelector(".banner-lost", { state: "detached" });
  const users = await page.innerText(".figures .figure:last-child dd");
  await page.waitForFunction((before) => document.querySelector(".figures .figure:last-child dd").innerText !== before, users);
  problems.length = 0; // The broken connection is in the console, as it should be.
});

walk("who is logged out gets to the login and back", {}, "?tab=charts", async (page, mock) => {
  mock.state.loggedIn = false;
  mock.breakOff();
  await page.waitForSelector("[name=password]");
  await page.fill("[name=username]", "a");
  await page.fill("[name=password]", "b");
  await page.click("text=Log in >> nth=0");
  await page.waitForSelector("[role=tablist]");
  problems.length = 0;
});

walk("an endpoint is opened by keyboard and kept up to date", {}, "", async (page, mock) => {
  await page.focus(".row-open >> nth=0");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".detail .plot canvas");
  const count = await page.innerText(".detail-head p");
  await page.waitForFunction((before) => document.querySelector(".detail-head p").innerText !== before, count);
  assert.equal(mock.streams.size, 1, "the old stream is closed");
  await page.click("tfoot .row-open");
  await page.waitForSelector(".detail-head h2:has-text('Aggregated')");
  await page.click("[aria-label='Close details']");
  await page.waitForSelector(".detail", { state: "detached" });
});

walk("tables of the locustfile", {}, "?tab=content-length", async (page) => {
  await page.waitForSelector("text=998877");
});

walk("the served report opens and gives its record away", { history: 60 }, "stats/report", async (page) => {
  await page.waitForSelector(".plot canvas");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Download the record")]);
  assert.match(download.suggestedFilename(), /^katydid-run-\d+\.json$/);
});

let failed = 0;
for (const { name, options, path, step } of steps) {
  const mock = await serve(options);
  const page = await openPage(browser, mock.address + path, { problems });
  page.setDefaultTimeout(8000);
  try {
    await page.waitForSelector("main > *");
    await step(page, mock);
    assert.deepEqual(problems, []);
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}: ${error.message}`);
  }
  problems.length = 0;
  await page.context().close();
  mock.close();
}
await browser.close();
process.exitCode = failed ? 1 : 0;
