// Use <lab-decay> as a reader does and report what it shows. Task: {chromium, url, stages, scheme}:
// one stage is a look at the page as it opens. Answer: facts by name; the judgement is Python's, in
// test_decay_figure.py.

import { main, view } from "./browser.mjs";

/** Everything the figure says and shows at this moment. */
function facts(page, nth = 0) {
  return page.evaluate((nth) => {
    const host = document.querySelectorAll("lab-decay")[nth];
    const plot = host.querySelector("svg");
    if (!plot) return { text: host.innerText, height: host.getBoundingClientRect().height };
    const end = (kind, name) => Number(plot.querySelector(`line.${kind}`).getAttribute(name));
    const area = (kind) => {
      // A bar is M left floor V top H right V floor Z.
      const bar = /M([-\d.]+) ([-\d.]+)V([-\d.]+)H([-\d.]+)V/g;
      const path = plot.querySelector(`path.${kind}`).getAttribute("d");
      return [...path.matchAll(bar)].reduce((sum, [, x, floor, top, right]) =>
        sum + (right - x) * (floor - top), 0);
    };
    const rows = [...host.querySelectorAll("dl > div")];
    const colour = (kind, what) => getComputedStyle(plot.querySelector(kind))[what];
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
          at: (box.left + box.width / 2 - input.left) / input.width, width: box.width,
          height: box.height };
      }),
      status: host.querySelector("[role=status]").textContent,
      label: plot.getAttribute("aria-label"),
      areas: { recent: area("lab-recent"), older: area("lab-older") },
      half: end("lab-half", "x1"),
      claim: end("lab-claim", "x1"),
      axis: [end("lab-axis", "x1"), end("lab-axis", "x2")],
      colours: {
        recent: colour("path.lab-recent", "fill"), older: colour("path.lab-older", "fill"),
        half: colour("line.lab-half", "stroke"), text: colour("text", "fill"),
        paper: getComputedStyle(host.querySelector("figure")).backgroundColor,
      },
      dashes: [colour("line.lab-half", "strokeDasharray"), colour("line.lab-claim", "strokeDasharray")],
      focus: document.activeElement.getAttribute("aria-label")
        ?? document.activeElement.labels?.[0]?.textContent ?? null,
      page: document.scrollingElement.scrollWidth,
      plot: [plot.getBoundingClientRect().left, plot.getBoundingClientRect().right],
      sliderHeight: host.querySelector(".lab-sliders").getBoundingClientRect().height,
    };
  }, nth);
}

/** Press keys in turn, then wait for the live region, which speaks once the slider rests. */
async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForFunction(() => {
    const host = document.querySelector("lab-decay");
    const [rho, n] = [...host.querySelectorAll("input")].map((it) => it.ariaValueText);
    const said = host.querySelector("[role=status]").textContent;
    return said.startsWith(`With ρ = ${rho}, the `) && said.includes(n > 1 ? ` ${n} ` : "newest");
  }, null, { timeout: 20_000 }).catch(() => {}); // Python reports what the region says instead
  return facts(page);
}

main(async ({ url, stages, scheme = "light" }, browser) => {
  const out = {};
  const light = await view(browser, url, { scheme });
  out[scheme] = await facts(light.page);
  if (stages === 1) return out;
  out.odd = await facts(light.page, 1);
  out.wrong = await facts(light.page, 2);
  await light.page.keyboard.press("Tab");
  out.left = await facts(light.page);
  out.right = await press(light.page, ...Array(5).fill("ArrowRight"));
  out.end = await press(light.page, "End");
  out.home = await press(light.page, "Home");
  out.mark = await press(light.page, "Tab", "Tab", "Enter");
  out.count = await press(light.page, "Tab", "Tab", "ArrowLeft");
  out.claim = await press(light.page, "Tab", "Space");
  out.one = await press(light.page, "Shift+Tab", "Home");
  out.many = await press(light.page, "End");
  out.moving = await light.page.evaluate(() => {
    const input = document.querySelector("lab-decay input");
    const status = document.querySelector("lab-decay [role=status]");
    const before = status.textContent;
    input.stepDown();
    input.dispatchEvent(new Event("input"));
    return { silent: status.textContent === before };
  });
  await light.page.emulateMedia({ media: "print" });
  out.print = await facts(light.page);
  out.seen = light.seen;
  await light.close();

  for (const [name, options] of [
    ["dark", { scheme: "dark" }], ["phone", { width: 390 }], ["without", { scripts: false }],
  ]) {
    const other = await view(browser, url, options);
    out[name] = await facts(other.page);
    await other.close();
  }
  return out;
});
