"""Lesson 3, the step itself: the inputs on which it is judged, and what typically goes wrong."""

from rmsprop_lab.adagrad import adagrad
from rmsprop_lab.arrays import abs, sqrt
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.root_step import RootStep

__all__ = ["CASES", "MISTAKES", "reference"]

#: s = 9 + 16 = 25 and 4 / (5 + 3) = 1/2: every number of this case is exact.
_HAND = {"theta": 1.0, "g": 4.0, "s": 9.0, "lr": 0.25, "eps": 3.0}
_ARRAY = {
    "theta": [[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]],
    "g": [[4.0, -0.5, 2.0], [-3.0, 1e-3, 0.0]],
    "s": [[9.0, 0.25, 1.0], [4.0, 0.0, 9.0]],
    "lr": 0.1, "eps": 1e-3,
}

CASES = (
    Case("by hand", _HAND),
    Case("another lr", _HAND | {"lr": 0.5}),
    Case("another eps", _HAND | {"eps": 5.0}),
    Case("the first step", {"theta": 2.0, "g": -3.0, "s": 0.0, "lr": 0.1, "eps": 1e-10}),
    # eps is as large as s: its place decides.
    Case("small gradient", {"theta": 0.0, "g": 1e-4, "s": 0.0, "lr": 1e-3, "eps": 1e-8}),
    Case("no gradient", {"theta": 1.0, "g": 0.0, "s": 0.0, "lr": 0.1, "eps": 1e-10}),
    Case("arrays of six numbers", _ARRAY, dtype="float64"),
    Case("arrays of six numbers in float32", _ARRAY, dtype="float32"),
)


def reference(theta, g, s, lr, eps):
    """The lab's own step."""
    return adagrad(theta, g, s, lr=lr, eps=eps)


_STEP = RootStep(
    "adagrad_step", reference, "s", take=lambda s, x: s + x, hand=_HAND, equations=("3.1", "3.2"),
    noun="a sum", verb="adds up", divisor="s",
    aside=" (Such a method exists, with the bound that (3.15) compares.)",
)
_YOUR_S = "with g = 4 and s = 9 your s is {got:.3g}, expected {want:.3g}. "
_OF_A_SUM = "the square is taken of a sum: " + _YOUR_S + "(3.1) is a sum of squares."

MISTAKES = _STEP.mistakes(
    _STEP.memory("no past", lambda s, g: g * g,
                 "s forgets: " + _YOUR_S + "The old sum stays, and the new square is added to it."),
    _STEP.memory("averaged", lambda s, g: (s + g * g) / 2,
                 "s is averaged: " + _YOUR_S + "AdaGrad keeps the sum; nothing is divided or "
                 "leaks."),
    _STEP.memory("leaky", lambda s, g: 0.9 * s + 0.1 * (g * g),
                 "s leaks: " + _YOUR_S + "That is RMSprop, the subject of the next lesson. AdaGrad "
                 "never forgets."),
    _STEP.memory("square of the sum", lambda s, g: (sqrt(s) + g) * (sqrt(s) + g), _OF_A_SUM),
    _STEP.memory("square of the sum", lambda s, g: (sqrt(s) + abs(g)) * (sqrt(s) + abs(g)),
                 _OF_A_SUM),
)
