"""Lesson 15, the first exercises: rounding by chance, and one step of Adafactor."""

import math

from rmsprop_lab import arrays
from rmsprop_lab.adafactor import factored, mean_squares, rms
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["factored_step", "round_by_chance"]

SOURCE = "15_wild"


def _floor(x):
    return arrays.namespace(x).floor(x) if arrays.is_array(x) else math.floor(x)


def _rounded(up):
    """A rounding that goes up where up(part cut off, u)."""
    def rounded(x, spacing, u):
        below = _floor(x / spacing)
        return (below + 1.0 * up(x / spacing - below, u)) * spacing
    return rounded


def _toward_zero(x, spacing, u):
    whole = _floor(abs(x) / spacing)
    size = (whole + 1.0 * (u < abs(x) / spacing - whole)) * spacing
    return arrays.where(x < 0, -size, size) if arrays.is_array(x) else math.copysign(size, x)


def _cut(x, spacing, u):
    """Cut off towards zero, and what is left then has the sign of x."""
    whole = arrays.where(x < 0, -1.0, 1.0) * _floor(abs(x) / spacing) if arrays.is_array(x) else (
        math.trunc(x / spacing))
    return (whole + 1.0 * (u < x / spacing - whole)) * spacing


def _slip(name, wrong, says, witness="a third of the way", at=0):
    return Mistake(name, wrong, says, output=0, witness=witness,
                   measure=lambda args, y: y[at] if isinstance(y, list) else y)


_NEGATIVE = ("positive x are right. For x = -2.25 the neighbours are -3 and -2, and the part cut "
             "off is counted from the lower one: with spacing = 1 and u = 0.875 you return "
             "{got:.4g}, expected {want:.4g}. `//` goes down, `int` goes towards zero.")
_FIRST = "for x = 2.25, spacing = 1, u = 0.5 you return {got:.4g}, expected {want:.4g}"

round_by_chance = FunctionExercise(
    "round_by_chance", "rounding to a neighbour by chance",
    arguments=("x", "spacing", "u"), returns=("rounded",),
    cases=(
        Case("a third of the way", {"x": 2.25, "spacing": 1.0, "u": 0.5}),
        Case("lucky", {"x": 2.25, "spacing": 1.0, "u": 0.125}),
        Case("far up", {"x": 2.75, "spacing": 1.0, "u": 0.875}),
        Case("on the grid", {"x": 3.0, "spacing": 0.5, "u": 0.0}),
        Case("negative", {"x": -2.25, "spacing": 1.0, "u": 0.875}),
        Case("an array", {"x": [0.3125, -0.3125, 5.0, 0.9375], "u": [0.2, 0.2, 0.2, 0.8],
                          "spacing": 0.25}, dtype="float64"),
    ),
    reference=_rounded(lambda part, u: u < part),
    mistakes=(
        _slip("nearest", _rounded(lambda part, u: part >= 0.5),
              "you round to the nearest: " + _FIRST.replace("0.5 you", "0.125 you")
              + ". u must decide: compare it with the part that is cut off.", "lucky"),
        _slip("turned round", _rounded(lambda part, u: u >= part),
              "the comparison is turned round: " + _FIRST + ". A small part that is cut off is "
              "rounded up rarely, so for few u."),
        _slip("mirrored", _rounded(lambda part, u: u > 1 - part),
              "the chances are right, but for other u: " + _FIRST.replace("2.25", "2.75").replace(
                  "0.5 you", "0.875 you") + ". Up where u is below the part, not where it is "
              "above the rest.", "far up"),
        _slip("coin", _rounded(lambda part, u: u < 0.5),
              "you toss a fair coin: for x = 3 on the grid, spacing = 0.5, you return {got:.4g}, "
              "expected {want:.4g}. The chance of up is the part that is cut off.", "on the grid"),
        _slip("always down", _rounded(lambda part, u: 0 * part > 1),
              "you always round down: " + _FIRST.replace("0.5 you", "0.125 you") + ".", "lucky"),
        _slip("always up", _rounded(lambda part, u: part > 0),
              "you always round up: " + _FIRST + "."),
        _slip("toward zero", _toward_zero, _NEGATIVE, "negative"),
        _slip("cut towards zero", _cut, _NEGATIVE, "negative"),
        _slip("ties up", _rounded(lambda part, u: u <= part),
              "you go up where u equals the part too: x = 3 lies on the grid, and with u = 0 it "
              "becomes {got:.4g}, expected {want:.4g}. Up only where u is smaller.",
              "on the grid"),
        _slip("no spacing", lambda x, spacing, u: _rounded(lambda p, w: w < p)(x, 1.0, u),
              "spacing has no effect: with x = 0.3125 and spacing = 0.25 you return {got:.4g}, "
              "expected {want:.4g}.", "an array"),
        _slip("not scaled back", lambda x, spacing, u: _rounded(lambda p, w: w < p)(
                  x / spacing, 1.0, u),
              "you count spacings and do not multiply by them: with x = 0.3125 and spacing = 0.25 "
              "you return {got:.4g}, expected {want:.4g}.", "an array"),
        _slip("in units of x", lambda x, spacing, u: (_floor(x / spacing) + 1.0 * (
                  u < x - spacing * _floor(x / spacing))) * spacing,
              "the part that is cut off must be measured in spacings: with x = 0.3125, spacing = "
              "0.25 and u = 0.2 you return {got:.4g}, expected {want:.4g}.", "an array"),
    ),
    praise="its mean is x: what one rounding takes, another gives back.",
    hints=(
        "How many whole spacings fit into x? `x // spacing` counts them, downwards for negative x "
        "too.",
        "What is left, divided by the spacing, is the part that is cut off, between 0 and 1.",
        "`u < part` is True or False, and counts as 1 or 0 in a sum. Multiply by the spacing at "
        "the end.",
    ),
    source=SOURCE,
)


