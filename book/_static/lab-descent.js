/* <lab-descent rate="0.45" angle="0">text for readers without scripts</lab-descent>
 *
 * Gradient descent in the valley of the course. Two sliders: the learning rate, with its best value
 * and its edge marked, and the angle by which valley and start are turned. Needs lab-valley.js,
 * lab-common.js and lab-contour.js before it. */
(function () {
  "use strict";

  const { valley, contour, svg, digits, slider, given, row, figure, define } = globalThis.Lab;

  const STEPS = 25, LOW = 0.2, HIGH = 4;
  const BEST = valley.bestRate(), EDGE = 2 / HIGH, SAFE = 1 / HIGH;
  // Finer towards the edge, where little makes a difference: best rate and edge stand apart.
  const RATES = [
    0.05, 0.1, 0.15, 0.2, SAFE, 0.3, 0.35, 0.4, 0.42, 0.44, 0.45, 0.46, 0.47, BEST, 0.48, 0.4825,
    0.485, 0.4875, 0.49, 0.4925, 0.495, 0.4975, EDGE, 0.505, 0.51, 0.515, 0.52, 0.53,
  ];
  const ANGLES = Array.from({ length: 19 }, (_, k) => 5 * k);
  const HEIGHT = 300, REACH = 6; // the plot shows y from -REACH to REACH, x to the same scale

  const degrees = (angle) => `${angle}°`;
  const signed = (x) => digits(Math.abs(x) < 1e-12 ? 0 : x).replace("-", "−");
  const size = (x) => (x < 1e6 && x >= 1e-3 ? digits(x) : x.toExponential(2).replace("-", "−"));
  const count = (n) => (Number.isFinite(n) ? String(n) : "never");

  /** Everything the figure says about a rate and an angle. */
  const measure = (rate, angle) => ({
    flat: valley.factor(LOW, rate),
    steep: valley.factor(HIGH, rate),
    worst: valley.contraction(rate),
    steps: valley.stepsToThousandth(rate),
    loss: valley.lossAfter(rate, angle, STEPS),
  });

  /** What the walk does, in words. */
  function verdict({ steep, worst }) {
    if (worst > 1 + 1e-9) return "it flies apart";
    if (worst > 1 - 1e-9) return "it bounces from side to side for ever";
    if (Math.abs(steep) < 1e-9) return "across the valley it lands in one step";
    return steep < 0 ? "it oscillates across the valley and arrives" : "it creeps in from one side";
  }

  function draw(plot, rate, angle, found) {
    const wide = Math.max(280, plot.clientWidth);
    const points = valley.walk(rate, angle, STEPS);
    const { x, y, nodes } =
      contour({ wide, height: HEIGHT, scale: HEIGHT / (2 * REACH), angle, points });

    plot.setAttribute("viewBox", `0 0 ${wide} ${HEIGHT}`);
    plot.setAttribute("aria-label",
      `Level curves of a long valley, turned by ${angle} degrees, and ${STEPS} steps of gradient ` +
      `descent with rate ${digits(rate)}: ${verdict(found)}. ` +
      `The loss goes from 10.5 to ${size(found.loss)}.`);
    plot.replaceChildren(
      ...nodes,
      svg("text", { x: wide - 6, y: y(0) - 6, "text-anchor": "end", text: "x" }),
      svg("text", { x: x(0) + 6, y: 14, text: "y" }),
      svg("text", { x: x(0) + 10, y: y(0) - 8, text: "minimum" }),
      svg("text", {
        x: x(points[0]), y: y(points[1]) + 20, "text-anchor": "middle", text: "start",
      }),
    );
  }

  const rows = (rate, angle, found) => [
    row("flat", "factor per step, along the valley", [found.flat], signed),
    row("steep", "factor per step, across it", [found.steep], signed),
    row("worst", "the larger one in size", [found.worst], digits),
    row("steps", "steps to a thousandth, worst start", [found.steps], count),
    row("loss", `loss after ${STEPS} steps`, [found.loss], size),
  ];
  const sentence = (rate, angle, found) =>
    `With rate ${digits(rate)}, turned by ${angle} degrees, ${verdict(found)}; the loss after ` +
    `${STEPS} steps is ${size(found.loss)}.`;

  define("lab-descent", (host) => {
    const learning = slider({
      label: "learning rate η", stops: RATES, text: digits,
      value: given(host, "rate", (v) => RATES.includes(v), 0.45),
    });
    const turning = slider({
      label: "turned by", stops: ANGLES, text: degrees,
      value: given(host, "angle", (v) => ANGLES.includes(v), 0),
    });
    learning.mark([
      { value: SAFE, text: "1/λmax", label: `set η to 1/λmax, ${digits(SAFE)}` },
      { value: BEST, text: "best", label: `set η to the best rate, ${digits(BEST)}` },
      { value: EDGE, text: "2/λmax", label: `set η to the edge 2/λmax, ${digits(EDGE)}` },
    ]);
    turning.mark([0, 45, 90].map((value) =>
      ({ value, text: degrees(value), label: `turn by ${degrees(value)}` })));
    figure(host, {
      caption: "Gradient descent in a valley of curvatures 0.2 and 4", height: HEIGHT,
      sliders: [learning, turning], measure, draw, rows, sentence,
    });
  });
})();
