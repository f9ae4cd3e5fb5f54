/* <lab-decay rho="0.9" window="10">text for readers without scripts</lab-decay>
 *
 * The weights of a leaky average over the age of a sample. Two sliders: the decay rho, and how
 * many of the last samples to add up. Needs lab-averages.js and lab-common.js before it. */
(function () {
  "use strict";

  const { averages, svg, digits, slider, given, row, figure, define } = globalThis.Lab;

  // A stop for each step of the leading digit of 1 - rho: 0, .1 ... .9, .91 ... .99 ... .999.
  const RHOS = Array.from({ length: 28 }, (_, i) => {
    const scale = 10 ** (Math.floor(i / 9) + 1);
    return (scale - 10 + (i % 9)) / scale;
  });
  const COUNTS = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  for (const scale of [1, 10, 100]) {
    for (const n of [10, 12, 14, 16, 18, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90]) {
      if (n * scale <= 5000) COUNTS.push(n * scale);
    }
  }
  const HEIGHT = 250, LEFT = 44, RIGHT = 8, TOP = 10, BOTTOM = 40;

  const sorted = (values) => [...new Set(values)].sort((a, b) => a - b);
  const last = (n) => (n === 1 ? "the newest sample" : `the last ${n} samples`);
  const percent = (share) =>
    `${share < 1 && share > 0.99995 ? "over 99.99" : digits(100 * share)}\u00a0%`;
  /** The window that a rule of thumb claims, 1/(1-rho), as a whole number of samples. */
  const claim = (rho) => Math.round(1 / (1 - rho));
  const isWhole = (rho) => Math.abs(claim(rho) * (1 - rho) - 1) < 1e-9;
  /** The smallest of ... 0.5, 1, 2, 5, 10 ... that is not below x. */
  function roundUp(x) {
    const scale = 10 ** Math.floor(Math.log10(x));
    return [1, 2, 5, 10].map((m) => m * scale).find((r) => r >= x * (1 - 1e-9));
  }

  /** Everything the figure says about rho and the last n samples. */
  const measure = (rho, n) => ({
    share: averages.shareOfLast(rho, n),
    claimed: averages.shareOfLast(rho, claim(rho)),
    half: averages.halfLife(rho),
    age: averages.meanAge(rho),
    size: averages.effectiveSampleSize(rho),
    settled: [0.9, 0.95, 0.99].map((part) => averages.settlingSteps(rho, part)),
  });

  /** Bars over the ages from..to. Where they would be thinner than two pixels, one bar is the
   * mean of several weights: an area is a share of the weight at every scale. */
  function bars(rho, from, to, x, y) {
    const wide = x(1) - x(0);
    const each = Math.max(1, Math.ceil(2 / wide));
    let path = "";
    for (let a = from; a < to; a += each) {
      const b = Math.min(a + each, to);
      const mean = (averages.shareOfLast(rho, b) - averages.shareOfLast(rho, a)) / (b - a);
      const end = x(b) - (wide > 5 ? 1 : 0);
      path += `M${x(a).toFixed(2)} ${y(0)}V${y(mean).toFixed(2)}H${end.toFixed(2)}V${y(0)}Z`;
    }
    return path;
  }

  function draw(plot, rho, n, found) {
    const right = Math.max(280, plot.clientWidth) - RIGHT;
    const floor = HEIGHT - BOTTOM;
    // The axes change in steps of 1, 2, 5: between two steps the shape itself moves.
    const ages = Math.max(10, roundUp(found.settled[1]));
    const top = roundUp(1 - rho);
    const split = Math.min(n, ages);
    const window = digits(1 / (1 - rho));
    const x = (age) => LEFT + (age / ages) * (right - LEFT);
    const y = (weight) => floor - (weight / top) * (floor - TOP);
    const line = (kind, x1, y1, x2, y2) => svg("line", { class: kind, x1, y1, x2, y2 });
    const word = (at, base, anchor, text) =>
      svg("text", { x: at, y: base, "text-anchor": anchor, text });

    const axes = [0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((t) => [
      line("lab-grid", LEFT, y(t * top), right, y(t * top)),
      word(LEFT - 6, y(t * top) + 4, "end", digits(t * top)),
      word(x(t * ages), floor + 17, t === 1 ? "end" : "middle", digits(t * ages)),
    ]);
    const key = [
      ["lab-recent", `the last ${n}: ${percent(found.share)}`],
      ["lab-older", `older: ${percent(1 - found.share)}`],
      ["lab-half", `half-life ${digits(found.half)}`],
      ["lab-claim", `1/(1−ρ) = ${window}`],
    ].flatMap(([kind, text], row) => {
      const left = right - 172, base = TOP + 20 + 22 * row;
      return [
        row < 2
          ? svg("rect", { class: kind, x: left, y: base - 10, width: 22, height: 11 })
          : line(kind, left, base - 4, left + 22, base - 4),
        word(left + 30, base, "start", text),
      ];
    });

    plot.setAttribute("viewBox", `0 0 ${right + RIGHT} ${HEIGHT}`);
    plot.setAttribute("aria-label",
      `Bars: the weight of a sample k steps old, for decay ${rho} and ages 0 to ${ages}. ` +
      `They fall from ${digits(1 - rho)} at age 0 and halve every ${digits(found.half)} steps. ` +
      `Filled: ${last(n)}, with ${percent(found.share)} of the weight; pale: the older ones. ` +
      `A dashed line marks the half-life, a dotted line the age 1/(1−ρ) = ${window}.`);
    plot.replaceChildren(
      ...axes,
      word((LEFT + right) / 2, HEIGHT - 4, "middle", "age k of a sample, in steps"),
      svg("path", { class: "lab-older", d: bars(rho, split, ages, x, y) }),
      svg("path", { class: "lab-recent", d: bars(rho, 0, split, x, y) }),
      line("lab-half", x(found.half), TOP, x(found.half), floor),
      line("lab-claim", x(1 / (1 - rho)), TOP, x(1 / (1 - rho)), floor),
      line("lab-axis", LEFT, floor, right, floor),
      svg("rect", { class: "lab-key", x: right - 180, y: TOP + 2, width: 180, height: 94 }),
      ...key,
    );
  }

  const rows = (rho, n, found) => [
    row("share", `share of ${last(n)}`, [found.share], percent),
    row("claimed", `share of the last 1/(1−ρ) ${isWhole(rho) ? "=" : "≈"} ${claim(rho)}`,
      [found.claimed], percent),
    row("half", "half-life", [found.half], digits, " steps"),
    row("age", "mean age", [found.age], digits, " steps"),
    row("size", "as noisy as a mean of", [found.size], digits, " samples"),
    row("settled", "steps to settle to 90\u00a0/\u00a095\u00a0/\u00a099\u00a0%",
      found.settled, digits),
  ];
  const sentence = (rho, n, found) =>
    `With ρ = ${rho}, ${last(n)} ${n === 1 ? "holds" : "hold"} ${percent(found.share)} of the ` +
    `weight; a weight halves every ${digits(found.half)} steps.`;

  define("lab-decay", (host) => {
    const rho0 = given(host, "rho", (v) => v >= 0 && v <= 0.999, 0.9);
    const fits = (v) => Number.isInteger(v) && v >= 1 && v <= 5000;
    const n0 = given(host, "window", fits, claim(rho0));
    const decay = slider({
      label: "decay ρ", stops: sorted([...RHOS, rho0]), value: rho0, text: String,
    });
    const count = slider({
      label: "samples counted n", value: n0, text: String,
      stops: sorted([...COUNTS, ...RHOS.map(claim), claim(rho0), n0]),
    });
    decay.mark([0.9, 0.99, 0.999].map((value) =>
      ({ value, text: String(value), label: `set ρ to ${value}` })));
    const marks = (rho) => count.mark([
      { value: claim(rho), text: "1/(1−ρ)", label: `set n to 1/(1−ρ), ${claim(rho)}` },
    ]);
    figure(host, {
      caption: "Weight (1−ρ) ρᵏ of the sample that is k steps old", height: HEIGHT,
      sliders: [decay, count], marks, measure, draw, rows, sentence,
    });
  });
})();
