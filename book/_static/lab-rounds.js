/* The numbers of lesson 10 in the page: rounds of C slopes, C once and then -1, under RMSprop and
 * AMSGrad without eps. The same formulas as rmsprop_lab/failure.py and rmsprop.py, compared with
 * them by tests/web/test_rounds_js.py.
 * A classic script, so that it also works from file://; Node loads it with require(). */
(function (root) {
  "use strict";

  const rest = (C) => Array.from({ length: C - 1 }, (_, i) => i + 1); // the small slopes of a round
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

  /** 1 + rho + ... + rho^(C-1), which has no 0 / 0 at rho = 1. */
  const powers = (C, rho) => 1 + sum(rest(C).map((j) => rho ** j));

  /** v in a round that has been repeated for ever, j steps after the large slope. */
  function settled(C, rho) {
    const excess = (C * C - 1) / powers(C, rho);
    return [0, ...rest(C)].map((j) => 1 + excess * rho ** j); // (10.8)
  }

  /** The steps of a settled round in learning rates: the large one down, then the small ones up. */
  const steps = (C, rho) => settled(C, rho).map((v, j) => (j ? 1 : -C) / Math.sqrt(v));

  /** How far a settled round moves theta up, in learning rates. */
  const move = (C, rho) => sum(steps(C, rho)); // (10.9)

  /** What the small slopes move up, divided by what the large one moves down. */
  function pull(C, rho) {
    const s = powers(C, rho), a = C * C - 1;
    return sum(rest(C).map((j) => Math.sqrt((s + a) / (s + a * rho ** j)))) / C; // (10.10)
  }

  /** The one decay at which a settled round does not move theta; below it RMSprop climbs. */
  function threshold(C) {
    let low = 0, high = 1, middle;
    while (low < (middle = (low + high) / 2) && middle < high) {
      if (pull(C, middle) > 1) low = middle;
      else high = middle;
    }
    return high;
  }

  /** theta after 0, 1, ... steps, of RMSprop and of AMSGrad: r0, a0, r1, a1, ... in one list. */
  function walk(C, rho, rate, count) {
    const points = [0, 0];
    let v = 0, peak = 0;
    for (let t = 1; t <= count; t += 1) {
      const g = t % C === 1 ? C : -1; // (10.1)
      v = rho * v + (1 - rho) * (g * g); // (4.2)
      peak = Math.max(peak, v); // (10.16)
      [v, peak].forEach((square, i) => {
        const next = points[2 * t - 2 + i] - (rate / Math.sqrt(t)) * (g / Math.sqrt(square));
        points.push(Math.max(Math.min(next, 1), -1)); // (10.2)
      });
    }
    return points;
  }

  root.rounds = {
    settled, steps, move, pull, threshold, walk,
  };
})(typeof module === "object" ? module.exports : (globalThis.Lab = globalThis.Lab || {}));
