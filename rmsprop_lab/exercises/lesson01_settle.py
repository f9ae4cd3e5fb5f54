"""Lesson 1, settling: the inputs on which the counter is judged, and what typically goes wrong."""

import math

import numpy as np

from rmsprop_lab import averages
from rmsprop_lab.exercises.calls import Case
from rmsprop_lab.exercises.function import FunctionExercise
from rmsprop_lab.exercises.mistakes import Mistake

__all__ = ["settling_steps"]


def _quotient(rho, left):
    """The real number of steps after which the share `left` is missing."""
    return math.log(left) / math.log(rho)


def _from_quotient(whole, left=lambda fraction: 1 - fraction):
    """A formula in place of a count; without memory it takes one step, as it should."""
    return lambda rho, fraction: whole(_quotient(rho, left(fraction))) if rho else 1


def _shifted(by):
    return lambda rho, fraction: averages.settling_steps(rho, fraction) + by


def _passed(rho, fraction):
    t = 1
    while averages.share_of_last(rho, t) <= fraction:
        t += 1
    return t


def _ceil_of_numpy(rho, fraction):
    with np.errstate(divide="ignore"):
        return math.ceil(np.log(1 - fraction) / np.log(rho))


def _slip(name, wrong, says, witness="a fraction that is passed"):
    return Mistake(name, wrong, says, output=0, witness=witness, measure=lambda args, t: t)


_PASSED = "with rho = 0.5 and fraction = 0.9 you return {got:.4g}, expected {want:.4g}. "
_REACHED = "with rho = 0.5 and fraction = 0.75 you return {got:.4g}, expected {want:.4g}. "
_ZERO = ("right but for rho = 0, where the logarithm has no value. There is no memory then: v is "
         "the sample itself after one step. Count, or treat that case by itself.")

settling_steps = FunctionExercise(
    "settling_steps", "when an average from zero has settled",
    arguments=("rho", "fraction"), returns=("number of steps",),
    cases=(
        # 1 - .5^2 is .75 exactly: the fraction is reached and not passed.
        Case("a fraction that is reached", {"rho": 0.5, "fraction": 0.75}),
        Case("a fraction that is passed", {"rho": 0.5, "fraction": 0.9}),
        Case("another rho", {"rho": 0.75, "fraction": 0.9}),
        Case("22 steps", {"rho": 0.9, "fraction": 0.9}),
        Case("29 steps", {"rho": 0.9, "fraction": 0.95}),
        Case("a small fraction", {"rho": 0.9, "fraction": 0.05}),
        Case("a long memory", {"rho": 0.99, "fraction": 0.99}),
        Case("no memory", {"rho": 0.0, "fraction": 0.9}),
    ),
    reference=averages.settling_steps,
    mistakes=(
        _slip("floor", _from_quotient(math.floor),
              _PASSED + "Cutting off the decimals stops too early: after that step the average is "
              "still below."),
        _slip("rounded", _from_quotient(round),
              _PASSED + "Rounding to the nearest stops too early where it rounds down."),
        _slip("not whole", _from_quotient(float),
              _PASSED + "The first *step* is asked for, and steps are whole."),
        _slip("missing share", _from_quotient(math.ceil, left=lambda fraction: fraction),
              _PASSED + "That is when the missing share has fallen to the fraction. The share that "
              "is there is 1 - rho^t."),
        Mistake("logarithm of zero", lambda rho, fraction: math.ceil(_quotient(rho, 1 - fraction)),
                _ZERO, output=0),
        Mistake("logarithm of zero", _ceil_of_numpy, _ZERO, output=0),
        _slip("strictly", _passed,
              _REACHED + "The fraction need not be passed: to reach it is enough.",
              "a fraction that is reached"),
        _slip("counted from zero", _shifted(-1),
              _REACHED + "The first sample is step 1: after it the average holds 1 - rho.",
              "a fraction that is reached"),
        _slip("one too many", _shifted(1),
              _REACHED + "That is one step too many. Is the count raised once more after the "
              "fraction is reached?", "a fraction that is reached"),
        _slip("one step", lambda rho, fraction: 1,
              _PASSED + "Your average is there after one step. It starts from 0 and fills by (1.2) "
              "alone, without a correction. (Or does `return` stand inside the loop?)"),
        _slip("half-life", lambda rho, fraction: math.ceil(averages.half_life(rho)) or 1,
              _PASSED + "That is the half-life, and it does not depend on the fraction."),
        _slip("window", lambda rho, fraction: round(1 / (1 - rho)),
              _PASSED + "That is the scale 1 / (1 - rho), and it does not depend on the fraction."),
        _slip("power of the leak", lambda rho, fraction: (
                  math.ceil(math.log(1 - fraction) / math.log(1 - rho)) if rho else 1),
              "with rho = 0.75 and fraction = 0.9 you return {got:.4g}, expected {want:.4g}. The "
              "share that is still missing is rho^t, not (1 - rho)^t.", "another rho"),
    ),
    praise="`settling_steps` counts right, also where the fraction is met exactly and where there "
           "is no memory.",
    hints=(
        "Start with v = 0 and count. In each step let v take in the sample 1; stop when v has "
        "reached the fraction.",
        "A loop `while v < fraction:` with two lines in it: the average, and the count.",
        "Without a loop: 1 - rho^t must be at least the fraction. Solve for t with logarithms, "
        "round up, and look at rho = 0 by itself.",
    ),
    source="01_averages",
)
