"""The exercises of lesson 2: each check on right answers, on stubs, and on typical wrong ones."""

import math
from fractions import Fraction

import numpy as np
import pytest

from rmsprop_lab.exercises import lesson02
from tests.exercises.answers import fresh, function


def plan(rate="2 / (low + high)", factor="(high - low) / (high + low)", end="return rate, factor"):
    """An answer to `plan` of three lines."""
    return function(
        "def plan(curvatures):\n"
        "    low, high, n = min(curvatures), max(curvatures), len(curvatures)\n"
        f"    rate = {rate}\n    factor = {factor}\n    {end}\n", "plan")


@pytest.mark.parametrize("factor", ["(high - low) / (high + low)", "abs(1 - rate * high)",
                                    "(high / low - 1) / (high / low + 1)", "1 - rate * low"])
def test_a_right_plan_in_several_ways(factor):
    assert lesson02.plan.check(plan(factor=factor))


PLAN_WRONG = {
    "edge": ({"rate": "2 / high"}, "That is the edge"),
    "safe": ({"rate": "1 / high"}, "lands in one step"),
    "flat": ({"rate": "1 / low"}, "flat coordinate alone"),
    "ends": ({"rate": "2 / (curvatures[0] + curvatures[-1])"}, "The list is not sorted"),
    "sum": ({"rate": "2 / sum(curvatures)"}, "the sum of all curvatures"),
    "mean": ({"rate": "n / sum(curvatures)"}, "the mean of all curvatures"),
    "no 2": ({"rate": "1 / (low + high)"}, "A factor of 2 is missing"),
    "kappa": ({"factor": "high / low"}, "That is the condition number"),
    "squared": ({"factor": "((high - low) / (high + low))**2"}, "the factor of the loss"),
    "negative": ({"factor": "1 - rate * high"}, "give its size"),
    "safe factor": ({"factor": "1 - low / high"}, "at the rate 1 / lam_max"),
    "gain": ({"factor": "rate * low"}, "one step takes off"),
    "swapped": ({"end": "return factor, rate"}, "wrong order"),
    "one value": ({"end": "return rate"}, "asks for 2 values"),
    "nothing": ({"end": "pass"}, "nothing was returned"),
    "constant": ({"rate": "0.3"}, "`curvatures` has no effect: with curvatures = [3, 1, 7, 2]"),
    "another": ({"rate": "3 / (low + high)"}, "the rate you return is not right yet"),
    "sorts in place": ({"end": "curvatures.sort(); return rate, factor"},
                       "`curvatures` changed in place"),
}


@pytest.mark.parametrize("name", PLAN_WRONG)
def test_a_wrong_plan_is_named(name):
    changes, message = PLAN_WRONG[name]
    outcome = lesson02.plan.check(plan(**changes))
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def units(begin="scale * theta", slope="curvature * new / scale**2", sign="-", end="new / scale",
          count="steps"):
    """An answer to `in_other_units`."""
    return function(
        "def in_other_units(curvature, theta, scale, lr, steps):\n"
        f"    new = {begin}\n    for _ in range({count}):\n"
        f"        new = new {sign} lr * ({slope})\n    return {end}\n", "in_other_units")


def test_other_units_are_right_in_two_ways():
    assert lesson02.in_other_units.check(units())
    assert lesson02.in_other_units.check(units(
        begin="theta", slope="curvature * new / scale**2", end="new"))


UNITS_WRONG = {
    "still new": ({"end": "new"}, "where the walk ends in the new units"),
    "one division": ({"begin": "theta", "slope": "curvature * new / scale", "end": "new"},
                     "The scale has come in once"),
    "old slope": ({"slope": "curvature * (new / scale)"}, "The scale has come in once"),
    "half converted": ({"slope": "curvature * new / scale", "begin": "theta", "end": "new / 1"},
                       "The scale has come in once"),
    "inverse": ({"slope": "curvature * new * scale**2"}, "the wrong way round"),
    "multiplied": ({"slope": "curvature * new * scale"}, "The slope was multiplied"),
    "cancels": ({"slope": "curvature * new"}, "descent in the old units"),
    "start": ({"begin": "theta"}, "The start was not put into new units"),
    "late": ({"count": "steps - 1"}, "One step is missing"),
    "uphill": ({"sign": "+"}, "goes uphill"),
    "in place": ({"begin": "theta.__imul__(scale)"}, "`theta` changed in place"),
    "norm": ({"slope": "curvature * new / (scale**2).sum()"}, "not right yet"),
}


@pytest.mark.parametrize("name", UNITS_WRONG)
def test_wrong_units_are_named(name):
    changes, message = UNITS_WRONG[name]
    outcome = lesson02.in_other_units.check(units(**changes))
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def test_the_numbers_of_the_message_are_measured():
    outcome = lesson02.in_other_units.check(units(slope="curvature * new"))
    assert "one step leads to 7, expected 4" in outcome.message


