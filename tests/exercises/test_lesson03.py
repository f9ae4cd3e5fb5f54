"""The other exercises of lesson 3: right answers, stubs, and wrong answers with their words."""

import math

import numpy as np
import pytest
import sympy

import rmsprop_lab as lab
from rmsprop_lab.exercises import lesson03, lesson03_descend
from tests.exercises.answers import fresh, function


def travel(begin="theta, s = 0.0, 0.0", each="theta, s = move(theta, slope, s, lr=lr, eps=0.0)",
           count="range(steps)", end="return abs(theta)"):
    """An answer to `travel` that walks."""
    return function(
        "def travel(slope, lr, steps):\n    move = lab.adagrad.adagrad\n"
        f"    {begin}\n    for t in {count}:\n        {each}\n    {end}\n", "travel")


def summed(term, count="range(1, steps + 1)"):
    """An answer to `travel` that adds up lengths."""
    return function("def travel(slope, lr, steps):\n"
                    f"    return sum({term} for t in {count})\n", "travel")


@pytest.mark.parametrize("answer", [
    travel(), summed("lr / math.sqrt(t)"), travel("theta, s, path = 0.0, 0.0, [0.0]",
        "theta, s = move(theta, slope, s, lr=lr, eps=0.0); path += [theta]",
        end="return max(path) - min(path)")])
def test_a_right_distance_in_several_ways(answer):
    assert lesson03.travel.check(answer)


TRAVEL_WRONG = {
    "signed": (travel(end="return theta"), "That is where theta is"),
    "minus": (travel(end="return -theta"), "a walk to the other side"),
    "negative": (travel(end="return -abs(theta)"), "A distance is not negative"),
    "s thrown away": (travel(each="theta, _ = move(theta, slope, s, lr=lr, eps=0.0)"),
                      "Every step of yours is lr long"),
    "harmonic": (summed("lr / t"), "Your steps shrink like 1 / t"),
    "no root": (travel(each="s += slope**2; theta -= lr * slope / s"), "not by its root"),
    "no square": (travel(each="s += abs(slope); theta -= lr * slope / s**0.5"),
                  "without its square"),
    "last step": (summed("lr / math.sqrt(t)", "[steps]"), "That is the last step alone"),
    "return in the loop": (travel(each="theta, s = move(theta, slope, s, lr=lr, eps=0.0); return "
                                       "abs(theta)"), "That is the first step alone"),
    "law": (summed("2 * lr * math.sqrt(t)", "[steps]"), "the law for a long walk"),
    "upper": (summed("lr * (2 * math.sqrt(t) - 1)", "[steps]"), "the upper bound in (3.5)"),
    "lower": (summed("lr * (2 * math.sqrt(t + 1) - 2)", "[steps]"), "the lower bound in (3.5)"),
    "one too few": (summed("lr / math.sqrt(t)", "range(1, steps)"), "The last step is missing"),
    "one too few, walked": (travel(count="range(steps - 1)"), "The last step is missing"),
    "first missing": (summed("lr / math.sqrt(t)", "range(2, steps + 1)"),
                      "The first step, which is lr long, is missing"),
    "one too many": (summed("lr / math.sqrt(t)", "range(1, steps + 2)"), "one step too many"),
    "from zero": (summed("lr / math.sqrt(t)", "range(steps)"), "Steps count from 1"),
    "descent": (travel(each="theta = theta - lr * slope"), "That is gradient descent"),
    "slope left": (summed("lr * slope / math.sqrt(t)"), "Your distance grows with the slope"),
    "size of the slope left": (summed("lr * abs(slope) / math.sqrt(t)"),
                               "Your distance grows with the slope"),
    "no lr": (summed("1 / math.sqrt(t)"), "multiply by lr"),
    "a cube root": (summed("lr / t ** (1 / 3)"), "is not right yet"),
    "nothing": (travel(end="pass"), "nothing was returned"),
}


@pytest.mark.parametrize("name", TRAVEL_WRONG)
def test_a_wrong_distance_is_named(name):
    answer, message = TRAVEL_WRONG[name]
    outcome = lesson03.travel.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


RATIO_WRONG = {
    1: "if all gradients were equal", 3: "the square of the answer",
    3**-0.5: "the wrong way round", 2**0.5: "grows like the root of t",
    12**0.5: "in units of lr sqrt(T)", 3**0.5 / 2: "lost the 2 of (3.5)",
    2: "the mean of the gradients", 1.6: "too small", 10: "too large", -1.7: "cannot be a ratio",
    math.nan: "cannot be", "1.73": "is a str", None: "is None",
}


@pytest.mark.parametrize("answer", RATIO_WRONG)
def test_a_wrong_ratio_is_named(answer):
    outcome = lesson03.steepening.check(answer)
    assert outcome.kind == "NotYet" and RATIO_WRONG[answer] in outcome.message, outcome


@pytest.mark.parametrize("answer", [3**0.5, 1.73, 1.732])
def test_the_ratio_may_be_a_formula_or_three_digits(answer):
    assert lesson03.steepening.check(answer)
    assert lesson03.steepening.check(...).kind == "NotAttempted"


@pytest.mark.parametrize("p", [0, 0.5, 1, 2])
def test_the_ratio_is_the_limit_of_long_walks(p):
    t = np.arange(1.0, 4_000_001)
    steps = t**p / np.sqrt(np.cumsum(t ** (2 * p)))
    level = np.cumsum(1 / np.sqrt(t))
    # The excess dies out like 1 / sqrt T: two lengths of the walk give the limit.
    far, half = (np.cumsum(steps)[n - 1] / level[n - 1] for n in (4_000_000, 1_000_000))
    assert 2 * far - half == pytest.approx(math.sqrt(2 * p + 1), rel=1e-4)


