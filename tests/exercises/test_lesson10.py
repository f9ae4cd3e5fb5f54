"""The exercises of lesson 10: right answers, stubs, and each typical wrong answer by its words."""

import math

import numpy as np
import pytest

from rmsprop_lab import failure
from rmsprop_lab.exercises import lesson10
from tests.exercises.answers import fresh, function

SETTLED = ("v = sum((1 - rho) * rho**(n - 1 - j) * g * g for j, g in enumerate(gradients))"
           " / (1 - rho**n)")


def move(start=SETTLED,
         step="v = rho * v + (1 - rho) * g * g; theta = theta - g / v**0.5", end="return theta"):
    """An answer to `round_move`."""
    return function(
        "def round_move(gradients, rho):\n"
        "    theta, n = 0.0, len(gradients)\n"
        f"    {start}\n"
        "    for g in gradients:\n"
        f"        {step}\n"
        f"    {end}\n", "round_move")


MOVE_WRONG = {
    "from zero": (move(start="v = 0.0"), "That is the first round from v = 0"),
    "mean square": (move(start="v = sum(g * g for g in gradients) / n"), "v at the mean square"),
    "one divisor": (move(step="v = v; theta = theta - g / (sum(x * x for x in gradients)/n)**0.5"),
                    "You divide all gradients by one number"),
    "sign": (move(end="return -theta"), "a step goes against the gradient"),
    "magnitude": (move(end="return abs(theta)"), "a move to smaller theta is negative"),
    "per step": (move(end="return theta / n"), "the mean move of a step"),
    "old v": (move(step="theta = theta - g / v**0.5; v = rho * v + (1 - rho) * g * g"),
              "divided by the v before it entered"),
    "no root": (move(step="v = rho * v + (1 - rho) * g * g; theta = theta - g / v"),
                "The root is missing"),
    "too few rounds": (move(start="v = 0.0\n    for g in 100 * gradients:\n"
                                  "        v = rho * v + (1 - rho) * g * g"),
                       "v has not settled yet"),
    "nothing": (move(end="pass"), "nothing was returned"),
    "the list changed": (move(end="gradients.append(0.0); return theta"),
                         "`gradients` changed in place"),
}


def test_a_settled_round_is_found_in_two_ways():
    assert lesson10.round_move.check(move())
    assert lesson10.round_move.check(move(
        start="v = 0.0\n    for g in 1000 * gradients:\n        v = rho * v + (1 - rho) * g * g"))


def test_the_settled_round_is_that_of_the_lesson():
    for C, n, rho in ((3.0, 3, 0.25), (10.0, 10, 0.99)):
        assert lesson10.round_move.reference(failure.cycle(C, n), rho) == pytest.approx(
            failure.move(C, n, rho), rel=1e-12)
    assert lesson10.round_move.reference([3.0, -1.0, -1.0], 0.0) == 1.0


@pytest.mark.parametrize("name", MOVE_WRONG)
def test_a_wrong_move_is_named(name):
    answer, message = MOVE_WRONG[name]
    outcome = lesson10.round_move.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def amsgrad(average="v = rho * v + (1 - rho) * g * g", keep="peak = lab.arrays.maximum(peak, v)",
            step="theta = theta - lr * g / peak**0.5", end="return theta, v, peak"):
    """An answer to `amsgrad_step`, of lines."""
    body = "".join(f"    {line}\n" for line in (average, keep, step, end) if line)
    return function(f"def amsgrad_step(theta, g, v, peak, lr, rho):\n{body}", "amsgrad_step")


AMSGRAD_WRONG = {
    "fed back": (amsgrad(keep="v = peak = lab.arrays.maximum(peak, v)"),
                 "the v you return is the maximum"),
    "v not updated": (amsgrad(average="old, v = v, rho * v + (1 - rho) * g * g",
                              end="return theta, old, peak"), "That is the v you were given"),
    "summed": (amsgrad("v = v + g * g"), "must add up to one"),
    "no square": (amsgrad("v = rho * v + (1 - rho) * g"), "enters the average with its square"),
    "exchanged": (amsgrad("v = (1 - rho) * v + rho * g * g"), "The weights are exchanged"),
    "largest square": (amsgrad(keep="peak = lab.arrays.maximum(peak, g * g)"),
                       "you keep the largest square of a gradient"),
    "minimum": (amsgrad(keep="peak = lab.arrays.minimum(peak, v)"), "the smaller of the two"),
    "peak is v": (amsgrad(keep="peak = v"), "the peak has forgotten"),
    "peak kept": (amsgrad(keep=""), "the peak does not rise"),
    "one peak": (amsgrad(keep="p = lab.arrays.maximum(peak, v)\n"
                              "    peak = p if isinstance(p, float) else p * 0 + p.max()"),
                 "all coordinates share one peak"),
    "python's max": (amsgrad(keep="peak = max(peak, v)"), "An array has no single truth value"),
    "rmsprop": (amsgrad(step="theta = theta - lr * g / v**0.5"), "that is RMSprop"),
    "old peak": (amsgrad(average="v = rho * v + (1 - rho) * g * g\n"
                                 "    theta = theta - lr * g / peak**0.5", step=""),
                 "it divides by the old peak"),
    "no root": (amsgrad(step="theta = theta - lr * g / peak"), "The root is missing"),
    "wrong sign": (amsgrad(step="theta = theta + lr * g / peak**0.5"), "goes against the gradient"),
    "two values": (amsgrad(end="return theta, v"), "you return 2 values"),
    "in place": (amsgrad(average="v *= rho\n    v += (1 - rho) * g * g"), "`v` changed in place"),
}


