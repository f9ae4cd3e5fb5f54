// What only <lab-decay> shows, and a reader's way through it; the judgement is Python's, in
// test_decay_figure.py.

import { visit } from "./figure.mjs";

function own(plot, { numbers, style }) {
  const area = (kind) => {
    // A bar is M left floor V top H right V floor Z.
    const bar = /M([-\d.]+) ([-\d.]+)V([-\d.]+)H([-\d.]+)V/g;
    const path = plot.querySelector(`path.${kind}`).getAttribute("d");
    return [...path.matchAll(bar)].reduce((sum, [, x, floor, top, right]) =>
      sum + (right - x) * (floor - top), 0);
  };
  return {
    areas: { recent: area("lab-recent"), older: area("lab-older") },
    half: numbers("line.lab-half", "x1")[0],
    claim: numbers("line.lab-claim", "x1")[0],
    axis: numbers("line.lab-axis", "x1", "x2"),
    colours: {
      recent: style("path.lab-recent", "fill"), older: style("path.lab-older", "fill"),
      half: style("line.lab-half", "stroke"),
    },
    dashes: [style("line.lab-half", "strokeDasharray"), style("line.lab-claim", "strokeDasharray")],
  };
}

visit("lab-decay", own, {
  right: Array(5).fill("ArrowRight"), end: ["End"], home: ["Home"], mark: ["Tab", "Tab", "Enter"],
  count: ["Tab", "Tab", "ArrowLeft"], claim: ["Tab", "Space"], one: ["Shift+Tab", "Home"],
  many: ["End"],
});