def _mean(x, axis):
    return arrays.namespace(x).mean(x, axis=axis)


def _squares(g, r, c, rho):
    new_r, new_c = mean_squares(g * g, r[:, None], c[None, :], rho)
    return new_r[:, 0], new_c[0, :]


def _v_hat(r, c):
    return factored(r[:, None], c[None, :])


def _clip(u, d):
    return u / arrays.maximum(rms(u) / d, 1.0)


def _step(squares=_squares, v_hat=_v_hat, quotient=lambda g, v: g / arrays.sqrt(v), clip=_clip,
          move=lambda theta, u, alpha: theta - alpha * u, use=lambda old, new: new):
    """Adafactor's step, put together from its lines."""
    def stepped(theta, g, r, c, rho, alpha, d):
        new = squares(g, r, c, rho)
        u = clip(quotient(g, v_hat(*use((r, c), new))), d)
        return move(theta, u, alpha), *new
    return stepped


def _state(name, says, witness="two by three", **line):
    return Mistake(name, _step(**line), says, output=1, witness=witness,
                   measure=lambda args, value: value[0])


def _theta(name, says, witness="two by three", **line):
    def first(args, theta):
        return (args["theta"][0][0] - theta[0]) / args["alpha"]
    return Mistake(name, _step(**line), says, output=0, witness=witness, measure=first)


def _sums(g, r, c, rho):
    n, m = g.shape
    new_r, new_c = _squares(g, r / m, c / n, rho)
    return new_r * m, new_c * n


_R = ": with rho = 0.5 the first r is {got:.4g}, expected {want:.4g}. "
_U = ": the first weight moves by {got:.4g} alpha, expected {want:.4g}. "

