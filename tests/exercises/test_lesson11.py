"""The exercises of lesson 11: the solution, the stub, and wrong answers with a message each."""

import math

import pytest

from rmsprop_lab.exercises import lesson11
from tests.exercises.answers import fresh, function

AVERAGE = "v = rho * v + (1 - rho) * g**2"
U = "u = g / (lab.arrays.sqrt(v) + eps)"
MOVE = "theta = (1 - 2 * lr * lam) * theta - lr * u"


def step(average=AVERAGE, quotient=U, move=MOVE, end="return theta, v"):
    """An answer to `decoupled_step`, of lines; an empty line is left out."""
    body = "".join(f"    {line}\n" for line in (average, quotient, move, end) if line)
    return function(f"def decoupled_step(theta, g, v, lr, rho, eps, lam):\n{body}",
                    "decoupled_step")


def landings(coupled="h * target / (h + 2 * lam)", decoupled="np.clip(target, -r, r)",
             order="coupled, decoupled"):
    """An answer to `landings`, with an expression for each half."""
    return function("def landings(h, target, lam):\n"
                    "    r = 1 / (2 * lam)\n"
                    f"    coupled = {coupled}\n"
                    f"    decoupled = {decoupled}\n"
                    f"    return {order}\n", "landings")


def train(line):
    """An answer to `train` with this line in it."""
    return function("def train(h, target, theta, steps, lr, rho, lam):\n"
                    "    v = 0 * theta\n"
                    "    for _ in range(steps):\n"
                    "        g = h * (theta - target)\n"
                    "        v = lab.averages.ema(v, g * g, rho)\n"
                    "        u = g / (v**0.5 + 1e-8)\n"
                    f"        {line}\n"
                    "    return theta\n", "train")


STEP_WRONG = {
    "swapped": (step(end="return v, theta"), "you return v first"),
    "seen": (step(average="g = g + 2 * lam * theta; " + AVERAGE, move="theta = theta - lr * u"),
             "v sees the penalty"),
    "summed": (step(average="v = v + g**2"), "summed, not averaged"),
    "exchanged": (step(average="v = (1 - rho) * v + rho * g**2"), "weights are exchanged"),
    "no square": (step(average="v = rho * v + (1 - rho) * abs(g)"), "without its square"),
    "old v": (step(end="return theta, old", average="old = v; " + AVERAGE),
              "the v you were given"),
    "coupled": (step(move="theta = theta - lr * (g + 2 * lam * theta) / (v**0.5 + eps)"),
                "the coupled step (11.7)"),
    "plus": (step(move="theta = (1 + 2 * lr * lam) * theta - lr * u"), "the wrong sign"),
    "no 2": (step(move="theta = (1 - lr * lam) * theta - lr * u"), "factor of 2 is missing"),
    "no lr": (step(move="theta = (1 - 2 * lam) * theta - lr * u"), "lr is missing"),
    "no decay": (step(move="theta = theta - lr * u"), "without a penalty"),
    "after": (step(move="theta = (theta - lr * u) * (1 - 2 * lr * lam)"), "decay after the step"),
    "lasso": (step(move="theta = theta - lr * u - 2 * lr * lam * np.sign(theta)"),
              "the same size for every weight"),
    "only decay": (step(move="theta = (1 - 2 * lr * lam) * theta"), "the decay alone"),
    "unmoved": (step(move=""), "the theta you were given"),
    "in place": (step(move="theta *= 1 - 2 * lr * lam; theta -= lr * u"),
                 "`theta` changed in place"),
    "nothing": (step(end=""), "nothing was returned"),
}


def test_the_step_is_correct_in_two_ways():
    assert lesson11.decoupled_step.check(step())
    assert lesson11.decoupled_step.check(
        step(move="theta = theta - lr * (u + 2 * lam * theta)"))


@pytest.mark.parametrize("name", STEP_WRONG)
def test_a_wrong_step_is_named(name):
    answer, message = STEP_WRONG[name]
    outcome = lesson11.decoupled_step.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


LANDINGS_WRONG = {
    "swapped": (landings(order="decoupled, coupled"), "the coupled landing stands first"),
    "no 2": (landings(coupled="h * target / (h + lam)"), "A factor of 2 is missing: the slope"),
    "no curvature": (landings(coupled="target / (1 + 2 * lam)"), "every weight by one factor"),
    "share": (landings(coupled="h / (h + 2 * lam)"), "the share that is left, not the place"),
    "no penalty": (landings(coupled="target * 1"), "the minimum without a penalty"),
    "far walls": (landings(decoupled="np.clip(target, -1 / lam, 1 / lam)"),
                  "the walls stand at 1 / (2 lam)"),
    "one wall": (landings(decoupled="np.minimum(target, r)"), "two walls for each weight"),
    "no sign": (landings(decoupled="np.minimum(abs(target), r)"), "a negative weight"),
    "corner": (landings(decoupled="r * np.sign(target)"), "every weight at a wall"),
    "of the ridge": (landings(decoupled="np.clip(coupled, -r, r)"), "You cut the ridge solution"),
    "soft": (landings(decoupled="np.sign(target) * np.maximum(abs(target) - 2 * lam, 0)"),
             "a box cuts"),
    "no box": (landings(decoupled="target * 1"), "decoupled landing is 4, expected 2"),
    "one value": (landings(order="coupled"), "2 values, (coupled, decoupled)"),
}


