// The browser that looks at the page.
import { chromium } from "playwright-core";

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
}

/** A page that reports what goes wrong in it. */
export async function openPage(browser, address, { scheme = "light", width = 1440, height = 900, problems = [] } = {}) {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height } });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && problems.push(`${address}: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`${address}: ${error.message}`));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (!["127.0.0.1", ""].includes(hostname) || protocol === "https:") problems.push(`asked ${request.url()}`);
  });
  await page.goto(address);
  return page;
}