RATE_WRONG = {
    130 / 256.2: "what it was before", 2 / 4.2: "one step from one place",
    0.25: "the steep coordinate alone", 5: "the flat coordinate alone", 0.5: "is the edge",
    29 / 21: "where the gradient belongs", 256.2 / 65: "The rate is one over it",
    9 / 32.2: "where their squares belong", 10.5 / 65: "the straight line", 0.2: "too small",
    1.0: "too large", -0.25: "cannot be a learning rate", math.nan: "cannot be", "0.25": "is a str",
    None: "is None", 65 * 65 / 256.2 / 2: "not its rate",
}


@pytest.mark.parametrize("answer", RATE_WRONG)
def test_a_wrong_greedy_rate_is_named(answer):
    outcome = lesson02.greedy_rate.check(answer)
    assert outcome.kind == "NotYet" and RATE_WRONG[answer] in outcome.message, outcome


@pytest.mark.parametrize("answer", [65 / 256.2, 0.254, 0.2537])
def test_the_greedy_rate_may_be_a_formula_or_three_digits(answer):
    assert lesson02.greedy_rate.check(answer)


def test_the_greedy_rate_is_the_lowest_point_and_no_rate_beats_it():
    def after(eta):
        x, y = -5 + eta, -2 + 8 * eta
        return 0.1 * x * x + 2 * y * y
    best = lesson02.greedy_rate.expected()
    assert min(after(best - 1e-4), after(best + 1e-4)) > after(best)
    assert lesson02.greedy_rate.check(...).kind == "NotAttempted"


def test_greed_can_do_as_badly_as_the_best_fixed_rate():
    """From (20, 1), as the solution says."""
    x, y = Fraction(20), Fraction(1)
    g, h = x / 5, 4 * y
    eta = (g * g + h * h) / (g * g / 5 + 4 * h * h)
    assert eta == 2 / (Fraction(1, 5) + 4)
    assert (x - eta * g, y - eta * h) == (Fraction(19, 21) * 20, Fraction(-19, 21))


REPAIRED = "g = (H * theta).sum(axis=1); theta = theta - lr * g"
GIVEN = ("for i in range(len(theta)): theta[i] = theta[i] - lr * (H[i] * theta).sum()")


def descend(line):
    """An answer to `descend` with this line in its loop."""
    return function(
        "def descend(H, theta, lr, steps):\n    theta = 1 * theta\n"
        f"    for step in range(steps):\n        {line}\n    return theta\n", "descend")


@pytest.mark.parametrize("line", [
    REPAIRED, "theta = theta - lr * (H @ theta)",
    "old = 1 * theta\n        for i in range(len(theta)): theta[i] = old[i] - lr * H[i] @ old"])
def test_the_repaired_descent_is_correct(line):
    assert lesson02.descend.check(descend(line))


def test_the_descent_as_given_is_not_attempted():
    outcome = lesson02.descend.check(descend(GIVEN))
    assert outcome.kind == "NotAttempted"
    assert "takes the second coordinate to 1.625, expected 1.25" in outcome.message


@pytest.mark.parametrize("line, message", [
    (GIVEN.replace("range(len(theta))", "reversed(range(len(theta)))"), "in another order"),
    ("theta = theta - lr * H.diagonal() * theta", "only its own curvature"),
    ("theta = theta - lr * (H * theta).sum()", "one and the same slope"),
    ("theta = theta + lr * (H @ theta)", "goes uphill"),
    ("theta = theta - lr * (H * theta)", "look for a sum that is missing, or for `@`"),
    ("theta = theta - lr * (H @ theta) / 2", "not right yet"),
])
def test_a_wrong_repair_is_named(line, message):
    outcome = lesson02.descend.check(descend(line))
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


@pytest.fixture
def prediction():
    return fresh(lesson02.prediction)


def test_a_prediction_is_committed_before_it_is_judged(prediction):
    assert prediction.reveal(1220.0).kind == "NotAttempted"
    assert prediction.check(...).kind == "NotAttempted"
    assert prediction.check("e").kind == "NotYet"
    assert prediction.check("a").kind == "Committed"
    outcome = prediction.reveal(prediction.measure())
    assert outcome.kind == "NotYet" and "that is c" in outcome.message


def test_the_right_prediction_follows_from_the_formula_too(prediction):
    prediction.check("c")
    assert prediction.reveal(prediction.measure())
    angle = math.radians(1)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    (a, b), (_, d) = turn @ np.diag([1.0, 1e6]) @ turn.T
    c = abs(b) / math.sqrt(a * d)
    assert prediction.measure() == pytest.approx((1 + c) / (1 - c), rel=1e-6)
    assert prediction.measure() == pytest.approx(1e6 * math.sin(2 * angle) ** 2, rel=5e-3)
    assert 1e6 * math.sin(angle) ** 2 > 200  # "hundreds of times"
