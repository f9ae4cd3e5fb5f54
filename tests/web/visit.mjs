// Visit pages and report what a reader would suffer from. Task: {chromium, visits: [{url, scheme}],
// article, excused: [{rule, within}], phone}. Answer: one finding per visit, in order.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { main, view } from "./browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AT_ONCE = 4; // a visit mostly waits

/** What axe finds in the article: {axe, excused}, the second with the theme's own findings. The dark
 *  page has the elements of the light one and other colours: only those are looked at there. */
function accessibility(page, article, excused, scheme) {
  return page.evaluate(async ([source, article, excused, scheme]) => {
    if (!document.querySelector(article)) {
      return { axe: [{ rule: "no-article", help: `no ${article} on the page`, at: [] }], excused: [] };
    }
    (0, eval)(source);
    const { violations } = await globalThis.axe.run(article, {
      resultTypes: ["violations"],
      ...(scheme === "dark" ? { runOnly: ["color-contrast"] } : {}),
    });
    const used = new Set();
    const ours = (rule, target) => {
      const node = document.querySelector(target);
      const excuse = excused.findIndex((it) => it.rule === rule && node?.closest(it.within));
      if (excuse >= 0) used.add(excuse);
      return excuse < 0;
    };
    const axe = violations.map(({ id, help, nodes }) => ({
      rule: id,
      help,
      at: nodes.filter(({ target }) => ours(id, String(target)))
        .map(({ target, html }) => ({ target: String(target), html: html.slice(0, 200) })),
    })).filter(({ at }) => at.length);
    return { axe, excused: [...used] };
  }, [AXE, article, excused, scheme]);
}

/** Wait until the page is laid out again. */
function drawn(page) {
  return page.evaluate(() =>
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Displayed equations that do not fit their column on a desk, where their number is out of sight. */
async function cut(page) {
  await page.setViewportSize({ width: 1280, height: 900 });
  await drawn(page);
  return page.evaluate(() => {
    const over = (node) => node.scrollWidth > node.clientWidth + 2;
    const wide = (node) => {
      while (node.tagName !== "ARTICLE" && !over(node)) node = node.parentElement;
      return node.tagName !== "ARTICLE";
    };
    return [...document.querySelectorAll("article mjx-container[display=true]")].filter(wide)
      .map((node) => node.closest("[id]").id);
  });
}

/** Does the page scroll sideways on a phone? Names the elements that stick out. */
async function overflow(page, width) {
  await page.setViewportSize({ width, height: 844 });
  await drawn(page);
  return page.evaluate((width) => {
    const page = document.scrollingElement.scrollWidth;
    if (page <= width) return { page, wide: [] };
    const held = (node) => {
      for (let up = node.parentElement; up && up !== document.body; up = up.parentElement) {
        if (getComputedStyle(up).overflowX !== "visible") return true;
      }
      return false;
    };
    const wide = [...document.body.querySelectorAll("*")]
      .filter((node) => node.getBoundingClientRect().right > width + 1 && !held(node))
      .map((node) => `${node.outerHTML.split(">")[0].slice(0, 120)}>`);
    return { page, wide: wide.slice(0, 5) };
  }, width);
}

async function visit(browser, { url, scheme }, { article, excused, phone }) {
  const { page, seen, close } = await view(browser, url, { scheme });
  try {
    return {
      url,
      scheme,
      theme: await page.evaluate(() => document.documentElement.dataset.theme ?? null),
      ...await accessibility(page, article, excused, scheme),
      cut: await cut(page),
      overflow: await overflow(page, phone),
      ...seen,
    };
  } finally {
    await close();
  }
}

main(async (task, browser) => {
  const found = [];
  const rest = task.visits.map((one, i) => [i, one]);
  const work = async () => {
    for (let next = rest.shift(); next; next = rest.shift()) {
      const [i, one] = next;
      found[i] = await visit(browser, one, task).catch((error) => ({ ...one, broken: `${error}` }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
});
