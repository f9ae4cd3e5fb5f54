"""Lesson 7, the step of Graves: the inputs on which it is judged, and what typically goes wrong."""

from rmsprop_lab.arrays import sqrt
from rmsprop_lab.averages import ema
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.momentum import graves

__all__ = ["graves_step"]

#: v = 15, m = 3, 15 - 9 + 10 = 16, 4 / 4 = 1, b = 1 + .5: every number of this case is exact.
_HAND = {"theta": 1.0, "g": 4.0, "v": 14.0, "m": 2.0, "b": 2.0, "lr": 0.5, "rho": 0.5,
         "eps": 10.0, "mu": 0.5}
_ARRAY = {
    "theta": [1.0, -2.0, 0.5], "g": [4.0, -0.5, 0.0], "v": [14.0, 0.25, 1.0],
    "m": [2.0, 0.25, -0.5], "b": [0.5, -0.25, 0.125],
    "lr": 0.1, "rho": 0.9, "eps": 1e-3, "mu": 0.75,
}

CASES = (
    Case("by hand", _HAND),
    Case("another rho", _HAND | {"rho": 0.75}),
    Case("another lr", _HAND | {"lr": 0.25}),
    Case("another eps", _HAND | {"eps": 3.0}),
    Case("another mu", _HAND | {"mu": 0.25}),
    Case("from zero", {"theta": 2.0, "g": -3.0, "v": 0.0, "m": 0.0, "b": 0.0, "lr": 1e-4,
                       "rho": 0.95, "eps": 1e-4, "mu": 0.9}),
    Case("arrays", _ARRAY, dtype="float64"),
    Case("arrays in float32", _ARRAY, dtype="float32"),
)


def _wrong(v=None, m=None, b=None, theta=None):
    """The step with one of its four equations replaced; each takes what stands before it."""
    def step(theta_old, g, v_old, m_old, b_old, *, lr, rho, eps, mu):
        new_v = (v or (lambda v, g, rho: ema(v, g * g, rho)))(v_old, g, rho)
        new_m = (m or (lambda m, g, rho: ema(m, g, rho)))(m_old, g, rho)
        spread = new_v - new_m * new_m
        u = g / sqrt(spread + eps) if b is None else b(g, new_v, new_m, v_old, m_old, eps)
        new_b = mu * b_old + lr * u
        if theta is not None:
            return theta(theta_old, new_b, b_old, lr, mu, u), new_v, new_m, new_b
        return theta_old - new_b, new_v, new_m, new_b
    return lambda theta, g, v, m, b, lr, rho, eps, mu: step(
        theta, g, v, m, b, lr=lr, rho=rho, eps=eps, mu=mu)


def _whole(step):
    """A step with the right averages, and (theta, b) from `step(theta, b, u, lr, mu)`."""
    def wrong(theta, g, v, m, b, lr, rho, eps, mu):
        v, m = ema(v, g * g, rho), ema(m, g, rho)
        theta, b = step(theta, b, g / sqrt(v - m * m + eps), lr, mu)
        return theta, v, m, b
    return wrong


def _slip(output, name, wrong, says):
    return Mistake(name, wrong, says, output=output, witness="by hand",
                   measure=lambda args, value: value)


_B = "by hand, your b is {got:.4g}, expected {want:.4g}. "

