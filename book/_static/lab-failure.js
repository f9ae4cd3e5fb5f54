/* <lab-failure c="10" rho="0.9">text for readers without scripts</lab-failure>
 *
 * A round of C slopes, C once and then -1. Two sliders: C, and the decay with the threshold of the
 * round marked. Above, the weight over the steps, RMSprop and AMSGrad; below, a settled round: one
 * step down against all steps up. Needs lab-rounds.js and lab-common.js before it. */
(function () {
  "use strict";

  const { rounds, svg, digits, slider, given, row, figure, define } = globalThis.Lab;

  const STEPS = 3000, RATE = 0.5;
  const SIZES = Array.from({ length: 28 }, (_, i) => i + 3);
  const RHOS = [
    0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.91, 0.92, 0.93, 0.94,
    0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.992, 0.994, 0.996, 0.998, 0.999,
  ];
  const HEIGHT = 358, LEFT = 40, RIGHT = 8, TOP = 28, TALL = 190, FLOOR = TOP + TALL;
  const REACH = 1.25; // beyond the walls at -1 and 1 there is room for their names
  const BARS = { left: 56, right: 48, top: FLOOR + 76, height: 18, next: 28 };

  const signed = (x) => digits(Math.abs(x) < 1e-9 ? 0 : x).replace("-", "−");

  /** Everything the figure says about a round and a decay. */
  function measure(C, rho) {
    const [down, ...ups] = rounds.steps(C, rho);
    const places = rounds.walk(C, rho, RATE, STEPS);
    const [first, second] = [0, 1].map((i) => places.filter((_, k) => k % 2 === i));
    return {
      down: -down, ups, up: ups.reduce((a, b) => a + b, 0),
      pull: rounds.pull(C, rho), move: rounds.move(C, rho), star: rounds.threshold(C),
      rmsprop: first, amsgrad: second,
    };
  }

  /** Where the sign of a settled round takes RMSprop, in words. */
  function verdict({ move }) {
    if (Math.abs(move) < 1e-9) return "up and down cancel, this is the threshold";
    return move > 0
      ? "RMSprop climbs, towards the worst place" : "RMSprop goes down, towards the best place";
  }
  const compared = (found) => `${digits(found.down)} down and ${digits(found.up)} up`;

  /** The first of the steps in each of `count` equal parts of the logarithmic axis. */
  function thin(steps, count) {
    const first = new Map();
    for (const t of steps) {
      const part = Math.floor((count * Math.log(t)) / Math.log(STEPS));
      if (!first.has(part)) first.set(part, t);
    }
    return [...first.values()];
  }

  /** The steps at which the walk is drawn: all of the first rounds, and of later ones, where they
   * are dense, some rounds by their lowest and highest place: the first step and the last. */
  function zigzag(C) {
    const starts = Array.from({ length: Math.floor(STEPS / C) }, (_, k) => C * k + 1);
    const whole = starts.filter((t) => t <= 100).length * C;
    return [
      ...Array.from({ length: whole }, (_, i) => i + 1),
      ...thin(starts.filter((t) => t > 100), 240).flatMap((t) => [t, t + C - 1]),
    ];
  }
  const roundEnds = (C) =>
    thin(Array.from({ length: Math.floor(STEPS / C) }, (_, k) => C * (k + 1)), 80);

  const line = (kind, x1, y1, x2, y2) => svg("line", { class: kind, x1, y1, x2, y2 });
  const word = (at, base, anchor, text) =>
    svg("text", { x: at, y: base, "text-anchor": anchor, text });

  /** The weight over the steps, between its walls. */
  function walks(right, C, found) {
    const x = (t) => LEFT + (Math.log(t) / Math.log(STEPS)) * (right - LEFT);
    const y = (v) => TOP + TALL / 2 - (v / REACH) * (TALL / 2);
    const at = (path) => (t) => `${x(t).toFixed(2)} ${y(path[t]).toFixed(2)}`;
    const trace = (kind, path, steps) =>
      svg("path", { class: kind, d: "M" + steps.map(at(path)).join("L") });
    return [
      line("lab-path", 0, 10, 24, 10), word(30, 14, "start", "RMSprop"),
      line("lab-other", 104, 10, 128, 10), word(134, 14, "start", "AMSGrad, ends of rounds"),
      ...[1, 10, 100, 1000].flatMap((t) => [
        line("lab-grid", x(t), TOP, x(t), FLOOR), word(x(t), FLOOR + 17, "middle", t),
      ]),
      ...[-0.5, 0, 0.5].map((v) => line("lab-grid", LEFT, y(v), right, y(v))),
      ...[-1, 1].map((v) => line("lab-axis", LEFT, y(v), right, y(v))),
      ...[-1, -0.5, 0, 0.5, 1].map((v) => word(LEFT - 6, y(v) + 4, "end", signed(v))),
      word(LEFT + 4, y(1) - 5, "start", "worst place"),
      word(LEFT + 4, y(-1) + 14, "start", "best place"),
      word((LEFT + right) / 2, FLOOR + 34, "middle", `step t, from θ = 0 with η = ${RATE}`),
      trace("lab-other", found.amsgrad, roundEnds(C)),
      trace("lab-path", found.rmsprop, zigzag(C)),
    ];
  }

  /** A settled round: the large step down as one bar, below it the steps up, end to end. */
  function bars(right, C, found) {
    const { left, top, height, next } = BARS;
    const scale = (right - BARS.right - left) / Math.max(found.down, found.up);
    const bar = (kind, from, length, y) => svg("rect", {
      class: kind, x: left + scale * from, y, width: scale * length, height,
    });
    let from = 0;
    const ups = found.ups.map((length) => {
      from += length;
      return bar("lab-up", from - length, length, top + next);
    });
    return [
      word(0, top - 12, "start", "A settled round, in units of η/√t"),
      word(left - 6, top + 14, "end", "1 down"),
      word(left - 6, top + next + 14, "end", `${C - 1} up`),
      bar("lab-older", 0, found.down, top), ...ups,
      line("lab-claim", left + scale * found.down, top - 5,
        left + scale * found.down, top + next + height + 5),
      word(right, top + 14, "end", digits(found.down)),
      word(right, top + next + 14, "end", digits(found.up)),
    ];
  }

  function draw(plot, C, rho, found) {
    const right = Math.max(280, plot.clientWidth) - RIGHT;
    plot.setAttribute("viewBox", `0 0 ${right + RIGHT} ${HEIGHT}`);
    plot.setAttribute("aria-label",
      `The weight over ${STEPS} steps, between walls at −1 and 1. With C = ${C} and ` +
      `ρ = ${digits(rho)}, RMSprop ends at ${signed(found.rmsprop[STEPS])} and AMSGrad at ` +
      `${signed(found.amsgrad[STEPS])}. Below, the steps of a settled round as bars: ` +
      `${compared(found)}; ${verdict(found)}.`);
    plot.replaceChildren(...walks(right, C, found), ...bars(right, C, found));
  }

  const rows = (C, rho, found) => [
    row("down", "the large step, down", [found.down], digits),
    row("up", `the ${C - 1} small steps, up`, [found.up], digits),
    row("pull", "up / down, (10.10)", [found.pull], digits),
    row("move", "move of a settled round, (10.9)", [found.move], signed),
    row("star", "threshold of this round", [found.star], digits),
    row("memory", "its memory 1/(1−ρ)", [1 / (1 - found.star)], digits, " steps"),
    row("ends", `θ after ${STEPS} steps, RMSprop / AMSGrad`,
      [found.rmsprop[STEPS], found.amsgrad[STEPS]], signed),
  ];
  const sentence = (C, rho, found) =>
    `With C = ${C} and ρ = ${digits(rho)}, a settled round goes ${compared(found)}: ` +
    `${verdict(found)}.`;

  define("lab-failure", (host) => {
    const size = slider({
      label: "large slope C", stops: SIZES, text: String,
      value: given(host, "c", (v) => SIZES.includes(v), 10),
    });
    const decay = slider({
      label: "decay ρ", stops: RHOS, text: digits,
      value: given(host, "rho", (v) => RHOS.includes(v), 0.9),
    });
    size.mark([3, 10, 30].map((value) =>
      ({ value, text: String(value), label: `set C to ${value}` })));
    const marks = (C, rho, { star }) => decay.mark([
      { value: star, text: "threshold", label: `set ρ to the threshold, ${digits(star)}` },
    ]);
    figure(host, {
      caption: "Rounds of C slopes: C, −1, …, −1", height: HEIGHT,
      sliders: [size, decay], marks, measure, draw, rows, sentence,
    });
  });
})();
