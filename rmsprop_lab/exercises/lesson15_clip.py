"""Lesson 15, the bug: each tensor clipped by its own norm."""

from rmsprop_lab import arrays
from rmsprop_lab.arrays import maximum, minimum, sqrt
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake
from rmsprop_lab.prepared import clip_scale

__all__ = ["clipped"]


def _reference(first, second, limit):
    scale = clip_scale([first, second], limit)
    return first * scale, second * scale


def _squares(g):
    return arrays.namespace(g).sum(g * g)


def _scaled(scale):
    """A clipping that multiplies both by min(1, scale(first, second, limit))."""
    def clip(first, second, limit):
        factor = minimum(scale(first, second, limit), 1.0)
        return first * factor, second * factor
    return clip


def _each(first, second, limit):
    return tuple(g * minimum(limit / sqrt(_squares(g)), 1.0) for g in (first, second))


def _always(first, second, limit):
    factor = limit / sqrt(_squares(first) + _squares(second))
    return first * factor, second * factor


def _to_one(first, second, limit):
    length = sqrt(_squares(first) + _squares(second))
    factor = arrays.where(length > limit, 1 / length, 1.0)
    return first * factor, second * factor


def _fault(name, wrong, says, output=None, witness="long and short", **more):
    return Mistake(name, wrong, says, output=output, witness=witness,
                   measure=lambda args, g: g[0], **more)


_LONG = ("for (6, 0) and (0, 8) with limit 5 the first number of the first tensor becomes "
         "{got:.4g}, expected {want:.4g}")
_SHORT = "for (0.75, 0) and (0, 1) with limit 5 it becomes {got:.4g}, expected {want:.4g}"

clipped = FunctionExercise(
    "clipped", "find the bug in a clipping",
    arguments=("first", "second", "limit"), returns=("first", "second"),
    cases=(
        Case("long and short", {"first": [6.0, 0.0], "second": [0.0, 8.0], "limit": 5.0},
             dtype="float64"),
        Case("below the limit", {"first": [0.75, 0.0], "second": [0.0, 1.0], "limit": 5.0},
             dtype="float64"),
        Case("of other lengths", {"first": [1.0, 2.0, -2.0], "second": [30.0, 40.0],
                                  "limit": 2.5}, dtype="float64"),
        Case("one of them is zero", {"first": [3.0, -4.0], "second": [0.0, 0.0, 0.0],
                                     "limit": 1.0}, dtype="float64"),
    ),
    reference=_reference,
    mistakes=(
        _fault("as given", lambda first, second, limit: tuple(
                   g * min(1.0, limit / float(_squares(g)) ** 0.5) if _squares(g) > 0 else g * 1.0
                   for g in (first, second)),
               "`clipped` still does what it did: " + _LONG + ". Each tensor is measured alone.",
               unattempted=True),
        _fault("always", _always,
               "long gradients are right, but short ones are stretched: " + _SHORT
               + ". (15.36) has a min with 1.", witness="below the limit"),
        _fault("elements", lambda first, second, limit: tuple(
                   maximum(minimum(g, limit), -limit) for g in (first, second)),
               "each element is cut to the limit: " + _LONG + ". That turns the gradient; scale it "
               "by one number."),
        _fault("largest element", _scaled(lambda a, b, limit: limit / maximum(
                   arrays.namespace(a).max(arrays.abs(a)), arrays.namespace(a).max(arrays.abs(b)))),
               "one number scales both now, but it comes from the largest element: " + _LONG
               + ". The length is the root of the sum of all squares."),
        _fault("sum of lengths", _scaled(lambda a, b, limit: limit / (
                   sqrt(_squares(a)) + sqrt(_squares(b)))),
               "one number scales both now, but lengths do not add up: " + _LONG + ". Add the "
               "squares, and take one root."),
        _fault("no root", _scaled(lambda a, b, limit: limit / (_squares(a) + _squares(b))),
               "one number scales both now, but the root is missing: " + _LONG + "."),
        _fault("mean", _scaled(lambda a, b, limit: limit / sqrt(
                   (_squares(a) + _squares(b)) / (a.shape[0] + b.shape[0]))),
               "one number scales both now, but it comes from a mean of squares: " + _LONG
               + ". The length is the root of their sum."),
        _fault("one length", _scaled(lambda a, b, limit: limit / sqrt(_squares(a))),
               "one number scales both now, but it comes from the first tensor alone: " + _LONG
               + ". The length is that of both together."),
        _fault("to one", _to_one,
               "one number scales both now, but to the length 1: " + _LONG + ". (15.36) shortens "
               "to the limit."),
        _fault("first only", lambda first, second, limit: (
                   _reference(first, second, limit)[0], 1 * second),
               "the first tensor is right, the second is not scaled: for (6, 0) and (0, 8) with "
               "limit 5 its last number must be 4, and the direction of both together must stay.",
               output=1),
    ),
    praise="both are scaled by one number, so the direction of the whole gradient stays.",
    hints=(
        "The gradient of the network is both tensors together, one long vector. How long is it?",
        "In the example one tensor was shortened fifty times and the other not at all. Which line "
        "decides by how much?",
        "Compute one length before you scale: the root of the sum of all squares, of both tensors.",
    ),
    source="15_wild",
)