def test_amsgrad_is_correct_in_two_ways():
    assert lesson10.amsgrad_step.check(amsgrad())
    assert lesson10.amsgrad_step.check(amsgrad(keep="peak = lab.arrays.where(v > peak, v, peak)"))


@pytest.mark.parametrize("name", AMSGRAD_WRONG)
def test_a_wrong_amsgrad_is_named(name):
    answer, message = AMSGRAD_WRONG[name]
    outcome = lesson10.amsgrad_step.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


@pytest.mark.parametrize("exercise", [lesson10.round_move, lesson10.amsgrad_step, lesson10.walk],
                         ids=lambda e: e.name)
def test_a_stub_is_not_attempted(exercise):
    text = f"def {exercise.name}({', '.join(exercise.arguments)}):\n    return ...\n"
    assert exercise.check(function(text, exercise.name)).kind == "NotAttempted"
    assert exercise.check().kind == exercise.check(...).kind == "NotAttempted"


@pytest.fixture
def prediction():
    return fresh(lesson10.prediction)


def test_a_prediction_comes_first(prediction):
    assert prediction.reveal(2.1).kind == "NotAttempted"
    assert "2.1" not in prediction.reveal(2.1).message
    assert prediction.check(...).kind == "NotAttempted"
    assert prediction.check("e").kind == "NotYet"
    assert prediction.check("d").kind == "Committed"
    assert "first prediction counts" in prediction.check("c").message
    outcome = prediction.reveal(prediction.measure())
    assert outcome.kind == "NotYet" and "that is c" in outcome.message


def test_the_right_prediction_follows_from_the_computation(prediction):
    prediction.check("c")
    assert prediction.reveal(prediction.measure())
    assert [prediction.right(x) for x in (0.4, 1.1, 2.3, 5.0)] == ["a", "b", "c", "d"]
    law = (1 - failure.threshold_law(19.5, 20)) / (1 - failure.threshold_law(40))
    assert prediction.right(law) == "c"


D = 0.0015
DISTANCE_WRONG = {
    0.004: "Hinton's round of ten", 0.00075: "lacks the curvature", 0.15: "lacks the factor",
    0.1485: "rho where 1 - rho belongs", 0.003: "twice the distance", 0.0075: "five times too long",
    0.0003: "root of the mean square", 0.01875: "the drift of one round", -0.0015: "is the place",
    0.002: "too long", 0.0011: "too short", math.nan: "cannot be a distance",
    "0.0015": "is a str", None: "is None",
}


@pytest.mark.parametrize("answer", DISTANCE_WRONG)
def test_a_wrong_distance_is_named(answer):
    outcome = lesson10.resting_distance.check(answer)
    assert outcome.kind == "NotYet" and DISTANCE_WRONG[answer] in outcome.message, outcome


def test_the_distance_is_that_of_a_run():
    assert lesson10.resting_distance.check(0.075 * 0.01 / 0.5)
    assert lesson10.resting_distance.check(...).kind == "NotAttempted"
    assert lesson10.resting_distance.expected() == pytest.approx(D, rel=1e-12)
    five, v, theta, seen = [0.1] * 4 + [-0.4], 0.0, 1.0, []
    for t in range(1, 20_001):
        g = five[(t - 1) % 5] + 0.5 * theta
        v = 0.99 * v + 0.01 * g * g
        theta -= g / v**0.5 / t**0.75
        seen.append(theta)
    assert np.mean(seen[-5:]) == pytest.approx(-D, rel=0.02)


def walk(line):
    """An answer to `walk` with this line in it."""
    return function(
        "def walk(gradients, steps, lr, rho):\n"
        "    theta, v, rate = 0.0, 0.0, lr\n"
        "    for t in range(1, steps + 1):\n"
        "        g = gradients[(t - 1) % len(gradients)]\n"
        f"        {line}\n"
        "        theta, v = lab.rmsprop.rmsprop(theta, g, v, lr=rate, rho=rho, eps=0.0)\n"
        "        theta = min(1.0, max(-1.0, theta))\n"
        "    return theta\n", "walk")


def test_the_mended_game_is_correct():
    assert lesson10.walk.check(walk("rate = lr / t**0.5"))
    assert lesson10.walk.check(walk("rate = rate * (max(t - 1, 1) / t) ** 0.5"))


def test_the_game_as_given_is_not_attempted():
    outcome = lesson10.walk.check(walk("rate = rate / t**0.5"))
    assert outcome.kind == "NotAttempted" and "still does what it did" in outcome.message


WALK_WRONG = {
    "pass": "no longer shrinks at all", "rate = lr / t": "the root is missing",
    "rate = lr / steps**0.5": "that of the last one", "rate = lr / (t + 1)**0.5": "one step ahead",
    "rate = lr / ((t - 1) // len(gradients) + 1)**0.5": "shrinks once a round",
    "rate = lr * t**0.5": "The rate grows", "rate = lr / (t - 1)**0.5": "ZeroDivisionError",
    "rate = lr / t**0.4": "the theta you return is not right yet",
}


@pytest.mark.parametrize("line", WALK_WRONG)
def test_a_wrong_repair_is_named(line):
    outcome = lesson10.walk.check(walk(line))
    assert outcome.kind == "NotYet" and WALK_WRONG[line] in outcome.message, outcome
