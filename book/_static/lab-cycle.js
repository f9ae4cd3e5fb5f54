/* <lab-cycle eta="0.4" eps="0">text for readers without scripts</lab-cycle>
 *
 * How RMSprop ends in a flat valley and in a steep one. Two sliders: the learning rate, and the
 * guard, with the two values marked above which one valley after the other lets go of its cycle.
 * Needs lab-long-run.js and lab-common.js before it. */
(function () {
  "use strict";

  const { longRun, svg, digits, slider, given, row, figure, define } = globalThis.Lab;

  const STEPS = 400, LAST = 12, RHO = 0.9;
  const VALLEYS = [{ name: "x", kind: "flat", lam: 0.2 }, { name: "y", kind: "steep", lam: 4 }];
  const RATES = [0.1, 0.2, 0.3, 0.4, 0.6, 0.8];
  // Each edge of each rate, and between them guards whose kappa is so far from 2 that 400 steps
  // do, and whose cycles are no ties to round.
  const GUARDS = [
    0, 0.002, 0.004, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 1.2, 1.6,
    2,
  ];
  const HEIGHT = 322, LEFT = 42, RIGHT = 38, GAP = 16, TOP = 24, TALL = 120, NEXT = 150;
  const REACH = 0.6; // each panel shows -REACH to REACH, one scale for every rate

  const signed = (x) => digits(x).replace("-", "−");
  const size = (x) => (x < 1e-6 ? "< 10⁻⁶" : digits(x));
  const place = (x) => (x < 1e-9 ? "0" : digits(x)); // at an edge a rounding may be left
  const ratio = (x) => (Number.isFinite(x) ? digits(x) : "∞");

  const word = (x, y, anchor, text) => svg("text", { x, y, "text-anchor": anchor, text });

  /** Everything the figure says about a learning rate and a guard. */
  function measure(rate, eps) {
    const points = longRun.walk(rate, eps, RHO, STEPS);
    const paths = [0, 1].map((i) => points.filter((_, k) => k % 2 === i));
    const lams = VALLEYS.map((it) => it.lam);
    return {
      paths,
      ends: paths.map((path) => path[STEPS]),
      laws: lams.map((lam) => longRun.amplitude(rate, lam, eps)),
      kappas: lams.map((lam) => longRun.kappa(rate, lam, eps)),
      loss: longRun.loss(points.slice(-2)),
      floor: longRun.valleyFloor(rate),
    };
  }

  /** How a walk ends, in words, from what it did. */
  function ending(path, rate) {
    const end = path[STEPS], far = signed(Math.abs(end));
    if (Math.abs(end) < 1e-3 * rate) return "rests at 0";
    return end * path[STEPS - 1] < 0
      ? `jumps between −${far} and ${far}` : `is still on its way, at ${signed(end)}`;
  }
  function verdict(rate, eps, { paths }) {
    const [x, y] = paths.map((path) => ending(path, rate));
    if (x !== y) return `x ${x}, y ${y}`;
    return `x and y both ${x.replace(/^(jump|rest)s/, "$1")}` +
      (eps === 0 ? ", half the learning rate" : "");
  }

  /** One coordinate: the whole way as a dot for each step, and the last steps one by one. */
  function panels(path, valley, top, split, right, rate) {
    const y = (v) => top + TALL / 2 - (v / REACH) * (TALL / 2);
    const x = (t) => LEFT + (t / STEPS) * (split - LEFT);
    const near = (t) =>
      split + GAP + 6 + ((t - STEPS + LAST) / LAST) * (right - split - GAP - 12);
    const inside = (t) => Math.abs(path[t]) <= REACH;
    const held = (v) => y(Math.max(-REACH, Math.min(REACH, v))).toFixed(1);
    let way = "", dots = "";
    path.forEach((v, t) => {
      // A step beyond the panel ends at its frame, without a dot.
      if (t > 0 && (inside(t) || inside(t - 1))) {
        way += `M${x(t - 1).toFixed(1)} ${held(path[t - 1])}L${x(t).toFixed(1)} ${held(v)}`;
      }
      if (inside(t)) dots += `M${x(t).toFixed(1)} ${held(v)}h0`;
    });
    const ends = path.slice(STEPS - LAST).map((v, k) => [near(STEPS - LAST + k), y(v)]);
    const line = (kind, x1, x2, at) => svg("line", { class: kind, x1, x2, y1: at, y2: at });
    const frame = (from, to) =>
      svg("rect", { class: "lab-frame", x: from, y: top, width: to - from, height: TALL });
    const spread = Math.max(7, y(0) - y(rate / 2)); // or the two labels of a small rate would meet
    return [
      ...[-0.4, -0.2, 0, 0.2, 0.4].flatMap((v) => [
        line("lab-grid", LEFT, split, y(v)), line("lab-grid", split + GAP, right, y(v)),
        word(LEFT - 6, y(v) + 4, "end", signed(v)),
      ]),
      frame(LEFT, split), frame(split + GAP, right),
      word(LEFT, top - 7, "start", `${valley.name}, ${valley.kind}: λ = ${valley.lam}`),
      ...[1, -1].flatMap((sign) => [
        line("lab-half", LEFT, split, y(sign * rate / 2)),
        line("lab-half", split + GAP, right, y(sign * rate / 2)),
        word(right + 5, y(0) + 4 - sign * spread, "start", sign > 0 ? "η/2" : "−η/2"),
      ]),
      svg("path", { class: "lab-way", d: way }),
      svg("path", { class: "lab-dots", d: dots }),
      svg("path", { class: "lab-path", d: "M" + ends.map((it) => it.join(" ")).join("L") }),
      ...ends.map(([cx, cy]) => svg("circle", { class: "lab-step", cx, cy, r: 3.2 })),
    ];
  }

  function draw(plot, rate, eps, found) {
    const right = Math.max(280, plot.clientWidth) - RIGHT;
    const split = LEFT + Math.round(0.66 * (right - LEFT));
    const base = HEIGHT - 11;
    plot.setAttribute("viewBox", `0 0 ${right + RIGHT} ${HEIGHT}`);
    plot.setAttribute("aria-label",
      `Two rows, x in the flat valley and y in the steep one, each over ${STEPS} steps of RMSprop ` +
      `and over the last ${LAST}. With η = ${rate} and ε = ${eps}, ${verdict(rate, eps, found)}. ` +
      "Dashed lines mark η/2 and −η/2.");
    plot.replaceChildren(
      ...VALLEYS.flatMap((valley, i) =>
        panels(found.paths[i], valley, TOP + i * NEXT, split, right, rate)),
      word(LEFT, base, "middle", 0),
      word((LEFT + split) / 2, base, "middle", `step ${STEPS / 2}`),
      word(split, base, "end", STEPS),
      word(right + RIGHT, base, "end", `last ${LAST} steps`),
    );
  }

  const rows = (rate, eps, found) => [
    row("end", "distance from 0 at the end, x / y", found.ends.map(Math.abs), size),
    row("law", "predicted by (5.12), x / y", found.laws, place),
    row("kappa", "κ = ηλ/ε, x / y", found.kappas, ratio),
    row("loss", `loss after ${STEPS} steps`, [found.loss], size),
    row("floor", "floor without a guard, (5.14)", [found.floor], digits),
  ];
  const sentence = (rate, eps, found) =>
    `With η = ${rate} and ε = ${eps}, ${verdict(rate, eps, found)}; the loss ends at ` +
    `${size(found.loss).replace("< ", "less than ")}.`;

  define("lab-cycle", (host) => {
    const learning = slider({
      label: "learning rate η", stops: RATES, text: String,
      value: given(host, "eta", (v) => RATES.includes(v), 0.4),
    });
    const guard = slider({
      label: "guard ε", stops: GUARDS, text: String,
      value: given(host, "eps", (v) => GUARDS.includes(v), 0),
    });
    learning.mark([0.2, 0.4, 0.8].map((value) =>
      ({ value, text: String(value), label: `set η to ${value}` })));
    const edges = (rate) => VALLEYS.map(({ name, lam }) => {
      const wanted = longRun.edge(rate, lam);
      const value = GUARDS.find((it) => Math.abs(it - wanted) < 1e-9);
      return { value, text: `${name} rests`, label: `${name} rests: set ε to ηλ/2, ${value}` };
    });
    const marks = (rate) =>
      guard.mark([{ value: 0, text: "0", label: "set ε to 0" }, ...edges(rate)]);
    figure(host, {
      caption: "RMSprop with decay 0.9 in a flat valley and in a steep one", height: HEIGHT,
      sliders: [learning, guard], marks, measure, draw, rows, sentence,
    });
  });
})();
