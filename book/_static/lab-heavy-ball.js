/* The numbers of lesson 7 in the page: the heavy ball on f(x, y) = .1 x^2 + 2 y^2.
 * The same formulas as rmsprop_lab/momentum.py, compared with it by tests/web/test_heavy_ball_js.py.
 * A classic script, so that it also works from file://; Node loads it with require(). */
(function (root) {
  "use strict";

  const LOW = 0.2, HIGH = 4, START = [-5, -2];
  const ROUNDING = 1e-12; // of the discriminant where both roots are one

  /** The discriminant of (7.6), zero or not at all near it. */
  function discriminant(x, mu) {
    const d = (1 + mu - x) ** 2 - 4 * mu;
    return Math.abs(d) < ROUNDING ? 0 : d;
  }

  /** What the distance is multiplied by per step in the long run; x is the rate times lam. */
  function rate(x, mu) {
    const d = discriminant(x, mu);
    return d < 0 ? Math.sqrt(mu) : (Math.abs(1 + mu - x) + Math.sqrt(d)) / 2; // (7.6)
  }

  /** Steps for one swing there and back: 2 where sides change at each step, Infinity for creeping. */
  function period(x, mu) {
    const p = 1 + mu - x;
    if (discriminant(x, mu) >= 0) return p < 0 ? 2 : Infinity;
    return (2 * Math.PI) / Math.acos(p / (2 * Math.sqrt(mu)));
  }

  /** The momentum with the best rate at one curvature. */
  const critical = (x) => (1 - Math.sqrt(x)) ** 2; // (7.10)

  /** The learning rate beyond which the steep coordinate flies apart. */
  const edge = (mu) => (2 * (1 + mu)) / HIGH; // (7.8)

  /** The learning rate and the momentum with the best rate for both curvatures. */
  function best() {
    const small = Math.sqrt(LOW), large = Math.sqrt(HIGH);
    return [4 / (small + large) ** 2, ((large - small) / (large + small)) ** 2]; // (7.12)
  }

  /** The share of its first distance that a coordinate of rate r keeps at most after t steps. */
  const ceiling = (r, t) => (1 + (1 + r) * t) * r ** t; // (7.42), whose proof holds for every pair

  /** All points of a walk, the start first: x0, y0, x1, y1, ... in one list. */
  function walk(eta, mu, steps) {
    const points = [...START], lams = [LOW, HIGH], b = [0, 0];
    for (let t = 0; t < steps; t += 1) {
      for (const i of [0, 1]) {
        b[i] = mu * b[i] + lams[i] * points[2 * t + i]; // (7.1)
        points.push(points[2 * t + i] - eta * b[i]); // (7.2)
      }
    }
    return points;
  }

  /** The loss at each point of a walk. */
  function losses(points) {
    const out = [];
    for (let i = 0; i < points.length; i += 2) {
      out.push((LOW * points[i] ** 2 + HIGH * points[i + 1] ** 2) / 2);
    }
    return out;
  }

  /** Steps of one coordinate until it stays within a thousandth of its distance. */
  function settled(x, mu) {
    const r = rate(x, mu);
    if (r >= 1 - ROUNDING) return Infinity;
    // A swing passes the minimum: counted on, until no later step can be further out.
    let theta = 1, before = 1, last = 0;
    for (let t = 1; ceiling(r, t) > 1e-3; t += 1) {
      [theta, before] = [(1 + mu - x) * theta - mu * before, theta]; // (7.4)
      if (Math.abs(theta) > 1e-3) last = t;
    }
    return last + 1;
  }

  /** The same for every start: the slower coordinate decides. */
  const stepsToThousandth = (eta, mu) => Math.max(settled(eta * LOW, mu), settled(eta * HIGH, mu));

  root.heavyBall = {
    rate, period, critical, edge, best, ceiling, walk, losses, stepsToThousandth,
  };
})(typeof module === "object" ? module.exports : (globalThis.Lab = globalThis.Lab || {}));
