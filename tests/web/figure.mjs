// Use a figure of the book as a reader does and report what it shows. Task: {chromium, url, stages,
// scheme}: one stage is a look at the page as it opens. Answer: facts by name; the judgement is
// Python's, in test_NAME_figure.py.

import { main, view } from "./browser.mjs";

/** Runs in the page: everything a figure of this kind says and shows at this moment. */
function look([tag, nth, source]) {
  const host = document.querySelectorAll(tag)[nth];
  const plot = host.querySelector("svg");
  if (!plot) return { text: host.innerText, height: host.getBoundingClientRect().height };
  const rows = [...host.querySelectorAll("dl > div")];
  const tools = {
    numbers: (kind, ...names) =>
      names.map((name) => Number(plot.querySelector(kind).getAttribute(name))),
    // The corners of a path of M, L and absolute coordinates.
    corners: (kind) => [...plot.querySelector(kind).getAttribute("d").matchAll(/[ML](\S+) ([^\sLM]+)/g)]
      .map(([, x, y]) => [Number(x), Number(y)]),
    style: (kind, what) => getComputedStyle(plot.querySelector(kind))[what],
  };
  const own = eval(`(${source})`)(plot, tools);
  return {
    values: Object.fromEntries(rows.map((row) =>
      [row.dataset.name, [...row.querySelectorAll("data")].map((it) => Number(it.value))])),
    texts: Object.fromEntries(rows.map((row) => [row.dataset.name, row.innerText])),
    sliders: [...host.querySelectorAll("input")].map((input) => ({
      label: input.labels[0].textContent,
      says: input.getAttribute("aria-valuetext"),
      shown: input.parentElement.querySelector(".lab-value").textContent,
    })),
    marks: [...host.querySelectorAll("button")].map((button) => {
      const input = button.closest(".lab-slider").querySelector("input").getBoundingClientRect();
      const box = button.getBoundingClientRect();
      return { text: button.textContent, label: button.getAttribute("aria-label"),
        at: (box.left + box.width / 2 - input.left) / input.width,
        left: box.left, right: box.right, height: box.height };
    }),
    status: host.querySelector("[role=status]").textContent,
    label: plot.getAttribute("aria-label"),
    view: plot.getAttribute("viewBox").split(" ").map(Number),
    focus: document.activeElement.getAttribute("aria-label")
      ?? document.activeElement.labels?.[0]?.textContent ?? null,
    page: document.scrollingElement.scrollWidth,
    plot: [plot.getBoundingClientRect().left, plot.getBoundingClientRect().right],
    sliderHeight: host.querySelector(".lab-sliders").getBoundingClientRect().height,
    ...own,
    colours: {
      text: tools.style("text", "fill"),
      paper: getComputedStyle(host.querySelector("figure")).backgroundColor,
      ...own.colours,
    },
  };
}

/** Press keys in turn, then wait for the live region, which speaks once the slider rests. */
async function press(page, tag, keys) {
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForFunction((tag) =>
    !document.querySelector(`${tag} [role=status]`).hasAttribute("aria-busy"), tag, { timeout: 20_000 });
}

/** Visit a page with three figures `tag`: one as the lessons have it, one with other settings, one
 * with impossible ones. `own(plot, tools)` runs in the page and gives what only this figure shows;
 * `keys` {name: [keys]} are pressed in turn, from the first slider on, with a look after each. */
export function visit(tag, own, keys) {
  const facts = (page, nth = 0) => page.evaluate(look, [tag, nth, own.toString()]);
  main(async ({ url, stages, scheme = "light" }, browser) => {
    const out = {};
    const { page, seen, close } = await view(browser, url, { scheme });
    out[scheme] = await facts(page);
    if (stages === 1) return out;
    out.odd = await facts(page, 1);
    out.wrong = await facts(page, 2);
    await page.keyboard.press("Tab");
    out.left = await facts(page);
    for (const [name, list] of Object.entries(keys)) {
      await press(page, tag, list);
      out[name] = await facts(page);
    }
    out.moving = await page.evaluate((tag) => {
      const input = document.querySelector(`${tag} input`);
      const status = document.querySelector(`${tag} [role=status]`);
      const [before, at] = [status.textContent, input.value];
      input.stepDown();
      if (input.value === at) input.stepUp();
      input.dispatchEvent(new Event("input"));
      return { silent: status.textContent === before, busy: status.ariaBusy };
    }, tag);
    await page.emulateMedia({ media: "print" });
    out.print = await facts(page);
    out.seen = seen;
    await close();

    for (const [name, options] of [
      ["dark", { scheme: "dark" }], ["phone", { width: 390 }], ["without", { scripts: false }],
    ]) {
      const other = await view(browser, url, options);
      out[name] = await facts(other.page);
      await other.close();
    }
    return out;
  });
}
