/* <lab-box lam="0.4" angle="0">text for readers without scripts</lab-box>
 *
 * Where a coupled and a decoupled walk of RMSprop come to rest. Two sliders: the strength of the
 * penalty, with the values marked at which the first wall of the box meets the minimum and from
 * which on a corner holds the walk, and the angle of the valley. Needs lab-weight-decay.js and
 * lab-common.js before it. */
(function () {
  "use strict";

  const { weightDecay, svg, digits, slider, given, row, figure, define } = globalThis.Lab;

  const ANGLES = weightDecay.angles();
  const LAMS = [
    0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17,
    0.18, 0.19, 0.2, 0.21, 0.22, 0.23, 0.24, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 1,
  ];
  const RATES = weightDecay.halving(0.2, 8, 100), STEPS = RATES.length, CLOSE = 100, EACH = 4;
  const LEVELS = [0.5, 1.5, 3, 5.5, 10.5, 18, 30];
  // The plot shows y from BELOW to ABOVE, x to the same scale about MIDDLE.
  const BELOW = -2.4, ABOVE = 6.4, MIDDLE = 1.6, TALL = 330, LEFT = 26, STRIP = 24, LINE = 21;
  const NAMES = ["x", "y"];

  const degrees = (angle) => `${angle}°`;
  const signed = (x) => digits(Math.abs(x) < 1e-9 ? 0 : x).replace("-", "−");
  const pair = (point) => `(${point.map(signed).join(", ")})`;

  /** Everything the figure says about a strength and an angle. */
  function measure(lam, angle) {
    const decoupled = weightDecay.box(lam, angle);
    const walks = [true, false].map((coupled) => weightDecay.walk(coupled, lam, angle, RATES));
    return {
      wall: weightDecay.wall(lam),
      minimum: weightDecay.minimum(angle),
      coupled: weightDecay.ridge(lam, angle),
      decoupled,
      walks,
      ends: walks.map((points) => points.slice(-2)),
      cut: weightDecay.cutOff(lam, angle),
      slope: weightDecay.slope(decoupled, angle),
      touch: weightDecay.loss(decoupled, angle),
    };
  }

  /** What holds the decoupled walk, in words. */
  function holds({ slope }) {
    const held = NAMES.filter((_, i) => Math.abs(slope[i]) > 1e-9);
    if (held.length === 0) return "the minimum itself, as no wall is in the way";
    if (held.length === 2) return "in a corner, where both walls hold it";
    const free = NAMES.find((name) => name !== held[0]);
    return `at the wall of ${held[0]}, where the slope of ${free} is 0`;
  }
  const verdict = (found) =>
    `the coupled walk rests at ${pair(found.coupled)}, on the ridge; the decoupled one at ` +
    `${pair(found.decoupled)}, ${holds(found)}`;

  /** A path through a flat list of points, of which it takes those that `keep` wants. */
  function path(kind, list, x, y, keep = () => true) {
    let d = "";
    for (let i = 0; i < list.length; i += 2) {
      if (keep(i / 2)) d += `${d ? "L" : "M"}${x(list[i]).toFixed(1)} ${y(list[i + 1]).toFixed(1)}`;
    }
    return svg("path", { class: kind, d });
  }

  const ring = (cx, cy) => svg("circle", { class: "lab-ring", cx, cy, r: 7 });
  const cross = (x, y) => svg("path", {
    class: "lab-cross", d: `M${x - 6} ${y - 6}L${x + 6} ${y + 6}M${x - 6} ${y + 6}L${x + 6} ${y - 6}`,
  });
  const dot = (cx, cy) => svg("circle", { class: "lab-dot", cx, cy, r: 3.5 });
  const line = (kind, x1, y1, x2, y2) => svg("line", { class: kind, x1, y1, x2, y2 });

  const KEY = [
    ["coupled, at rest", ring],
    ["all coupled ends", (x, y) => line("lab-ridge", x - 14, y, x + 14, y)],
    ["decoupled, at rest", cross],
    ["walls at ±1/(2λ)", (x, y) =>
      svg("rect", { class: "lab-wall", x: x - 12, y: y - 6, width: 24, height: 12 })],
    ["minimum of f", dot],
    ["level that touches", (x, y) => line("lab-touch", x - 14, y, x + 14, y)],
  ];

  function draw(plot, lam, angle, found) {
    const wide = Math.max(280, plot.clientWidth), columns = wide < 560 ? 2 : 3;
    const lines = KEY.length / columns, floor = TALL + STRIP, height = floor + lines * LINE;
    const scale = TALL / (ABOVE - BELOW), centre = (LEFT + wide) / 2;
    const x = (v) => centre + scale * (v - MIDDLE), y = (v) => scale * (ABOVE - v);
    const [p, q] = found.minimum;
    const level = (kind, height) => svg("ellipse", {
      class: kind, cx: x(p), cy: y(q), rx: scale * Math.sqrt(10 * height),
      ry: scale * Math.sqrt(height / 2), transform: `rotate(${-angle} ${x(p)} ${y(q)})`,
    });
    const word = (at, base, anchor, text) =>
      svg("text", { x: at, y: base, "text-anchor": anchor, text });
    const ticks = [-8, -6, -4, -2, 0, 2, 4, 6, 8, 10, 12];
    const across = ticks.filter((v) => x(v) > LEFT + 8 && x(v) < wide - 8);
    const up = ticks.filter((v) => v > BELOW && v < ABOVE);
    const drawn = (step) => step <= CLOSE || step % EACH === 0;
    const half = scale * found.wall;

    plot.setAttribute("height", height);
    plot.setAttribute("viewBox", `0 0 ${wide} ${height}`);
    plot.setAttribute("aria-label",
      `Level curves of a long valley with its minimum at ${pair(found.minimum)}, turned by ` +
      `${angle} degrees, a square with walls at ${digits(found.wall)}, and two walks from 0. ` +
      `With λ = ${digits(lam)}, ${verdict(found)}.`);
    plot.replaceChildren(
      ...across.map((v) => line("lab-grid", x(v), 0, x(v), TALL)),
      ...up.map((v) => line("lab-grid", LEFT, y(v), wide, y(v))),
      ...LEVELS.map((height) => level("lab-level", height)),
      level("lab-touch", found.touch),
      svg("rect", { class: "lab-wall", x: x(0) - half, y: y(0) - half, width: 2 * half,
        height: 2 * half }),
      path("lab-ridge", weightDecay.ridges(angle, 60), x, y),
      path("lab-coupled", found.walks[0], x, y, drawn),
      path("lab-decoupled", found.walks[1], x, y, drawn),
      dot(x(p), y(q)), ring(...[x, y].map((to, i) => to(found.coupled[i]))),
      cross(...[x, y].map((to, i) => to(found.decoupled[i]))),
      svg("rect", { class: "lab-key", x: 0, y: 0, width: LEFT, height }),
      svg("rect", { class: "lab-key", x: 0, y: TALL, width: wide, height: height - TALL }),
      svg("rect", { class: "lab-frame", x: LEFT, y: 0.5, width: wide - LEFT - 0.5, height: TALL }),
      ...across.map((v) => word(x(v), TALL + 16, "middle", signed(v))),
      ...up.map((v) => word(LEFT - 6, y(v) + 4, "end", signed(v))),
      ...KEY.flatMap(([text, mark], i) => {
        const [at, base] = [Math.floor(i / lines), i % lines];
        const left = 20 + at * (wide / columns), middle = floor + (base + 0.5) * LINE;
        return [mark(left, middle), word(left + 22, middle + 4, "start", text)];
      }),
    );
  }

  const rows = (lam, angle, found) => [
    row("wall", "walls at ±1/(2λ)", [found.wall], digits),
    row("minimum", "minimum of f, x / y", found.minimum, signed),
    row("coupled", "coupled, at rest", found.coupled, signed),
    row("first", `coupled, ${STEPS} steps`, found.ends[0], signed),
    row("decoupled", "decoupled, at rest", found.decoupled, signed),
    row("second", `decoupled, ${STEPS} steps`, found.ends[1], signed),
    row("cut", "minimum, cut off", found.cut, signed),
    row("slope", "slope at decoupled rest", found.slope, signed),
  ];
  const sentence = (lam, angle, found) =>
    `With λ = ${digits(lam)}, turned by ${angle} degrees, ${verdict(found)}.`;

  define("lab-box", (host) => {
    const penalty = slider({
      label: "penalty λ", stops: LAMS, text: digits,
      value: given(host, "lam", (v) => LAMS.includes(v), 0.4),
    });
    const turning = slider({
      label: "turned by", stops: ANGLES, text: degrees,
      value: given(host, "angle", (v) => ANGLES.includes(v), 0),
    });
    const marks = (lam, angle) => {
      const [first, corner] = [weightDecay.firstWall(angle), weightDecay.corner(angle)];
      penalty.mark([
        { value: first, text: "first wall",
          label: `first wall: set λ to ${digits(first)}, where it meets the minimum` },
        { value: corner, text: "corner",
          label: `corner: set λ to ${digits(corner)}, from where on both walls hold` },
      ]);
    };
    turning.mark([0, 30, 90].map((value) =>
      ({ value, text: degrees(value), label: `turn by ${degrees(value)}` })));
    figure(host, {
      caption: "Two RMSprop walks from 0 with one penalty: where do they rest?", height: TALL,
      sliders: [penalty, turning], marks, measure, draw, rows, sentence,
    });
  });
})();
