// What only <lab-descent> shows, and a reader's way through it; the judgement is Python's, in
// test_descent_figure.py.

import { visit } from "./figure.mjs";

function own(plot, { numbers, corners, style }) {
  return {
    path: corners("path.lab-path"),
    dots: plot.querySelectorAll("circle.lab-step").length,
    start: numbers(".lab-start", "cx", "cy"),
    ellipses: [...plot.querySelectorAll("ellipse")].map((it) =>
      [Number(it.getAttribute("rx")), Number(it.getAttribute("ry")), it.getAttribute("transform")]),
    colours: {
      path: style("path.lab-path", "stroke"), level: style(".lab-level", "stroke"),
      minimum: style(".lab-minimum", "stroke"),
    },
  };
}

visit("lab-descent", own, {
  right: ["ArrowRight"], end: ["End"], home: ["Home"], safe: ["Tab", "Enter"],
  best: ["Tab", "Enter"], edge: ["Tab", "Space"], angle: ["Tab", ...Array(6).fill("ArrowRight")],
  half: ["Tab", "Tab", "Enter"],
});
