// What only <lab-box> shows, and a reader's way through it; the judgement is Python's, in
// test_box_figure.py.

import { visit } from "./figure.mjs";

function own(plot, { numbers, corners, style }) {
  const ellipses = (kind) => [...plot.querySelectorAll(`ellipse.${kind}`)].map((it) =>
    [...["cx", "cy", "rx", "ry"].map((name) => Number(it.getAttribute(name))),
      it.getAttribute("transform")]);
  const words = [...plot.querySelectorAll("text")].map((it) => it.getBoundingClientRect());
  return {
    ring: numbers(".lab-ring", "cx", "cy"),
    cross: corners(".lab-cross"),
    dot: numbers(".lab-dot", "cx", "cy"),
    wall: numbers(".lab-wall", "x", "y", "width", "height"),
    frame: numbers(".lab-frame", "x", "y", "width", "height"),
    levels: ellipses("lab-level"),
    touch: ellipses("lab-touch"),
    ridge: corners("path.lab-ridge"),
    coupled: corners(".lab-coupled"),
    decoupled: corners(".lab-decoupled"),
    words: words.map(({ left, right, top, bottom }) => [left, top, right, bottom]),
    key: plot.querySelectorAll(".lab-ring, .lab-ridge, .lab-cross, .lab-wall, .lab-dot, .lab-touch")
      .length,
    colours: {
      ring: style(".lab-ring", "stroke"), cross: style(".lab-cross", "stroke"),
      ridge: style(".lab-ridge", "stroke"), wall: style(".lab-wall", "stroke"),
      touch: style(".lab-touch", "stroke"), dot: style(".lab-dot", "fill"),
      coupled: style(".lab-coupled", "stroke"), decoupled: style(".lab-decoupled", "stroke"),
      level: style(".lab-level", "stroke"),
    },
    dashes: ["lab-ridge", "lab-touch", "lab-wall"].map((kind) => style(`.${kind}`, "strokeDasharray")),
  };
}

visit("lab-box", own, {
  right: ["ArrowRight"], end: ["End"], home: ["Home"], first: ["Tab", "Enter"],
  corner: ["Tab", "Space"], turned: ["Tab", "ArrowRight", "ArrowRight"],
  quarter: ["Tab", "Tab", "Tab", "Enter"], back: ["Shift+Tab", "Enter"],
  deep: ["Shift+Tab", "Shift+Tab", "Shift+Tab", "Enter"], wall: ["Shift+Tab", "Space"],
  strong: ["Shift+Tab", "End"],
});
