/* The numbers of lesson 1 in the page: what a leaky average with decay rho remembers.
 * The same functions as rmsprop_lab/averages.py, compared with it by tests/web/test_averages.py.
 * A classic script, so that it also works from file://; Node loads it with require(). */
(function (root) {
  "use strict";

  /** The share of all weight that the last n samples hold: 1 - rho^n. */
  const shareOfLast = (rho, n) => 1 - rho ** n;

  /** The weights of the last n samples, newest first: (1-rho) rho^k for k = 0 ... n-1. */
  const weights = (rho, n) => Array.from({ length: n }, (_, k) => (1 - rho) * rho ** k);

  /** Steps until a sample's weight has halved; 0 for rho = 0. */
  const halfLife = (rho) => Math.LN2 / -Math.log(rho);

  /** The weighted mean of the samples' ages, the newest being 0 steps old. */
  const meanAge = (rho) => rho / (1 - rho);

  /** The number of independent samples whose plain mean is as noisy as this average. */
  const effectiveSampleSize = (rho) => (1 + rho) / (1 - rho);

  /** The first step t at which 1 - rho^t reaches `fraction`, in (0, 1). */
  function settlingSteps(rho, fraction) {
    if (rho === 0) return 1;
    // One step early, then up: the logarithms may miss a whole number by a rounding.
    let t = Math.max(1, Math.floor(Math.log(1 - fraction) / Math.log(rho)) - 1);
    while (shareOfLast(rho, t) < fraction) t += 1;
    return t;
  }

  root.averages = {
    shareOfLast, weights, halfLife, meanAge, effectiveSampleSize, settlingSteps,
  };
})(typeof module === "object" ? module.exports : (globalThis.Lab = globalThis.Lab || {}));
