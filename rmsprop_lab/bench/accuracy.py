"""Accuracy of one float32 step against the same step in float64, in units of the last place."""

import numpy as np

import rmsprop_lab as lab
from rmsprop_lab import executors

__all__ = ["SETTINGS", "accuracy", "one_step", "ulps"]

#: Method, and the hyper-parameters that matter to rounding; an lr of 1 makes steps as large as
#: the parameters.
SETTINGS = tuple(
    [("RMSprop", {"rho": rho, "lr": lr}) for rho in (0.5, 0.9, 0.99, 0.999) for lr in (1e-3, 1.0)]
    + [("Adam", {"lr": lr}) for lr in (1e-3, 1.0)]
    + [("AdaGrad", {"lr": lr}) for lr in (1e-3, 1.0)])
SCALES = (1e-4, 1.0, 1e3)
SIGNED = ("m",)


def ulps(got, exact, scale=None):
    """Largest distance of float32 `got` from float64 `exact`, in float32 ulps of `scale`.

    scale: array, `exact` when left out; below the normal numbers an ulp is the least denormal.

    >>> float(ulps(np.float32([1.0, 2.0]), np.array([1.0, 2.0 + 2.0**-22])))
    1.0
    """
    unit = np.spacing(np.abs(exact if scale is None else scale).astype(np.float32))
    return np.max(np.abs(got.astype(np.float64) - exact) / unit.astype(np.float64))


def one_step(method, settings, scale, size, seed):
    """Errors of the second step from a common start: state name or "theta" -> ulps.

    The first step fills the state in float32; the second is made in both precisions. The error of
    theta counts in ulps of the larger of |theta| and |step|, the two that are subtracted; that of
    a signed average in ulps of the larger of old and new, because its terms may cancel. "v, rounded
    rho" is the error of v left when float64 gets rho and 1 - rho as float32 holds them.
    """
    rng = np.random.default_rng(seed)
    theta, *gradients = (rng.standard_normal(size).astype(np.float32) for _ in range(3))
    gradients = [(scale * g).astype(np.float32) for g in gradients]
    make = getattr(lab, method)
    single, double = make(**settings), make(executor="reference", **settings)
    single.step(theta, gradients[0])
    exact = theta.astype(np.float64)
    double.init(exact)
    double.t = single.t
    for name, state in double.state.items():
        state[...] = single.state[name]
    old = {name: state.copy() for name, state in double.state.items()}
    before, g = exact.copy(), gradients[1].astype(np.float64)
    single.step(theta, gradients[1])
    double.step(exact, g)
    errors = {name: float(ulps(single.state[name], s, np.maximum(np.abs(s), np.abs(old[name]))
                               if name in SIGNED else s)) for name, s in double.state.items()}
    if method == "RMSprop":
        rho, rest = (float(np.float32(x)) for x in (single.rho, 1 - single.rho))
        errors["v, rounded rho"] = float(ulps(single.state["v"], rho * old["v"] + rest * g**2))
    larger = np.maximum(np.abs(before), np.abs(exact - before))
    return errors | {"theta": float(ulps(theta, exact, larger))}


def accuracy(size=100_000, seed=0):
    """One row a setting: the worst error over the gradient scales, as plain data.

    The executor is the one an array of this size gets; all executors give the same bits.
    """
    rows = []
    for number, (method, settings) in enumerate(SETTINGS):
        errors = [one_step(method, settings, scale, size, [seed, number]) for scale in SCALES]
        worst = {name: max(e[name] for e in errors) for name in errors[0]}
        rows.append({"method": method, "settings": settings, "ulps": worst, "samples":
                     size * len(SCALES), "executor": _executor()})
    return rows


def _executor():
    return "numba" if executors.numba.available() else "numpy"
