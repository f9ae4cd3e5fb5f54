/* The numbers of lesson 5 in the page: RMSprop, eps outside the root, on f(x, y) = .1 x^2 + 2 y^2.
 * The same formulas as rmsprop_lab/long_run.py and rmsprop.py, compared with them by
 * tests/web/test_long_run_js.py.
 * A classic script, so that it also works from file://; Node loads it with require(). */
(function (root) {
  "use strict";

  const LOW = 0.2, HIGH = 4, START = [-5, -2];

  /** How large a slope the learning rate makes, in units of the guard; Infinity without one. */
  const kappa = (rate, lam, eps) => (rate * lam) / eps; // (5.10)

  /** How far from the minimum the two-cycle of a valley stands; 0 where the minimum is stable. */
  function amplitude(rate, lam, eps) {
    const k = kappa(rate, lam, eps);
    return k <= 2 ? 0 : rate * (0.5 - 1 / k); // (5.11), (5.12)
  }

  /** The guard up to which a valley of curvature lam has its cycle: kappa is 2 there. */
  const edge = (rate, lam) => (rate * lam) / 2;

  const loss = ([x, y]) => (LOW * x * x + HIGH * y * y) / 2;

  /** The loss on the cycles of both valleys, without a guard. */
  const valleyFloor = (rate) => (rate * rate * (LOW + HIGH)) / 8; // (5.14)

  /** All points of a walk, the start first: x0, y0, x1, y1, ... in one list. */
  function walk(rate, eps, rho, steps) {
    const points = [...START], lams = [LOW, HIGH], v = [0, 0];
    for (let t = 0; t < steps; t += 1) {
      for (const i of [0, 1]) {
        const at = points[2 * t + i], g = lams[i] * at;
        v[i] = rho * v[i] + (1 - rho) * (g * g); // (4.2)
        points.push(at - rate * (g / (Math.sqrt(v[i]) + eps))); // (4.3)
      }
    }
    return points;
  }

  root.longRun = {
    kappa, amplitude, edge, loss, valleyFloor, walk,
  };
})(typeof module === "object" ? module.exports : (globalThis.Lab = globalThis.Lab || {}));
