/* <lab-momentum eta="0.2" mu="0.9">text for readers without scripts</lab-momentum>
 *
 * The heavy ball in the valley of the course. Two sliders: the momentum, with the critical one of
 * each coordinate marked, and the learning rate, with the best one of gradient descent, the best
 * pair's and the edge. Needs lab-heavy-ball.js, lab-common.js and lab-contour.js before it. */
(function () {
  "use strict";

  const { heavyBall, contour, contourKey, svg, digits, slider, given, row, figure, define } =
    globalThis.Lab;

  const STEPS = 40, LOW = 0.2, HIGH = 4;
  const DESCENT = 2 / (LOW + HIGH), [PAIR] = heavyBall.best();
  const twentieths = (from, to) => Array.from({ length: to - from + 1 }, (_, k) => (from + k) / 20);
  const MOMENTA = [...twentieths(0, 18), 0.92, 0.94, 0.96, 0.98, 0.99];
  // Finer around the best rates, whose marks must stand apart on a short slider too.
  const RATES = [
    ...twentieths(1, 10), 0.525, 0.55, 0.575, 0.6, 0.625, ...twentieths(13, 19), 0.98,
  ];
  const REFERENCE = heavyBall.losses(heavyBall.walk(DESCENT, 0, STEPS));
  const SCALE = 25, TOP = 20, TALL = 270, FOOT = 46, FLAT = 120; // heights of valley, foot and loss
  const TWO_COLUMNS = 560;
  const HIGHEST = 6, LOWEST = -14; // powers of ten; no setting's loss is lower
  const FAR = 1000; // a walk that flies apart is drawn until here

  const size = (x) => (x < 1e6 && x >= 1e-3 ? digits(x) : x.toExponential(2).replace("-", "−"));
  const count = (n) => (Number.isFinite(n) ? String(n) : "never");
  const swing = (n) => (Number.isFinite(n) ? digits(n) : "∞");

  /** How a coordinate moves, by the roots of (7.6). */
  function kind(mu, rate, period) {
    if (rate > 1 + 1e-9) return "flies apart";
    if (rate > 1 - 1e-9) return "never arrives";
    if (rate < 1e-9) return "lands in one step";
    if (Math.abs(rate - Math.sqrt(mu)) > 1e-9) return period === 2 ? "changes sides" : "creeps";
    return period === 2 || period === Infinity ? "critical" : "swings";
  }

  /** Everything the figure says about a momentum and a learning rate. */
  function measure(mu, eta) {
    const points = heavyBall.walk(eta, mu, STEPS);
    const [flat, steep] = [LOW, HIGH].map((lam) => {
      const rate = heavyBall.rate(eta * lam, mu), period = heavyBall.period(eta * lam, mu);
      return { rate, period, kind: kind(mu, rate, period) };
    });
    return {
      points, flat, steep, losses: heavyBall.losses(points),
      worst: Math.max(flat.rate, steep.rate), steps: heavyBall.stepsToThousandth(eta, mu),
    };
  }

  /** What a coordinate does, in words. */
  const does = (it) => ({
    "swings": `swings, once in ${digits(it.period)} steps`,
    "critical": "is critically damped",
    "changes sides": "changes sides at every step",
    "never arrives": "jumps from side to side for ever",
  })[it.kind] || it.kind;
  const verdict = ({ flat, steep }) => (flat.kind === "critical" && steep.kind === "critical"
    ? "x and y are both critically damped: the pair with the best rate" : `x ${does(flat)}; y ${does(steep)}`);
  const ending = ({ losses }) => `After ${STEPS} steps the loss is ${size(losses[STEPS])}; ` +
    `gradient descent at its best rate has ${size(REFERENCE[STEPS])}.`;

  const word = (x, y, text, anchor = "start") => svg("text", { x, y, "text-anchor": anchor, text });
  const line = (kind, x1, y1, x2, y2) => svg("line", { class: kind, x1, y1, x2, y2 });

  /** The loss at each step on a scale of powers of ten, beside that of the best descent. */
  function lossPanel(left, top, right, tall, losses) {
    const x = (t) => left + (t / STEPS) * (right - left);
    const y = (power) => top + ((HIGHEST - power) / (HIGHEST - LOWEST)) * tall;
    const corners = (list) => {
      const out = [];
      const powers = list.map(Math.log10);
      for (let t = 0; t <= STEPS; t += 1) {
        const over = powers[t] > HIGHEST; // the line ends at the frame
        const back = over ? (powers[t] - HIGHEST) / (powers[t] - powers[t - 1]) : 0;
        out.push(`${x(t - back).toFixed(2)} ${y(Math.min(HIGHEST, powers[t])).toFixed(2)}`);
        if (over) break;
      }
      return "M" + out.join("L");
    };
    const names = { 6: "10⁶", 0: "1", "-6": "10⁻⁶", "-12": "10⁻¹²" };
    return [
      ...[6, 0, -6, -12].flatMap((power) => [
        line("lab-grid", left, y(power), right, y(power)),
        word(left - 6, y(power) + 4, names[power], "end"),
      ]),
      svg("rect", { class: "lab-frame", x: left, y: top, width: right - left, height: tall }),
      word(left, top - 7, "loss"),
      word(left, top + tall + 17, 0, "middle"),
      word(x(STEPS / 2), top + tall + 17, STEPS / 2, "middle"),
      word(right, top + tall + 17, `step ${STEPS}`, "end"),
      svg("path", { class: "lab-path lab-loss", d: corners(losses) }),
      svg("path", { class: "lab-half", d: corners(REFERENCE) }),
    ];
  }

  function draw(plot, mu, eta, found) {
    const wide = Math.max(300, plot.clientWidth);
    const beside = wide >= TWO_COLUMNS;
    const valley = beside ? Math.max(310, Math.round(wide / 2)) : wide; // its width
    const high = TOP + TALL + FOOT + (beside ? 0 : FLAT + FOOT);
    const far = found.points.findIndex((v) => Math.abs(v) > FAR);
    const points = found.points.slice(0, far < 0 ? undefined : far + 1);
    const { x, y, nodes } = contour({ wide: valley, height: TALL, scale: SCALE, points });
    const key = TOP + TALL + 20, foot = high - 8, from = Math.max(6, wide - 330);

    plot.setAttribute("height", high);
    plot.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    plot.setAttribute("aria-label",
      `Level curves of a long valley and ${STEPS} steps of the heavy ball with momentum ` +
      `${digits(mu)} and learning rate ${digits(eta)}; below or beside it the loss at each step. ` +
      `${verdict(found)}. ${ending(found)}`);
    plot.replaceChildren(
      // A drawing of its own: a walk that leaves it does not cross the rest.
      svg("svg", { y: TOP, width: valley, height: TALL },
        [...nodes, word(valley - 6, y(0) - 6, "x", "end")]),
      word(x(0), TOP - 7, "y", "middle"),
      contourKey.start(8, key - 4), word(20, key, "start"),
      contourKey.minimum(76, key - 4, 6), word(88, key, "minimum"),
      contourKey.step(166, key - 4), word(176, key, "one step"),
      ...beside ? lossPanel(valley + 54, TOP, wide - 8, TALL, found.losses)
        : lossPanel(50, TOP + TALL + FOOT, wide - 8, FLAT, found.losses),
      line("lab-path", from, foot - 4, from + 24, foot - 4), word(from + 30, foot, "this walk"),
      line("lab-half", from + 98, foot - 4, from + 122, foot - 4),
      word(from + 128, foot, "gradient descent, best rate"),
    );
  }

  const coordinate = (name, term, it) => row(name, term, [it.rate], digits, `, ${it.kind}`);
  const rows = (mu, eta, found) => [
    coordinate("flat", "x, flat: factor per step", found.flat),
    coordinate("steep", "y, steep: factor per step", found.steep),
    row("worst", "the larger of the two", [found.worst], digits),
    row("period", "steps per swing, x / y", [found.flat.period, found.steep.period], swing),
    row("steps", "steps to a thousandth, worst start", [found.steps], count),
    row("loss", `loss after ${STEPS} steps`, [found.losses[STEPS]], size),
  ];
  const sentence = (mu, eta, found) => `With momentum ${digits(mu)} and learning rate ` +
    `${digits(eta)}, ${verdict(found)}. ${ending(found)}`;

  define("lab-momentum", (host) => {
    const friction = slider({
      label: "momentum μ", stops: MOMENTA, text: digits,
      value: given(host, "mu", (v) => MOMENTA.includes(v), 0.9),
    });
    const learning = slider({
      label: "learning rate η", stops: RATES, text: digits,
      value: given(host, "eta", (v) => RATES.includes(v), 0.2),
    });
    // A threshold that is a round number but for rounding is that number.
    const exact = (value, stops) => stops.find((it) => Math.abs(it - value) < 1e-9) ?? value;
    function marks(mu, eta) {
      const flat = exact(heavyBall.critical(LOW * eta), MOMENTA);
      const steep = exact(heavyBall.critical(HIGH * eta), [...MOMENTA, flat]);
      const edge = exact(heavyBall.edge(mu), [...RATES, PAIR]);
      friction.mark([
        { value: 0, text: "0", label: "set μ to 0, gradient descent" },
        { value: flat, text: "x critical", label: `x critical: set μ to ${digits(flat)}` },
        { value: steep, text: "y critical", label: `y critical: set μ to ${digits(steep)}` },
      ]);
      learning.mark([
        { value: DESCENT, text: "descent",
          label: `best rate of gradient descent: set η to ${digits(DESCENT)}` },
        { value: PAIR, text: "best pair", label: `best pair: set η to ${digits(PAIR)}` },
        { value: edge, text: "edge", label: `edge: set η to 2(1+μ)/λmax, ${digits(edge)}` },
      ]);
    }
    figure(host, {
      caption: "The heavy ball in a valley of curvatures 0.2 and 4", height: TOP + TALL + FOOT,
      sliders: [friction, learning], marks, measure, draw, rows, sentence,
    });
  });
})();
