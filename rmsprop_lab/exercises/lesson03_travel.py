"""Lesson 3, a constant slope: how far AdaGrad walks, and what typically goes wrong."""

import math

from rmsprop_lab.adagrad import adagrad
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["travel"]


def _walk(slope, lr, steps):
    """Where AdaGrad is after the steps, from 0."""
    theta, s = 0.0, 0.0
    for _ in range(steps):
        theta, s = adagrad(theta, slope, s, lr=lr, eps=0.0)
    return theta


def _reference(slope, lr, steps):
    return abs(_walk(slope, lr, steps))


def _by_step(length, first=1, more=0):
    """The sum of `length(slope, t)` learning rates over the steps, counted from `first`."""
    return lambda slope, lr, steps: lr * math.fsum(
        length(slope, t) for t in range(first, steps + 1 + more))


def _right(slope, t):
    return 1 / math.sqrt(t)


def _slip(name, wrong, says, witness="four steps"):
    return Mistake(name, wrong, says, output=0, witness=witness, measure=lambda args, value: value)


_FOUR = "four steps on a slope of 3 with lr = 0.5: you return {got:.4f}, expected {want:.4f}. "
_UPHILL = "on a slope of -3 with lr = 0.5, four steps: you return {got:.4f}, expected {want:.4f}. "
_SLOPE = _FOUR + ("Your distance grows with the slope. It should not: the size of the gradients "
                  "cancels.")

travel = FunctionExercise(
    "travel", "how far AdaGrad walks on a constant slope",
    arguments=("slope", "lr", "steps"), returns=("distance",),
    cases=(
        Case("four steps", {"slope": 3.0, "lr": 0.5, "steps": 4}),
        Case("one step", {"slope": 3.0, "lr": 0.5, "steps": 1}),
        Case("another slope", {"slope": 48.0, "lr": 0.5, "steps": 4}),
        Case("a slope to the other side", {"slope": -3.0, "lr": 0.5, "steps": 4}),
        Case("another lr", {"slope": 3.0, "lr": 0.125, "steps": 4}),
        Case("a long walk", {"slope": 0.25, "lr": 0.1, "steps": 1000}),
    ),
    reference=_reference,
    mistakes=(
        _slip("sign", lambda slope, lr, steps: -_reference(slope, lr, steps),
              _FOUR + "The size is right. A distance is not negative."),
        _slip("signed", _walk,
              _FOUR + "That is where theta is. How *far* it went is asked for, a positive "
              "number."),
        _slip("signed", lambda slope, lr, steps: -_walk(slope, lr, steps),
              _UPHILL + "The size is right, but a walk to the other side has a positive length "
              "too.", "a slope to the other side"),
        _slip("no clock", _by_step(lambda slope, t: 1.0),
              _FOUR + "Every step of yours is lr long: s does not add up. Does each step get the s "
              "that the one before returned?"),
        _slip("harmonic", _by_step(lambda slope, t: 1 / t),
              _FOUR + "Your steps shrink like 1 / t. After t steps s is t times the squared slope, "
              "and the step divides by its root."),
        _slip("no root", _by_step(lambda slope, t: 1 / (abs(slope) * t)),
              _FOUR + "Your steps divide by s, not by its root. With another slope the distance "
              "would be another."),
        _slip("no square", _by_step(lambda slope, t: math.sqrt(abs(slope) / t)),
              _FOUR + "The slope enters s without its square. With another slope the distance "
              "would be another."),
        _slip("last step", lambda slope, lr, steps: lr / math.sqrt(steps),
              _FOUR + "That is the last step alone; add up all of them."),
        _slip("first step", lambda slope, lr, steps: lr,
              _FOUR + "That is the first step alone. Does `return` stand inside the loop?"),
        _slip("the law", lambda slope, lr, steps: 2 * lr * math.sqrt(steps),
              _FOUR + "That is the law for a long walk, 2 lr sqrt(T). Add up the steps."),
        _slip("upper bound", lambda slope, lr, steps: lr * (2 * math.sqrt(steps) - 1),
              _FOUR + "That is the upper bound in (3.5). Add up the steps."),
        _slip("lower bound", lambda slope, lr, steps: lr * (2 * math.sqrt(steps + 1) - 2),
              _FOUR + "That is the lower bound in (3.5). Add up the steps."),
        _slip("one too few", _by_step(_right, more=-1),
              _FOUR + "The last step is missing: `range(1, n)` ends at n - 1."),
        _slip("first missing", _by_step(_right, first=2),
              _FOUR + "The first step, which is lr long, is missing."),
        _slip("one too many", _by_step(_right, more=1),
              _FOUR + "That is one step too many."),
        _slip("descent", _by_step(lambda slope, t: abs(slope)),
              _FOUR + "That is gradient descent: nothing is divided."),
        _slip("slope left", _by_step(lambda slope, t: slope / math.sqrt(t)), _SLOPE),
        _slip("slope left", _by_step(lambda slope, t: abs(slope) / math.sqrt(t)), _SLOPE),
        _slip("no lr", lambda slope, lr, steps: _reference(slope, 1.0, steps),
              _FOUR + "That is the distance in learning rates; multiply by lr."),
    ),
    praise="`travel` adds up the steps, and the slope has no say in it.",
    hints=(
        "Start with theta = 0 and s = 0, and make `steps` steps with the gradient `slope`. For the "
        "step take `lab.adagrad.adagrad`, or your own function, with eps 0.",
        "Both results of a step go into the next one: `theta, s = ...`. At the end, the distance "
        "is the size of theta.",
        "Without a loop over the rule: step t is lr / sqrt(t) long, by (3.4). Add these up for t "
        "from 1 to `steps`.",
    ),
    source="03_adagrad",
)
