/* What every widget of the book shares: one slider grammar, one frame, one number format, SVG and
 * HTML makers.
 * Loaded before the widgets; a classic script, so that it also works from file://. */
(function (root) {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  let ids = 0;

  /** Set attributes (`text` sets the text) and append children; returns the node. */
  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "text") node.textContent = value;
      else node.setAttribute(name, value);
    }
    node.append(...(children || []));
    return node;
  }
  const html = (tag, attributes, children) =>
    fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, children) =>
    fill(document.createElementNS(SVG, tag), attributes, children);

  /** At most four significant digits, no trailing zeros: 6.579, 65.13, 0.05, 2302. */
  const digits = (x) => String(Number(x.toPrecision(4)));

  /** A number to read, with the unrounded one in `value` for machines. */
  const data = (value, text) => html("data", { value, text });

  /** A labelled range input that moves over `stops`, and marks below it that can be pressed.
   *
   * The scale is the sorted list of stops: each position is a round number, arrow keys step
   * through them and uneven scales need no formula. `text(value)` is shown and read out.
   * Returns {node, value, mark([{value, text, label}]), changed}. The first value must be a stop;
   * a marked value becomes one for as long as it is marked or held, so that a mark may stand at a
   * threshold that moves. `changed()`, which `figure` sets, is called after each move. */
  function slider({ label, stops, value, text }) {
    const id = "lab-slider-" + (ids += 1);
    let scale = stops;
    const input = html("input", { id, type: "range", min: 0, max: stops.length - 1, step: 1 });
    const shown = html("span", { class: "lab-value", "aria-hidden": "true" });
    const marks = html("div", { class: "lab-marks" });

    function position(wanted) {
      const i = scale.indexOf(wanted);
      if (i < 0) throw new RangeError(`${wanted} is not a stop of the slider "${label}"`);
      return i;
    }
    function show() {
      shown.textContent = text(self.value);
      input.setAttribute("aria-valuetext", text(self.value));
    }
    function set(next) {
      input.value = position(next);
      show();
    }
    // Buttons stay when marks move, or the one that was pressed would lose the focus.
    function mark(list) {
      const held = self.value;
      scale = [...new Set([...stops, held, ...list.map((it) => it.value)])].sort((a, b) => a - b);
      input.max = scale.length - 1; // before the value, which may not be larger
      input.value = position(held);
      list.forEach((it, i) => {
        const button = marks.children[i] || marks.appendChild(html("button", { type: "button" }));
        button.onclick = () => { set(it.value); self.changed(); };
        button.style.setProperty("--at", position(it.value) / (scale.length - 1));
        fill(button, { "aria-label": it.label, text: it.text });
      });
    }
    const self = {
      node: html("div", { class: "lab-slider" }, [
        html("label", { for: id, text: label }), shown, input, marks,
      ]),
      get value() { return scale[input.value]; },
      mark,
      changed() {},
    };
    input.addEventListener("input", () => { show(); self.changed(); });
    set(value);
    return self;
  }

  /** The number in an attribute of the element where it fits, else `otherwise`. */
  function given(host, name, fits, otherwise) {
    const value = parseFloat(host.getAttribute(name));
    return fits(value) ? value : otherwise;
  }

  /** One line of the table of values: a term, its numbers, their unit. */
  function row(name, term, numbers, shown, unit = "") {
    const written = numbers.flatMap((v, i) => [...(i ? [" / "] : []), data(v, shown(v))]);
    return html("div", { "data-name": name }, [
      html("dt", { text: term }), html("dd", {}, [...written, unit]),
    ]);
  }

  /** Fill the element with a figure: sliders, a plot, a sentence, a table.
   *
   * `sliders` are those of `slider`; `measure(...values)` computes all that the figure says of their
   * values; `draw(plot, ...values, found)` draws, `rows(...values, found)` are the lines of the
   * table, `sentence(...values, found)` is read out. `marks(...values)` may move marks. */
  function figure(host, { caption, height, sliders, marks, measure, draw, rows, sentence }) {
    const plot = svg("svg", { role: "img", height });
    const says = html("p", { class: "lab-says", role: "status" });
    const table = html("dl");
    const state = () => {
      const values = sliders.map((it) => it.value);
      return [...values, measure(...values)];
    };
    let waiting;
    function update() {
      const now = state();
      if (marks) marks(...now);
      draw(plot, ...now);
      table.replaceChildren(...rows(...now));
      const speak = () => {
        says.textContent = sentence(...now);
        says.removeAttribute("aria-busy");
      };
      clearTimeout(waiting);
      if (!says.textContent) return speak();
      // Spoken once the slider rests: a live region at every step would drown the values.
      says.setAttribute("aria-busy", "true");
      waiting = setTimeout(speak, 400);
    }
    host.replaceChildren(html("figure", { class: "lab-figure" }, [
      html("figcaption", { text: caption }),
      html("div", { class: "lab-sliders" }, sliders.map((it) => it.node)),
      plot, says, table,
    ]));
    for (const it of sliders) it.changed = update;
    update();
    new ResizeObserver(() => draw(plot, ...state())).observe(plot);
  }

  /** Define a custom element whose `draw(element)` runs once its children are there.
   * The children are the text for readers without scripts; drawing replaces them. */
  function define(name, draw) {
    customElements.define(name, class extends HTMLElement {
      connectedCallback() {
        if (this.drawn) return;
        this.drawn = true;
        if (document.readyState !== "loading") draw(this);
        else document.addEventListener("DOMContentLoaded", () => draw(this), { once: true });
      }
    });
  }

  Object.assign(root, { svg, digits, slider, given, row, figure, define });
})(globalThis.Lab = globalThis.Lab || {});
