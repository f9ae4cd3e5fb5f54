/* The numbers of lesson 11 in the page: RMSprop with a coupled or a decoupled decay, from 0, on the
 * bench f(x, y) = .1 (x - 5)^2 + 2 (y - 2)^2, turned about the start.
 * The same formulas as rmsprop_lab/decay.py, compared with it by tests/web/test_weight_decay_js.py.
 * A classic script, so that it also works from file://; Node loads it with require(). */
(function (root) {
  "use strict";

  const LOW = 0.2, HIGH = 4, MINIMUM = [5, 2], RHO = 0.9, EPS = 1e-12;

  // Roots round alike everywhere, sines do not, and a walk that jumps keeps every rounding.
  const SINES = {
    0: 0, 15: (Math.sqrt(6) - Math.sqrt(2)) / 4, 30: 0.5, 45: Math.sqrt(0.5),
    60: Math.sqrt(3) / 2, 75: (Math.sqrt(6) + Math.sqrt(2)) / 4, 90: 1,
  };

  /** The angles in degrees by which this file can turn the valley. */
  const angles = () => Object.keys(SINES).map(Number);

  /** Cosine and sine of one of the angles. */
  const turn = (degrees) => [SINES[90 - degrees], SINES[degrees]];

  /** Where f is smallest. */
  function minimum(degrees) {
    const [c, s] = turn(degrees), [x, y] = MINIMUM;
    return [c * x - s * y, s * x + c * y];
  }

  /** The entries a, b, d of the matrix H = [[a, b], [b, d]] of second derivatives. */
  function hessian(degrees) {
    const [c, s] = turn(degrees);
    return [c * c * LOW + s * s * HIGH, c * s * (LOW - HIGH), s * s * LOW + c * c * HIGH];
  }

  const times = ([a, b, d], x, y) => [a * x + b * y, b * x + d * y];

  /** The gradient of f at a point. */
  function slope([x, y], degrees) {
    const [p, q] = minimum(degrees);
    return times(hessian(degrees), x - p, y - q);
  }

  function loss([x, y], degrees) {
    const [p, q] = minimum(degrees), [g, h] = slope([x, y], degrees);
    return ((x - p) * g + (y - q) * h) / 2;
  }

  /** How far from zero a decoupled weight can rest at most. */
  const wall = (lam) => 1 / (2 * lam); // (11.12)

  /** The minimum of f + lam |theta|^2, by Cramer's rule. */
  function ridge(lam, degrees) {
    const [a, b, d] = hessian(degrees), [u, v] = times([a, b, d], ...minimum(degrees));
    const p = a + 2 * lam, q = d + 2 * lam, volume = p * q - b * b;
    return [(q * u - b * v) / volume, (p * v - b * u) / volume]; // (11.10)
  }

  /** The ridge from lam = 0 to the end, n pieces, in one list: x0, y0, x1, y1, ... */
  const ridges = (degrees, n) => Array.from({ length: n + 1 }, (_, k) =>
    (k < n ? ridge(k / (n - k), degrees) : [0, 0])).flat();

  /** The minimum of f, each coordinate cut off at the walls. */
  const cutOff = (lam, degrees) =>
    minimum(degrees).map((x) => Math.max(-wall(lam), Math.min(wall(lam), x)));

  /** The minimum of f inside the walls: (11.13) holds there. */
  function box(lam, degrees) {
    const w = wall(lam), [a, b, d] = hessian(degrees), [p, q] = minimum(degrees);
    if (Math.max(Math.abs(p), Math.abs(q)) <= w) return [p, q];
    // Else it is on a wall between 0 and the minimum of f, for there the slope presses outwards.
    // Along a wall f is a parabola: its lowest place, held at the corners.
    const held = (v) => Math.max(-w, Math.min(w, v));
    const [x, y] = [w * Math.sign(p), w * Math.sign(q)];
    const [one, other] = [[x, held(q - (b / d) * (x - p))], [held(p - (b / a) * (y - q)), y]];
    return loss(one, degrees) < loss(other, degrees) ? one : other;
  }

  /** The lam at which the first wall meets the minimum. */
  const firstWall = (degrees) => 1 / (2 * Math.max(...minimum(degrees).map(Math.abs))); // (11.15)

  /** The lam from which on the minimum inside the walls is one corner s / (2 lam) for good.
   * In it (11.13) asks that no coordinate of s (H s / (2 lam) - H minimum) be positive. */
  function corner(degrees) {
    const H = hessian(degrees), pull = times(H, ...minimum(degrees));
    const s = pull.map(Math.sign), push = times(H, ...s);
    return Math.max(...s.map((sign, i) => (sign * push[i]) / (2 * Math.abs(pull[i]))));
  }

  /** Learning rates: `steps` steps at `rate`, as many at half of it, and so on. */
  const halving = (rate, stages, steps) =>
    Array.from({ length: stages * steps }, (_, t) => rate * 0.5 ** Math.floor(t / steps));

  /** All points of a walk from 0, in one list. coupled: v sees the penalty, as the step does. */
  function walk(coupled, lam, degrees, rates) {
    const H = hessian(degrees), [p, q] = minimum(degrees), v = [0, 0];
    let theta = [0, 0];
    const points = [...theta];
    for (const rate of rates) {
      const g = times(H, theta[0] - p, theta[1] - q);
      theta = theta.map((x, i) => {
        const seen = coupled ? g[i] + 2 * lam * x : g[i]; // (11.4)
        v[i] = RHO * v[i] + (1 - RHO) * (seen * seen); // (11.5), (11.6)
        const kept = coupled ? x : x * (1 - rate * (2 * lam));
        return kept - rate * (seen / (Math.sqrt(v[i]) + EPS)); // (11.7), (11.8)
      });
      points.push(...theta);
    }
    return points;
  }

  root.weightDecay = {
    angles, minimum, hessian, slope, loss, wall, ridge, ridges, cutOff, box, firstWall, corner,
    halving, walk,
  };
})(typeof module === "object" ? module.exports : (globalThis.Lab = globalThis.Lab || {}));
