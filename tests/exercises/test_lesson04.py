"""The other exercises of lesson 4: drift, prediction, the jump, the bug."""

import math

import pytest

from rmsprop_lab.exercises import lesson04
from tests.exercises.answers import drift, fresh, function, train

DRIFT_WRONG = {
    "total": (drift(end="return theta"), "That is the way from the start"),
    "mean": (drift(end="return theta / cycles"), "That is the mean over all cycles"),
    "v reset": (drift(cycle="start, v = theta, 0.0"), "That is a cycle that starts up from v = 0"),
    "sign": (drift(end="return start - theta"), "The size is right, the sign is not"),
    "magnitude": (drift(end="return abs(theta - start)"), "The size is right, the sign is not"),
    "v thrown away": (drift(g="theta, _v = lab.rmsprop.rmsprop(theta, g, v, lr=1.0, rho=rho, "
                              "eps=0.0)"), "v stays 0"),
    "eps": (drift(eps="1e-8"), "so small a difference comes from eps"),
    "sign descent": (drift(g="theta = theta - np.sign(g)"), "That is Rprop's sign descent"),
    "return in the loop": (drift(g="theta, v = lab.rmsprop.rmsprop(theta, g, v, lr=1.0, rho=rho, "
                                   "eps=0.0)\n        return theta - start"),
                           "Or does `return` stand inside a loop?"),
    "nothing": (drift(end="pass"), "nothing was returned"),
    "an array": (drift(end="return np.zeros(3)"), "an array of shape (3,); one number is expected"),
    "list changed": (drift(end="gradients.pop(); return theta - start"),
                     "`gradients` changed in place"),
}


def test_drift_is_correct_in_two_ways():
    assert lesson04.drift.check(drift())
    by_run = function(
        "def drift(gradients, rho, cycles):\n"
        "    opt, n = lab.RMSprop(lr=1.0, rho=rho, eps=0.0), len(gradients)\n"
        "    path = lab.run(opt, lab.problems.Stream(gradients), cycles * n).theta[:, 0]\n"
        "    return path[-1] - path[-1 - n]\n", "drift")
    assert lesson04.drift.check(by_run)


def test_the_drift_of_signs_is_a_whole_number():
    assert lesson04.drift.reference(lesson04.HINTON, 0.0, 3) == -8.0


@pytest.mark.parametrize("name", DRIFT_WRONG)
def test_a_wrong_drift_is_named(name):
    answer, message = DRIFT_WRONG[name]
    outcome = lesson04.drift.check(answer)
    assert outcome.kind == "NotYet"
    assert message in outcome.message, outcome


def test_a_drift_that_uses_an_unanswered_step_says_so():
    answer = function(
        "def rmsprop_step(theta, g, v, lr, rho, eps):\n    return ...\n"
        "def drift(gradients, rho, cycles):\n"
        "    theta, v = rmsprop_step(0.0, 1.0, 0.0, 1.0, rho, 0.0)\n",
        "drift")
    assert "still waiting for your answer" in lesson04.drift.check(answer).message


JUMP_WRONG = {
    5: "with the old v", 1: "steady step", 1 / math.sqrt(0.1): "first step from v = 0",
    5 / 3.4: "lacks a root", 3.4**0.5: "root of v after the jump", 3.4: "v after the jump",
    5 / math.sqrt(22.6): "weights exchanged", 5 / math.sqrt(1.4): "without a square",
    5 / math.sqrt(3.5): "does not leak", 2.67: "does not leak",
    5 / math.sqrt(26): "sum of squares", 2.0: "too short", 50: "too long", -2.71: "cannot be",
    math.nan: "cannot be", "2.71": "is a str", None: "is None",
    (2.7, 1.0): "is a tuple",
}


@pytest.mark.parametrize("answer", JUMP_WRONG)
def test_a_wrong_jump_is_named(answer):
    outcome = lesson04.step_after_jump.check(answer)
    assert outcome.kind == "NotYet" and JUMP_WRONG[answer] in outcome.message, outcome


def test_a_truth_is_no_number():
    assert "is a bool" in lesson04.step_after_jump.check(True).message


@pytest.mark.parametrize("answer", [5 / 3.4**0.5, 2.71, 2.712])
def test_the_jump_may_be_a_formula_or_three_digits(answer):
    assert lesson04.step_after_jump.check(answer)


def test_the_expected_jump_is_the_formula():
    c, rho = 5.0, 0.9
    formula = c / math.sqrt(rho + (1 - rho) * c**2)
    assert math.isclose(lesson04.step_after_jump.expected(), formula, rel_tol=1e-15)
    assert lesson04.step_after_jump.check(...).kind == "NotAttempted"


@pytest.mark.parametrize("line", ["v = rho * v + (1 - rho) * (g * g)",
                                  "theta, v = lab.rmsprop.rmsprop(theta, g, v, lr=lr, rho=rho, "
                                  "eps=1e-8); continue"])
def test_the_repaired_loop_is_correct(line):
    assert lesson04.train.check(train(line))


def test_the_loop_as_given_is_not_attempted():
    outcome = lesson04.train.check(train("v = lab.averages.ema(v, g @ g, rho)"))
    assert outcome.kind == "NotAttempted"
    assert "the first coordinate moves 1.20 lr, expected 2.00 lr" in outcome.message


@pytest.mark.parametrize("line, message", [
    ("v = rho * v + (1 - rho) * np.mean(g * g)", "still share one v, now a mean"),
    ("v = rho * v + (1 - rho) * np.sum(g)**2", "still share one v: "),
    ("v = g * g", "v forgets"),
    ("v = v + g * g", "it is a sum"),
    ("v = rho * v + g * g", "the new square enters it in full"),
    ("v = rho * v + (1 - rho) * abs(g)", "without its square"),
    ("v = rho * v + (1 - rho) * g", "without its square"),
    ("v = rho * v + (1 - rho) * (g * g).max()", "the theta you return is not right yet"),
])
def test_a_wrong_repair_is_named(line, message):
    outcome = lesson04.train.check(train(line))
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


@pytest.fixture
def prediction():
    return fresh(lesson04.prediction)


def test_a_prediction_is_committed_before_it_is_judged(prediction):
    assert prediction.reveal(0.1).kind == "NotAttempted"
    assert "0.1" not in prediction.reveal(0.1).message
    assert prediction.check(...).kind == "NotAttempted"
    assert prediction.check("z").kind == "NotYet"
    assert prediction.check(" B ").kind == "Committed"
    assert "first prediction counts" in prediction.check("c").message
    outcome = prediction.reveal(prediction.measure())
    assert outcome.kind == "NotYet" and "that is d" in outcome.message


def test_the_right_prediction_follows_from_the_measurement(prediction):
    prediction.check("d")
    assert prediction.reveal(prediction.measure())
    assert prediction.reveal(0.9).message.startswith("you predicted d, it becomes about twice")
    assert [prediction.right(x) for x in (0.02, 0.6, 0.9, 2.1)] == ["a", "b", "c", "d"]
    assert prediction.reveal(-1.0).kind == "NotYet"


def test_the_derivation_is_part_of_its_solution():
    kinds = [cell.kind for cell in lesson04.step_after_jump.solution().cells]
    assert kinds == ["markdown", "code"]
