"""Lesson 8: every check on the solution, the stub and the typical wrong answers."""

import math

import numpy as np
import pytest

from rmsprop_lab.exercises import lesson08
from tests.exercises.answers import fresh, function

HATS = "m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)"


def longest(record="record = max(record, abs(theta - before))", end="return record", begin="",
            t="done + 1", decays="beta1, beta2", eps="0.0", hats=HATS):
    """An answer to `longest` with these lines in it."""
    return function(
        "def longest(gradients, beta1, beta2):\n"
        f"    {begin or 'pass'}\n"
        f"    b1, b2 = {decays}\n"
        "    theta = m = v = record = 0.0\n"
        "    for done, g in enumerate(gradients):\n"
        f"        before, t = theta, {t}\n"
        "        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g\n"
        f"        {hats.replace('beta', 'b')}\n"
        f"        theta = theta - m_hat / (v_hat**0.5 + {eps})\n"
        f"        {record}\n"
        f"    {end}\n", "longest")


LONGEST_WRONG = {
    "last": (longest("record = abs(theta - before)"), "That is the last step"),
    "up": (longest("record = max(record, theta - before)"), "the longest step to larger theta"),
    "down": (longest("record = max(record, before - theta)"), "the longest step to smaller theta"),
    "total": (longest("record = abs(theta)"), "the distance from the start"),
    "farthest": (longest("record = max(record, abs(theta))"), "the farthest point"),
    "mean": (longest("record += abs(theta - before) / len(gradients)"), "the mean length of a st"),
    "uncorrected": (longest(hats="m_hat, v_hat = m, v"), "Adam without its corrections"),
    "t fixed": (longest(t="1"), "use t = 1 in every step"),
    "t from 2": (longest(t="done + 2"), "The corrections use t + 1"),
    "rmsprop": (longest(decays="0.0, beta2"), "That is RMSprop"),
    "eps": (longest(eps="1e-8"), "so small a difference comes from eps"),
    "list changed": (longest(begin="gradients.reverse(); gradients.reverse()",
                             end="gradients.pop(); return record"), "`gradients` changed in"),
    "nothing": (longest(end="pass"), "nothing was returned"),
}


def test_longest_is_correct_in_two_ways():
    assert lesson08.longest.check(longest())
    by_run = function(
        "def longest(gradients, beta1, beta2):\n"
        "    opt = lab.Adam(lr=1.0, beta1=beta1, beta2=beta2, eps=0.0)\n"
        "    path = lab.run(opt, lab.problems.Stream(gradients), len(gradients))\n"
        "    return float(path.effective_step.max())\n", "longest")
    assert lesson08.longest.check(by_run)


@pytest.mark.parametrize("name", LONGEST_WRONG)
def test_a_wrong_measurement_is_named(name):
    answer, message = LONGEST_WRONG[name]
    outcome = lesson08.longest.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


R = 0.81 / 0.999
OLDER = 0.09**2 * R / (1 - R)
BOUND_WRONG = {
    7.2703: "is Adam's bound", 0.19 / math.sqrt(0.001): "the first term of the sum alone",
    9.7055: "bounds the two parts of (8.22) one by one", 70.81: "is the square of the bound",
    math.sqrt((0.01 + OLDER) / 0.001): "gives the newest gradient the weight 1 - beta1",
    math.sqrt((0.19**2 + 0.09**2 / (1 - R)) / 0.001): "counts the newest gradient twice",
    6.5433: "leaves out the second part", 3.1623: "too short", 100.0: "too long",
    -8.4: "cannot be", "8.4": "is a str", None: "is None",
}


@pytest.mark.parametrize("answer", BOUND_WRONG)
def test_a_wrong_bound_is_named(answer):
    outcome = lesson08.nadam_bound.check(answer)
    assert outcome.kind == "NotYet" and BOUND_WRONG[answer] in outcome.message, outcome


@pytest.mark.parametrize("answer", [8.415, 8.42, math.sqrt((0.19**2 + OLDER) / 0.001)])
def test_the_bound_may_be_a_formula_or_three_digits(answer):
    assert lesson08.nadam_bound.check(answer)