def test_the_sum_of_squares_is_close_to_the_area():
    t, k = sympy.symbols("t k", positive=True, integer=True)
    rest = sympy.expand(sympy.summation(k**2, (k, 1, t)) - t**3 / 3)
    assert sympy.degree(rest, t) == 2


def descend(line, before="root = 0 * theta", end="theta = theta - lr * g / root"):
    """An answer to `descend` with this line in its loop."""
    return function(
        f"def descend(curvature, theta, steps, lr):\n    {before}\n    for _ in range(steps):\n"
        f"        g = curvature * theta\n        {line}\n        {end}\n    return theta\n",
        "descend")


@pytest.mark.parametrize("answer", [
    descend("root = lab.arrays.sqrt(root * root + g * g)"),
    descend("root = np.hypot(root, g)"), descend("root = (root**2 + g**2) ** 0.5"),
    descend("s = s + g * g; root = s**0.5", before="s = 0 * theta")])
def test_the_repaired_divisor_is_correct(answer):
    assert lesson03.descend.check(answer)


@pytest.mark.parametrize("line", ["root = root + lab.arrays.abs(g)",
                                  "root = root + (g * g) ** 0.5"])
def test_the_divisor_as_given_is_not_attempted(line):
    outcome = lesson03.descend.check(descend(line))
    assert outcome.kind == "NotAttempted"
    assert "first coordinate to 2.5714, expected 2.4000" in outcome.message


@pytest.mark.parametrize("line, message", [
    ("root = abs(root + g)", "Opposite gradients would cancel"),
    ("root = root + g * g", "without a root"),
    ("root = root * root + g * g", "no root is taken"),
    ("root = (root**2 + np.mean(g * g)) ** 0.5", "all coordinates share one divisor"),
    ("root = (root + g * g) ** 0.5", "the square is added to the *root*"),
    ("root = abs(g)", "only the newest gradient"),
    ("root = np.maximum(root, abs(g))", "the largest gradient so far"),
    ("root = (0.9 * root**2 + 0.1 * g**2) ** 0.5", "the divisor leaks now"),
    ("root = (root**2 + (g * g).sum()) ** 0.5", "all coordinates share one divisor"),
    ("root = root + abs(g) / 2", "is not right yet"),
])
def test_a_wrong_divisor_is_named(line, message):
    outcome = lesson03.descend.check(descend(line))
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def test_what_the_colleague_says_of_her_loop():
    given = lesson03_descend._descend(lambda root, g: root + abs(g))
    start = np.array([-5.0, -2.0])
    one = given(np.array([0.2, 4.0]), start, 1, 0.4)
    assert np.abs(one - start) == pytest.approx(0.4, rel=1e-12)
    paths = [given(np.array([0.2, c]), start, 200, 0.4) for c in (4.0, 4096.0)]
    assert (paths[0] == paths[1]).all()  # steeper makes no difference
    bowl = np.array([1.0])
    assert given(bowl, bowl, 2000, 0.1)[0] > 0.25  # where AdaGrad has long arrived


def test_the_loop_as_given_is_only_slow():
    """Each learning rate of the way multiplies the divisor by e, and it arrives."""
    x, r, seen = 1.0, 0.0, {}
    for _ in range(100_000):
        r += abs(x)
        x -= 0.125 * x / r
        seen.setdefault(round(x * 8), r)  # the divisor when x passes a multiple of 1/8, nearly
    for k in (5, 4, 3, 2):
        assert seen[k - 1] / seen[k] == pytest.approx(math.e, rel=0.05)
    assert abs(x) < 1e-3 and math.exp(8) / 3 < r < math.exp(8)


@pytest.fixture
def prediction():
    return fresh(lesson03.prediction)


def test_a_prediction_is_committed_before_it_is_judged(prediction):
    assert prediction.reveal(3.0).kind == "NotAttempted"
    assert prediction.check(...).kind == "NotAttempted"
    assert prediction.check("e").kind == "NotYet"
    assert prediction.check("d").kind == "Committed"
    outcome = prediction.reveal(prediction.measure())
    assert outcome.kind == "NotYet" and "that is a" in outcome.message


def test_the_right_prediction_follows_from_a_plain_walk(prediction):
    prediction.check("a")
    assert prediction.reveal(prediction.measure())
    x, s, path = 1.0, 0.0, [1.0]
    for _ in range(6):
        s += x * x
        x -= 100 * x / math.sqrt(s)
        path.append(x)
    assert path[1] == -99 and path[2] == pytest.approx(1, rel=0.01)
    assert prediction.measure() == next(t for t, x in enumerate(path) if abs(x) <= 0.01)
    for early, late in zip(path[2:5], path[3:6], strict=True):
        assert late / early == pytest.approx(-0.01, rel=0.01)


def test_any_rate_that_is_far_too_large_costs_two_steps():
    bowl = lab.problems.Quadratic([1.0], [1.0])
    for lr in (30.0, 1e3, 1e6):
        path = lab.run(lab.AdaGrad(lr=lr, eps=0.0), bowl, 3).theta[:, 0]
        assert path[2] == pytest.approx(1, rel=2 / lr)
        assert path[3] / path[2] == pytest.approx(-1 / lr, rel=3 / lr, abs=1e-9)