def test_the_landings_are_correct_in_two_ways():
    assert lesson11.landings.check(landings())
    assert lesson11.landings.check(landings(
        coupled="target - 2 * lam * target / (h + 2 * lam)",
        decoupled="np.where(abs(target) > r, r * np.sign(target), target)"))


@pytest.mark.parametrize("name", LANDINGS_WRONG)
def test_a_wrong_landing_is_named(name):
    answer, message = LANDINGS_WRONG[name]
    outcome = lesson11.landings.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


WALL_WRONG = {
    0.5: "not a pair of scissors", 0.25: "the first weight", 4 / 3: "`weight_decay`",
    0.75: "how far the walls are", 0.625: "both move together", 0.1: "too weak",
    3.0: "too strong", -1.0: "cannot be the strength of a penalty", "2/3": "is a str",
}


@pytest.mark.parametrize("answer", WALL_WRONG)
def test_a_wrong_strength_is_named(answer):
    outcome = lesson11.second_wall.check(answer)
    assert outcome.kind == "NotYet" and WALL_WRONG[answer] in outcome.message, outcome


@pytest.mark.parametrize("answer", [2 / 3, 0.667, 0.666])
def test_the_strength_may_be_a_formula_or_three_digits(answer):
    assert lesson11.second_wall.check(answer)


def test_the_expected_strength_is_where_the_bounded_minimum_reaches_its_corner():
    from scipy.optimize import lsq_linear

    rows, right = [[1.0, 1.0], [1.0, -2.0]], [3.0, 0.0]
    at = lesson11.second_wall.expected()
    for lam, corner in ((at * 1.01, True), (at * 0.99, False)):
        wall = 1 / (2 * lam)
        x = lsq_linear(rows, right, bounds=(-wall, wall), tol=1e-14).x
        assert math.isclose(x[0], wall, rel_tol=1e-9)
        assert math.isclose(x[1], wall, rel_tol=1e-6) == corner


@pytest.mark.parametrize("line", ["theta = theta - lr * (u + 2 * lam * theta)",
                                  "theta = (1 - 2 * lr * lam) * theta - lr * u",
                                  "theta = theta - lr * u - 2 * lr * lam * theta"])
def test_the_repaired_loop_is_correct(line):
    assert lesson11.train.check(train(line))


def test_the_loop_as_given_is_not_attempted():
    outcome = lesson11.train.check(train("theta = theta - lr * (u - 2 * lam * theta)"))
    assert outcome.kind == "NotAttempted"
    assert "the first weight is 2.75, expected 1.25" in outcome.message


@pytest.mark.parametrize("line, message", [
    ("theta = theta + lr * (u - 2 * lam * theta)", "the step climbs"),
    ("theta = theta - lr * u", "no decay left"),
    ("theta = theta - lr * u - 2 * lam * theta", "lost its lr"),
    ("theta = theta - lr * (u + lam * theta)", "lost its factor of 2"),
    ("theta = theta - lr * (g + 2 * lam * theta) / (v**0.5 + 1e-8)", "divided by the root"),
    ("theta = (theta - lr * u) * (1 - 2 * lr * lam)", "shrunk together"),
    ("theta = abs(theta)", "the theta you return is not right yet"),
])
def test_a_wrong_repair_is_named(line, message):
    outcome = lesson11.train.check(train(line))
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def test_a_repair_that_couples_is_named():
    answer = function(
        "def train(h, target, theta, steps, lr, rho, lam):\n"
        "    v = 0 * theta\n"
        "    for _ in range(steps):\n"
        "        g = h * (theta - target) + 2 * lam * theta\n"
        "        v = lab.averages.ema(v, g * g, rho)\n"
        "        theta = theta - lr * g / (v**0.5 + 1e-8)\n"
        "    return theta\n", "train")
    assert "the penalty went into the gradient" in lesson11.train.check(answer).message


@pytest.fixture(scope="module")
def measured():
    return lesson11.prediction.measure()


def test_the_right_prediction_follows_from_the_measurement(measured):
    for letter in "abcd":
        prediction = fresh(lesson11.prediction)
        assert prediction.reveal(measured).kind == "NotAttempted"
        assert prediction.check(letter).kind == "Committed"
        assert bool(prediction.reveal(measured)) == (letter == "d")
    assert [prediction.right(x) for x in (2.4, 0.98, 0.5, 0.2)] == list("abcd")


def test_a_wrong_prediction_is_told_why(measured):
    prediction = fresh(lesson11.prediction)
    prediction.check("b")
    assert "you predicted b, at the wall" in prediction.reveal(measured).message
    assert "a ridge of strength lam sigma" in prediction.reveal(measured).message
    assert prediction.check("z").kind == "Committed"