def test_the_expected_bound_is_the_formula_and_no_gradients_beat_it():
    expected = lesson08.nadam_bound.expected()
    assert expected == pytest.approx(math.sqrt((0.19**2 + OLDER) / 0.001), rel=1e-9)
    ages, rng = np.arange(60), np.random.default_rng(8)
    a = np.where(ages == 0, 0.19, 0.09 * 0.9**ages)
    c = 0.001 * 0.999**ages
    for spread in (0.01, 0.3, 3.0):
        g = a / c * np.exp(spread * rng.standard_normal((50, 60)))
        assert ((g * a).sum(axis=1) / np.sqrt((g * g * c).sum(axis=1))).max() < expected


def walk(line=HATS, update=""):
    """An answer to `walk` with this line in it."""
    return function(
        "def walk(gradients, lr, beta1, beta2):\n"
        "    theta = m = v = 0.0\n"
        "    for t, g in enumerate(gradients, 1):\n"
        "        m = lab.averages.ema(m, g, beta1)\n"
        "        v = lab.averages.ema(v, g * g, beta2)\n"
        f"        {line}\n"
        f"        {update or 'pass'}\n"
        "        theta = theta - lr * m_hat / v_hat**0.5\n"
        "    return theta\n", "walk")


AS_GIVEN = "m_hat, v_hat = m * (1 - beta1**t), v * (1 - beta2**t)"
WALK_WRONG = {
    "m only": (walk(AS_GIVEN.replace("m *", "m /")), "m is right now, and v is not"),
    "v only": (walk(AS_GIVEN.replace("v *", "v /")), "v is right now, and m is not"),
    "gone": (walk("m_hat, v_hat = m, v"), "the corrections are gone: after one gradient theta has "
                                          "moved 3.16 lr, expected 1.00 lr"),
    "v gone": (walk("m_hat, v_hat = m / (1 - beta1**t), v"), "v is not corrected now"),
    "m gone": (walk("m_hat, v_hat = m, v / (1 - beta2**t)"), "m is not corrected now"),
    "no power": (walk("m_hat, v_hat = m / (1 - beta1), v / (1 - beta2)"),
                 "the first step is right, the others are not"),
    "overwritten": (walk("m, v = m / (1 - beta1**t), v / (1 - beta2**t)", "m_hat, v_hat = m, v"),
                    "must not go back into m and v"),
    "exchanged": (walk("m_hat, v_hat = m / (1 - beta2**t), v / (1 - beta1**t)"),
                  "the decays are exchanged in the corrections"),
    "root": (walk("m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)**0.5"),
             "the theta you return is not right yet"),
}


def test_the_repaired_walk_is_correct():
    assert lesson08.walk.check(walk())


def test_the_walk_as_given_is_not_attempted_and_takes_the_steps_of_the_errata():
    given = walk(AS_GIVEN)
    outcome = lesson08.walk.check(given)
    assert outcome.kind == "NotAttempted"
    assert "theta has moved 10.00 lr, expected 1.00 lr" in outcome.message
    ends = [given([5.0] * n, 1.0, 0.9, 0.999) for n in range(5)]
    assert [f"{x:.1f}" for x in -np.diff(ends)] == ["10.0", "18.1", "24.5", "29.6"]


@pytest.mark.parametrize("name", WALK_WRONG)
def test_a_wrong_repair_is_named(name):
    answer, message = WALK_WRONG[name]
    outcome = lesson08.walk.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


@pytest.fixture
def prediction():
    return fresh(lesson08.prediction)


@pytest.mark.parametrize("letter", "abd")
def test_a_wrong_prediction_hears_the_measurement(prediction, letter):
    assert prediction.reveal(0.23).kind == "NotAttempted"
    assert prediction.check(letter).kind == "Committed"
    outcome = prediction.reveal(prediction.measure())
    assert outcome.kind == "NotYet" and "that is c, about a quarter" in outcome.message


def test_the_right_prediction_follows_from_the_measurement(prediction):
    assert prediction.measure() == pytest.approx(math.sqrt(1 / 19), rel=0.02)
    assert prediction.check("c").kind == "Committed" and prediction.reveal(prediction.measure())
    assert prediction.check("e").kind == "Committed"  # the first one stays
    assert [prediction.right(x) for x in (0.9, 0.45, 0.229, 0.1)] == ["a", "b", "c", "d"]
