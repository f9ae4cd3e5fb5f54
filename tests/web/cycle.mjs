// What only <lab-cycle> shows, and a reader's way through it; the judgement is Python's, in
// test_cycle_figure.py.

import { visit } from "./figure.mjs";

function own(plot, { style }) {
  const each = (kind, read) => [...plot.querySelectorAll(kind)].map(read);
  const number = (name) => (it) => Number(it.getAttribute(name));
  const points = (it) => [...it.getAttribute("d").matchAll(/[ML](\S+) ([^\sLMh]+)/g)]
    .map(([, x, y]) => [Number(x), Number(y)]);
  return {
    dots: each("path.lab-dots", points),
    ways: each("path.lab-way", points),
    last: each("path.lab-path", points),
    circles: each("circle.lab-step", (it) => [number("cx")(it), number("cy")(it)]),
    halves: each("line.lab-half", number("y1")),
    frames: each("rect.lab-frame", (it) => ["x", "y", "width", "height"].map((name) =>
      number(name)(it))),
    words: each("text", (it) => {
      const { left, right, top, bottom } = it.getBoundingClientRect();
      return { text: it.textContent, box: [left, top, right, bottom] };
    }),
    colours: {
      way: style("path.lab-way", "stroke"), dots: style("path.lab-dots", "stroke"),
      last: style("path.lab-path", "stroke"), half: style("line.lab-half", "stroke"),
    },
    dash: style("line.lab-half", "strokeDasharray"),
  };
}

visit("lab-cycle", own, {
  right: ["ArrowRight"], end: ["End"], home: ["Home"], low: ["Tab", "Enter"],
  lesson: ["Tab", "Enter"], high: ["Tab", "Space"], guard: ["Tab", "ArrowRight", "ArrowRight"],
  flat: ["Tab", "Tab", "Enter"], steep: ["Tab", "Space"],
  large: ["Shift+Tab", "Shift+Tab", "Shift+Tab", "End"],
  slow: ["Shift+Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab", "Home"],
});
