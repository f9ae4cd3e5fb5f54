"""The other exercises of lesson 1: right answers, stubs, and wrong answers with their words."""

import math
from fractions import Fraction

import numpy as np
import pytest

from rmsprop_lab import averages
from rmsprop_lab.exercises import lesson01
from tests.exercises.answers import DEVICE, fresh, function


def ema(line):
    """An answer to `ema` of one or more lines; the last one is returned."""
    *before, last = line.split("; ")
    body = "".join(f"    {x}\n" for x in before)
    return function(f"def ema(v, x, rho):\n{body}    return {last}\n", "ema")


@pytest.mark.parametrize("line", ["rho * v + (1 - rho) * x", "v + (1 - rho) * (x - v)",
                                  "x + rho * (v - x)", "lab.averages.ema(v, x, rho)"])
def test_a_right_average_in_several_ways(line):
    assert lesson01.ema.check(ema(line))
    assert lesson01.ema.diagnose(lesson01.ema.record(ema(line), xp=DEVICE))


EMA_WRONG = {
    "v + x": "That is a sum: nothing leaks",
    "rho * v + x": "the sample enters in full",
    "v + (1 - rho) * x": "the old value does not leak",
    "(1 - rho) * v + rho * x": "The shares are exchanged",
    "v + rho * (x - v)": "The shares are exchanged",
    "rho * v + 1 - rho * x": "has lost its parentheses",
    "rho * (v + (1 - rho) * x)": "The parentheses end too late",
    "rho * v + rho * x": "Both terms have the share rho",
    "(v + x) / 2": "That is half of each",
    "rho * v + (1 - rho) * x**2": "The sample is squared",
    "v - (1 - rho) * (x - v)": "look at a sign",
    "v": "That is the old value",
    "x": "`rho` has no effect: with rho = 0.75 and with rho = 0.5",
    "0.9 * v + 0.1 * x": "`rho` has no effect: with rho = 0.75 and with rho = 0.5",
    "rho * v + (1 - rho) * abs(x)": "with its sign: with x = -4 you return 10, expected 8",
    "rho * v + (1 - rho) * np.mean(x)": "look for a sum or a mean",
    "rho * v + (1 - rho) * np.sum(x)": "look for a sum or a mean",
    "v *= rho; v += (1 - rho) * x; v": "`v` changed in place",
    "rho * v + (1 - rho) * x**1.5": "the v you return is not right yet",
    "float(rho * v + (1 - rho) * x)": "On single numbers your function runs",
    "v, x": "you return 2 values",
    "None": "nothing was returned",
}


@pytest.mark.parametrize("line", EMA_WRONG)
def test_a_wrong_average_is_named(line):
    outcome = lesson01.ema.check(ema(line))
    assert outcome.kind == "NotYet" and EMA_WRONG[line] in outcome.message, outcome


def test_the_hand_case_is_exact_in_words():
    message = lesson01.ema.check(ema("v + x")).message
    assert message.startswith("with v = 12, x = 32 and rho = 0.75 you return 44, expected 17. ")


def settle(start="v, t = 0.0, 0", stop="v < fraction", end="return t", x="1.0"):
    """An answer to `settling_steps` that counts."""
    return function(
        "def settling_steps(rho, fraction):\n"
        f"    {start}\n    while {stop}:\n        v = lab.averages.ema(v, {x}, rho)\n"
        f"        t += 1\n    {end}\n", "settling_steps")


def formula(line):
    return function(f"def settling_steps(rho, fraction):\n    return {line}\n", "settling_steps")


QUOTIENT = "math.log(1 - fraction) / math.log(rho)"


@pytest.mark.parametrize("answer", [
    settle(), formula("lab.averages.settling_steps(rho, fraction)"),
    formula(f"max(1, math.ceil({QUOTIENT})) if rho > 0 else 1"),
    settle("v, t = 1.0, 0", "1 - v < fraction", x="0.0")], ids=["count", "lab", "formula", "left"])
def test_settling_in_several_ways(answer):
    assert lesson01.settling_steps.check(answer)


SETTLE_WRONG = {
    "floor": (formula(f"math.floor({QUOTIENT}) if rho else 1"), "Cutting off the decimals"),
    "int, no case for 0": (formula(f"int({QUOTIENT})"), "Cutting off the decimals"),
    "rounded": (formula(f"round({QUOTIENT}) if rho else 1"), "Rounding to the nearest"),
    "not whole": (formula(f"{QUOTIENT} if rho else 1"), "steps are whole"),
    "fraction left": (formula("math.ceil(math.log(fraction) / math.log(rho)) if rho else 1"),
                      "The share that is there is 1 - rho^t"),
    "zero": (formula(f"math.ceil({QUOTIENT})"), "right but for rho = 0"),
    "zero in numpy": (formula("math.ceil(np.log(1 - fraction) / np.log(rho))"),
                      "right but for rho = 0"),
    "strict": (settle(stop="v <= fraction"), "to reach it is enough"),
    "from zero": (settle("v, t = 0.0, -1"), "The first sample is step 1"),
    "one too many": (settle("v, t = 0.0, 1"), "one step too many"),
    "one": (formula("1"), "does `return` stand inside the loop?"),
    "half-life": (formula("math.ceil(lab.averages.half_life(rho)) or 1"), "That is the half-life"),
    "window": (formula("round(1 / (1 - rho))"), "That is the scale 1 / (1 - rho)"),
    "power of the leak": (
        formula("math.ceil(math.log(1 - fraction) / math.log(1 - rho)) if rho else 1"),
        "not (1 - rho)^t"),
    "a fixed fraction": (settle(stop="v < 0.9"), "`fraction` has no effect"),
    "the average": (settle(end="return v"), "you return is not right yet"),
    "nothing": (settle(end="pass"), "nothing was returned"),
}


