// What only <lab-failure> shows, and a reader's way through it; the judgement is Python's, in
// test_failure_figure.py.

import { visit } from "./figure.mjs";

function own(plot, { numbers, corners, style }) {
  const bars = (kind) => [...plot.querySelectorAll(`rect.${kind}`)].map((it) =>
    ["x", "width"].map((name) => Number(it.getAttribute(name))));
  return {
    rmsprop: corners("path.lab-path"),
    amsgrad: corners("path.lab-other"),
    walls: [...plot.querySelectorAll("line.lab-axis")].map((it) => Number(it.getAttribute("y1"))),
    grid: numbers("line.lab-axis", "x1", "x2"),
    down: bars("lab-older"), ups: bars("lab-up"), limit: numbers("line.lab-claim", "x1")[0],
    words: [...plot.querySelectorAll("text")].map((it) => {
      const { x, y, width, height } = it.getBBox();
      return [it.textContent, x, y, x + width, y + height];
    }),
    colours: {
      rmsprop: style("path.lab-path", "stroke"), amsgrad: style("path.lab-other", "stroke"),
      down: style("rect.lab-older", "fill"), up: style("rect.lab-up", "fill"),
      limit: style("line.lab-claim", "stroke"),
    },
    dashes: ["path.lab-path", "path.lab-other", "line.lab-claim"].map((it) =>
      style(it, "strokeDasharray")),
  };
}

visit("lab-failure", own, {
  right: ["ArrowRight"], end: ["End"], home: ["Home"], ten: ["Tab", "Tab", "Enter"],
  decay: ["Tab", "Tab", "ArrowRight"], tail: ["End"], zero: ["Home"], threshold: ["Tab", "Enter"],
  held: [...Array(5).fill("Shift+Tab"), "ArrowRight"], long: ["End"],
});