MISTAKES = (
    _slip(1, "no square", _wrong(v=lambda v, g, rho: ema(v, g, rho)),
          "g enters v without its square: by hand your v is {got:.3g}, expected {want:.3g}."),
    _slip(1, "v summed", _wrong(v=lambda v, g, rho: v + g * g),
          "v is summed, not averaged: by hand it is {got:.3g}, expected {want:.3g}."),
    _slip(1, "v not updated", _wrong(v=lambda v, g, rho: v),
          "the v you return is the v you were given: {got:.3g}, expected {want:.3g}."),
    _slip(2, "m of squares", _wrong(m=lambda m, g, rho: ema(m, g * g, rho)),
          "m averages the gradient itself, (7.24): by hand yours is {got:.3g}, expected {want:.3g}."
          " The square belongs to v."),
    _slip(2, "m not updated", _wrong(m=lambda m, g, rho: m),
          "the m you return is the m you were given: {got:.3g}, expected {want:.3g}."),
    _slip(2, "m summed", _wrong(m=lambda m, g, rho: rho * m + g),
          "m is a buffer and not an average: by hand it is {got:.3g}, expected {want:.3g}. The new "
          "gradient enters with the share 1 - rho."),
    _slip(3, "not centred", _wrong(b=lambda g, v, m, v0, m0, eps: g / sqrt(v + eps)),
          _B + "You divide by the root of v + eps. That is RMSprop; Graves takes m * m away first, "
          "(7.25)."),
    _slip(3, "m without square", _wrong(b=lambda g, v, m, v0, m0, eps: g / sqrt(v - m + eps)),
          _B + "You subtract m from v, but v is in squared units of g: subtract m * m."),
    _slip(3, "stale m", _wrong(b=lambda g, v, m, v0, m0, eps: g / sqrt(v - m0 * m0 + eps)),
          _B + "The root holds the old m. Both averages are new when the root is taken."),
    _slip(3, "stale v", _wrong(b=lambda g, v, m, v0, m0, eps: g / sqrt(v0 - m0 * m0 + eps)),
          _B + "The root holds the old averages. First (7.23) and (7.24), then the root."),
    _slip(3, "eps outside", _wrong(b=lambda g, v, m, v0, m0, eps: g / (sqrt(v - m * m) + eps)),
          _B + "Your eps stands outside the root; in (7.25) it is inside."),
    _slip(3, "m above", _wrong(b=lambda g, v, m, v0, m0, eps: m / sqrt(v - m * m + eps)),
          _B + "You step along m. That is closer to Adam; Graves divides the gradient g."),
    _slip(3, "no root", _wrong(b=lambda g, v, m, v0, m0, eps: g / (v - m * m + eps)),
          _B + "The root is missing: v - m * m is in squared units of g."),
    _slip(3, "averaged buffer", _whole(lambda theta, b, u, lr, mu: (
              theta - (mu * b + (1 - mu) * lr * u), mu * b + (1 - mu) * lr * u)),
          _B + "Your buffer is an average. In (7.25) the new term enters in full, without 1 - mu."),
    _slip(3, "lr outside", _whole(lambda theta, b, u, lr, mu: (
              theta - lr * (mu * b + u), mu * b + u)),
          _B + "Your lr multiplies what leaves the buffer. Graves lets it multiply what enters."),
    _slip(3, "sign of b", _whole(lambda theta, b, u, lr, mu: (
              theta + (mu * b - lr * u), mu * b - lr * u)),
          _B + "That b belongs to Graves's own sign, Delta = -b; here b adds what (7.26) "
          "subtracts."),
    _slip(0, "Nesterov", _wrong(theta=lambda theta, b, b0, lr, mu, u: theta - (mu * b + lr * u)),
          "that is Nesterov's look-ahead: by hand your theta is {got:.4g}, expected {want:.4g}. "
          "Graves uses plain momentum, and subtracts b itself."),
    _slip(0, "no momentum", _wrong(theta=lambda theta, b, b0, lr, mu, u: theta - lr * u),
          "the step leaves the buffer out: by hand your theta is {got:.4g}, expected {want:.4g}."),
    _slip(0, "old b", _wrong(theta=lambda theta, b, b0, lr, mu, u: theta - b0),
          "the step takes the old b: by hand your theta is {got:.4g}, expected {want:.4g}."),
    _slip(0, "lr twice", _wrong(theta=lambda theta, b, b0, lr, mu, u: theta - lr * b),
          "lr is there twice: it is in b already. By hand your theta is {got:.4g}, expected "
          "{want:.4g}."),
    _slip(0, "wrong sign", _wrong(theta=lambda theta, b, b0, lr, mu, u: theta + b),
          "the sign is wrong: by hand your theta is {got:.4g}, expected {want:.4g}. The step goes "
          "against the gradient."),
)

graves_step = FunctionExercise(
    "graves_step", "one step of Graves's method",
    arguments=("theta", "g", "v", "m", "b", "lr", "rho", "eps", "mu"),
    returns=("theta", "v", "m", "b"), order=(1, 2, 3, 0), cases=CASES, mistakes=MISTAKES,
    reference=lambda theta, g, v, m, b, lr, rho, eps, mu: graves(
        theta, g, v, m, b, lr=lr, rho=rho, eps=eps, mu=mu),
    praise="`graves_step` agrees with the lab's rule on numbers and on arrays: centred, and with "
           "plain momentum.",
    hints=(
        "Four lines and a return, one line for each of (7.23) to (7.26).",
        "v and m are both leaky averages with the same rho: one of g * g, one of g.",
        "Under the root stands the new v minus the square of the new m, plus eps.",
        "b keeps the share mu of itself and takes in lr times the quotient. theta loses b.",
    ),
    source="07_momentum",
)
