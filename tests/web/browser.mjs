// One browser for a whole run, and views of pages that remember what went wrong.
// A script here reads its task as JSON from stdin and writes its findings as JSON to stdout.

import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A page may ask for another host; the request is recorded and never leaves the machine.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/** Read the task, run `work(task, browser)` and write what it returns. */
export async function main(work) {
  let text = "";
  for await (const piece of process.stdin) text += piece;
  const task = JSON.parse(text);
  const browser = await chromium.launch({ executablePath: task.chromium, args: FLAGS });
  try {
    process.stdout.write(JSON.stringify(await work(task, browser)));
  } finally {
    await browser.close();
  }
}

/** Open `url` in a fresh profile. Returns {page, seen, close}: `seen` lists errors of the
 * console, failed requests, requests to other hosts, and the bytes received. */
export async function view(browser, url, { scheme = "light", width = 1200, scripts = true } = {}) {
  const origin = new URL(url).origin;
  const context = await browser.newContext({
    colorScheme: scheme, viewport: { width, height: 900 }, javaScriptEnabled: scripts,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000); // a busy machine is no fault of the page
  const seen = { errors: [], failed: [], outside: [], bytes: 0 };
  const sizes = [];
  const inside = (address) => /^(data|blob|about):/.test(address) || address.startsWith(`${origin}/`);
  page.on("pageerror", (error) => seen.errors.push(`uncaught ${error}`));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    const { url: file, lineNumber } = message.location();
    seen.errors.push(`${message.text()} (${file}:${lineNumber + 1})`);
  });
  page.on("request", (request) => {
    if (!inside(request.url())) seen.outside.push(request.url());
  });
  page.on("requestfailed", (request) => {
    if (inside(request.url())) {
      seen.failed.push(`${request.url()}: ${request.failure().errorText}`);
    }
  });
  page.on("requestfinished", (request) => {
    if (!request.url().startsWith("http")) return;
    sizes.push(request.sizes().then((size) => size.responseBodySize).catch(() => 0));
  });
  page.on("response", (response) => {
    if (response.status() >= 400) seen.failed.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto(url, { waitUntil: "load" });
  if (scripts) await settled(page);
  seen.bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  return { page, seen, close: () => context.close() };
}

/** Wait for the network to rest, for fonts and formulas, and for two frames after that. */
async function settled(page) {
  await Promise.all([
    page.waitForLoadState("networkidle"),
    page.evaluate(async () => {
      await globalThis.MathJax?.startup?.promise;
      await document.fonts.ready;
    }),
  ]);
  await page.evaluate(() =>
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}
