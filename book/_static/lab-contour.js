/* The valley f(x, y) = .1 x^2 + 2 y^2 as a reader sees it, turned or not: level curves, a walk with
 * a dot for each step, its start and the minimum. The figures of lessons 2 and 7 draw it.
 * Needs lab-common.js before it; a classic script, so that it also works from file://. */
(function (root) {
  "use strict";

  const { svg } = root;
  const LEVELS = [0.1, 0.5, 1.5, 3, 5.5, 10.5, 18];

  /** The marks of the valley, which a figure repeats in its key: a ring and a cross. */
  const start = (cx, cy) => svg("circle", { class: "lab-start", cx, cy, r: 5.5 });
  const minimum = (x, y, k = 7) => svg("path", {
    class: "lab-minimum", d: `M${x - k} ${y}H${x + k}M${x} ${y - k}V${y + k}`,
  });
  const step = (cx, cy) => svg("circle", { class: "lab-step", cx, cy, r: 3.2 });

  /** The valley in a box of `wide` times `height` pixels, the minimum in its middle.
   *
   * scale: pixels per unit. angle: degrees to the left. points: x0, y0, x1, y1, ... in one list.
   * Gives {x, y, nodes}: where a coordinate is drawn, and what to draw; none of it is text. */
  function contour({ wide, height, scale, angle = 0, points }) {
    const x = (v) => wide / 2 + scale * v, y = (v) => height / 2 - scale * v;
    const places = [];
    for (let i = 0; i < points.length; i += 2) places.push([x(points[i]), y(points[i + 1])]);
    const at = ([a, b]) => `${a.toFixed(2)} ${b.toFixed(2)}`;
    const inside = ([a, b]) => a >= 0 && a <= wide && b >= 0 && b <= height;
    const axis = (x1, y1, x2, y2) => svg("line", { class: "lab-grid", x1, y1, x2, y2 });
    const nodes = [
      axis(0, y(0), wide, y(0)), axis(x(0), 0, x(0), height),
      ...LEVELS.map((level) => svg("ellipse", {
        class: "lab-level", cx: x(0), cy: y(0), rx: scale * Math.sqrt(10 * level),
        ry: scale * Math.sqrt(level / 2), transform: `rotate(${-angle} ${x(0)} ${y(0)})`,
      })),
      svg("path", { class: "lab-path", d: "M" + places.map(at).join("L") }),
      ...places.slice(1).filter(inside).map((it) => step(...it)),
      start(...places[0]), minimum(x(0), y(0)),
    ];
    return { x, y, nodes };
  }

  root.contour = contour;
  root.contourKey = { start, minimum, step };
})(globalThis.Lab = globalThis.Lab || {});
