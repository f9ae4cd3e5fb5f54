"""Lesson 4, the step itself: the inputs on which it is judged, and what typically goes wrong."""

from rmsprop_lab.averages import ema
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.root_step import RootStep
from rmsprop_lab.rmsprop import rmsprop

__all__ = ["CASES", "MISTAKES", "reference"]

#: v = .75 * 12 + .25 * 64 = 25 and 8 / (5 + 3) = 1: every number of this case is exact.
_HAND = {"theta": 1.0, "g": 8.0, "v": 12.0, "lr": 0.25, "rho": 0.75, "eps": 3.0}
_ARRAY = {
    "theta": [[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]],
    "g": [[8.0, -0.5, 2.0], [-3.0, 1e-3, 0.0]],
    "v": [[12.0, 0.25, 1.0], [4.0, 0.0, 9.0]],
    "lr": 0.1, "rho": 0.9, "eps": 1e-3,
}

CASES = (
    Case("by hand", _HAND),
    Case("another rho", _HAND | {"rho": 0.5}),
    Case("another lr", _HAND | {"lr": 0.5}),
    Case("another eps", _HAND | {"eps": 5.0}),
    Case("from v = 0", {"theta": 2.0, "g": -3.0, "v": 0.0, "lr": 0.1, "rho": 0.9, "eps": 1e-8}),
    # v = g * g has settled, and eps is as large as v: the place of eps decides.
    Case("small gradient",
         {"theta": 0.0, "g": 1e-4, "v": 1e-8, "lr": 1e-3, "rho": 0.9, "eps": 1e-8}),
    Case("no gradient", {"theta": 1.0, "g": 0.0, "v": 0.0, "lr": 0.1, "rho": 0.9, "eps": 1e-8}),
    Case("arrays of six numbers", _ARRAY, dtype="float64"),
    Case("arrays of six numbers in float32", _ARRAY, dtype="float32"),
)


def reference(theta, g, v, lr, rho, eps):
    """The lab's own step."""
    return rmsprop(theta, g, v, lr=lr, rho=rho, eps=eps)


_STEP = RootStep(
    "rmsprop_step", reference, "v", take=ema, hand=_HAND, equations=("4.2", "4.3"),
    noun="an average", verb="averages", divisor="its mean square",
)

MISTAKES = _STEP.mistakes(
    _STEP.memory("summed", lambda v, g, rho: v + g * g,
                 "v is summed, not averaged: with g = 8 and v = 12 your v is {got:.3g}, expected "
                 "{want:.3g}. A sum only grows. In a leaky average both terms have a weight, and "
                 "the weights add up to one."),
    _STEP.memory("weight missing", lambda v, g, rho: rho * v + g * g,
                 "v is summed, not averaged: the old v leaks, but the new square enters in full. "
                 "With g = 8 and v = 12 your v is {got:.3g}, expected {want:.3g}. The two weights "
                 "must add up to one."),
    _STEP.memory("weights exchanged", lambda v, g, rho: (1 - rho) * v + rho * (g * g),
                 "the weights are exchanged: with rho = 0.75, g = 8, v = 12 your v is {got:.3g}, "
                 "expected {want:.3g}. rho is the share of the past that is kept."),
    _STEP.memory("parentheses of 1 - rho", lambda v, g, rho: rho * v + 1 - rho * (g * g),
                 "`1 - rho` has lost its parentheses: with g = 8 and v = 12 your v is {got:.3g}, "
                 "expected {want:.3g}. Python multiplies before it subtracts."),
)
