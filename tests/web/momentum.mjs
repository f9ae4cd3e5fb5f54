// What only <lab-momentum> shows, and a reader's way through it; the judgement is Python's, in
// test_momentum_figure.py.

import { visit } from "./figure.mjs";

function own(plot, { numbers, corners, style }) {
  return {
    path: corners("svg > svg path.lab-path"),
    dots: plot.querySelectorAll("svg > svg circle.lab-step").length,
    start: numbers("svg > svg .lab-start", "cx", "cy"),
    ellipses: [...plot.querySelectorAll("ellipse")].map((it) =>
      [Number(it.getAttribute("rx")), Number(it.getAttribute("ry"))]),
    valley: numbers("svg", "y", "width", "height"),
    frame: numbers("rect.lab-frame", "x", "y", "width", "height"),
    loss: corners("path.lab-loss"),
    reference: corners("path.lab-half"),
    words: [...plot.querySelectorAll("text")].map((it) => {
      const { left, right, top, bottom } = it.getBoundingClientRect();
      return { text: it.textContent, box: [left, right, top, bottom],
        at: Number(it.getAttribute("x")) };
    }),
    colours: {
      path: style("path.lab-loss", "stroke"), reference: style("path.lab-half", "stroke"),
      level: style(".lab-level", "stroke"), minimum: style(".lab-minimum", "stroke"),
    },
    dashes: [style("path.lab-loss", "strokeDasharray"), style("path.lab-half", "strokeDasharray")],
  };
}

visit("lab-momentum", own, {
  right: ["ArrowRight"], end: ["End"], home: ["Home"], flat: ["Tab", "Tab", "Enter"],
  steep: ["Tab", "Space"], held: ["Tab", "ArrowRight"], fast: ["End"], slow: ["Home"],
  descent: ["Tab", "Enter"], pair: ["Tab", "Enter"],
  best: [...Array(3).fill("Shift+Tab"), "Enter"], edge: [...Array(4).fill("Tab"), "Enter"],
});