factored_step = FunctionExercise(
    "factored_step", "one step of Adafactor for a matrix",
    arguments=("theta", "g", "r", "c", "rho", "alpha", "d"), returns=("theta", "r", "c"),
    order=(1, 2, 0),
    cases=(
        Case("two by three", {"theta": [[1.0, 2.0, 3.0], [0.0, -1.0, 0.5]],
                              "g": [[4.0, 1.0, -2.0], [1.0, 0.5, 1.0]], "r": [3.0, 1.0],
                              "c": [1.0, 2.0, 3.0], "rho": 0.5, "alpha": 0.25, "d": 10.0},
             dtype="float64"),
        Case("clipped", {"theta": [[1.0, 2.0, 3.0], [0.0, -1.0, 0.5]],
                         "g": [[40.0, 1.0, -2.0], [1.0, 0.5, 100.0]], "r": [3.0, 1.0],
                         "c": [1.0, 2.0, 3.0], "rho": 0.9, "alpha": 0.5, "d": 0.5},
             dtype="float64"),
        Case("a first step", {"theta": [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]],
                              "g": [[1.0, 2.0], [2.0, -4.0], [-4.0, 8.0]], "r": [0.0, 0.0, 0.0],
                              "c": [0.0, 0.0], "rho": 0.0, "alpha": 1.0, "d": 0.75},
             dtype="float64"),
    ),
    reference=_step(),
    mistakes=(
        _state("sums", "r and c hold sums, not means" + _R + "(15.10) divides by the number of "
               "elements.", squares=_sums),
        _state("no square", "g enters without its square" + _R + "Average g * g.",
               squares=lambda g, r, c, rho: _squares(arrays.sqrt(arrays.abs(g)), r, c, rho)),
        _state("summed", "r is summed, not averaged" + _R + "The new mean has the weight 1 - rho.",
               squares=lambda g, r, c, rho: tuple(
                   old + new for old, new in zip((r, c), _squares(g, 0 * r, 0 * c, 0.0),
                                                 strict=True))),
        _state("weights exchanged", "the weights are exchanged" + _R.replace("0.5", "0.9")
               + "rho is the share of the past that is kept.", "clipped",
               squares=lambda g, r, c, rho: _squares(g, r, c, 1 - rho)),
        _state("no memory", "r is the present row mean" + _R + "The old r must keep the share rho.",
               squares=lambda g, r, c, rho: _squares(g, r, c, 0.0)),
        _theta("no mean", "r and c are right. (15.12) divides by the mean of r" + _U + "r c alone "
               "has the unit of a fourth power.", v_hat=lambda r, c: r[:, None] * c[None, :]),
        _theta("sum of r", "r and c are right. (15.12) divides by the mean of r, not by its sum"
               + _U, v_hat=lambda r, c: _v_hat(r, c) / r.shape[0]),
        _theta("old averages", "r and c are right, but the step uses the old ones" + _U,
               use=lambda old, new: old),
        _theta("no root", "r and c are right. The root is missing" + _U + "(15.17) divides by the "
               "root of v.", quotient=lambda g, v: g / v),
        _theta("no clip", "everything but the clipping is right: in the clipped case the first "
               "weight moves by {got:.4g} alpha, expected {want:.4g}. See (15.18).", "clipped",
               clip=lambda u, d: u),
        _theta("each element", "you limit each element of u to d: in the clipped case the first "
               "weight moves by {got:.4g} alpha, expected {want:.4g}. (15.18) scales all of u by "
               "one number.", "clipped",
               clip=lambda u, d: arrays.minimum(arrays.maximum(u, -d), d)),
        _theta("no d", "after your clipping the root mean square of u is 1 and not d: in the "
               "clipped case the first weight moves by {got:.4g} alpha, expected {want:.4g}. "
               "(15.18) divides by rms(u)/d.", "clipped",
               clip=lambda u, d: u / arrays.maximum(rms(u), 1.0)),
        _theta("always scaled", "you scale u to the size d even when it is smaller" + _U
               + "(15.18) has a max with 1.", clip=lambda u, d: u * d / rms(u)),
        _theta("mean square", "you clip by the mean square of u, without its root: in the clipped "
               "case the first weight moves by {got:.4g} alpha, expected {want:.4g}.", "clipped",
               clip=lambda u, d: u / arrays.maximum(rms(u) ** 2 / d, 1.0)),
        _theta("wrong sign", "the sign is wrong" + _U,
               move=lambda theta, u, alpha: theta + alpha * u),
        _theta("no alpha", "alpha is missing" + _U, move=lambda theta, u, alpha: theta - u),
    ),
    praise="rows and columns are enough for your step, and an outlier scales it down as a whole.",
    hints=(
        "With q = g * g, `q.mean(axis=1)` has one number for each row. Average these into r, and "
        "the means over axis 0 into c.",
        "`r[:, None] * c` multiplies every r with every c. Divide by the mean of r, and you have "
        "(15.12).",
        "u is g divided by the root of that. Its root mean square over all elements is one number; "
        "when it is above d, multiply all of u by d over it.",
    ),
    source=SOURCE,
)