@pytest.mark.parametrize("name", SETTLE_WRONG)
def test_a_wrong_count_is_named(name):
    answer, message = SETTLE_WRONG[name]
    outcome = lesson01.settling_steps.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def test_the_decay_of_a_wanted_memory():
    """The largest of 0.900, 0.901, ... that settles to 95 per cent in a hundred steps."""
    assert max(n for n in range(900, 1000)
               if 1 - Fraction(n, 1000) ** 100 >= Fraction(95, 100)) == 970
    assert averages.settling_steps(0.97, 0.95) <= 100 < averages.settling_steps(0.971, 0.95)


YOUNG_WRONG = {
    19: "the long run", 10: "if all weights were equal", 21.628: "do not add up to one yet",
    14.087: "by the square of that", 8.0605: "Stop it after ten", 12.375: "share that has been",
    1 / 9.176: "The number of samples is one over it", 39.34: "upside down",
    9.176**0.5: "the root of the answer", 9.0: "too small", 9.4: "too large",
    -9.176: "cannot be a number of samples", math.inf: "cannot be", "9.18": "is a str",
    None: "is None", (9.0, 1.0): "is a tuple",
}


@pytest.mark.parametrize("answer", YOUNG_WRONG)
def test_a_wrong_size_is_named(answer):
    outcome = lesson01.young.check(answer)
    assert outcome.kind == "NotYet" and YOUNG_WRONG[answer] in outcome.message, outcome


@pytest.mark.parametrize("answer", [19 * (1 - 0.9**10) / (1 + 0.9**10), 9.18, 9.176])
def test_the_size_may_be_a_formula_or_three_digits(answer):
    assert lesson01.young.check(answer)


def size(rho, t):
    """The effective sample size after debiasing, from the weights, in exact fractions."""
    weights = [(1 - rho) * rho**k for k in range(t)]
    return sum(weights) ** 2 / sum(w * w for w in weights)


@pytest.mark.parametrize("rho, t", [("9/10", 10), ("1/2", 7), ("99/100", 100), ("9/10", 1)])
def test_the_formula_of_the_solution_is_exact(rho, t):
    rho = Fraction(rho)
    assert size(rho, t) == (1 + rho) / (1 - rho) * (1 - rho**t) / (1 + rho**t)
    assert size(rho, t) != (1 + rho) / (1 - rho) * (1 - rho**t)


def test_its_three_limits():
    assert size(Fraction(9, 10), 1) == 1
    assert float(size(Fraction(9, 10), 200)) == pytest.approx(19, rel=1e-8)
    assert float(size(Fraction(10**6 - 1, 10**6), 10)) == pytest.approx(10, rel=1e-4)
    assert lesson01.young.expected() == pytest.approx(float(size(Fraction(9, 10), 10)), rel=1e-14)
    assert lesson01.young.check(...).kind == "NotAttempted"
    newest, *_, oldest = averages.weights(0.9, 10)
    assert newest > 2 * oldest  # as a message says


@pytest.fixture
def prediction():
    return fresh(lesson01.prediction)


def test_a_prediction_is_committed_before_it_is_judged(prediction):
    assert prediction.reveal(7.1).kind == "NotAttempted"
    assert prediction.check(...).kind == "NotAttempted"
    assert prediction.check("e").kind == "NotYet"
    assert prediction.check("a").kind == "Committed"
    outcome = prediction.reveal(prediction.measure())
    assert outcome.kind == "NotYet" and "that is c" in outcome.message


def test_the_right_prediction_follows_from_the_weights_too(prediction):
    prediction.check("c")
    assert prediction.reveal(prediction.measure())
    rho = Fraction(99, 100)
    weights = [(1 - rho) * rho**k for k in range(99)] + [rho**99]
    assert sum(weights) == 1 and weights[-1] > Fraction(1, 3)
    worth = 1 / sum(w * w for w in weights)
    assert prediction.measure() == pytest.approx(float(worth), rel=0.03)
    assert weights[-1] ** 2 > Fraction(1, 10)  # noisier than a plain mean of ten, as it says
    assert 90 < size(rho, 100) < 100  # "nearly as calm as a plain mean of all hundred"
    assert np.isclose(1 / float(weights[-1]) ** 2, float(worth), rtol=0.05)
