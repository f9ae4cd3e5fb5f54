"""The exercises of lesson 14: solution, stub, and wrong answers with messages of their own."""

import math

import pytest

from rmsprop_lab.exercises import lesson14
from tests.exercises.answers import fresh, function

RULE = ("lr * kappa**0.5", "1 - kappa * (1 - rho)", "eps / kappa**0.5")


def rule(lr=RULE[0], rho=RULE[1], eps=RULE[2]):
    return function("def bigger_batch(lr, rho, eps, kappa):\n"
                    f"    return {lr}, {rho}, {eps}\n", "bigger_batch")


def spread(line, root="quarter + (quarter**2 + sigma**2 / batch) ** 0.5", quarter="lr * lam / 4"):
    return function("def spread(lr, lam, sigma, batch):\n"
                    f"    quarter = {quarter}\n    root = {root}\n    return {line}\n", "spread")


def train(line):
    return function(
        "def train(gradients, theta, lr, rho):\n"
        "    v = 0 * theta\n"
        "    for batch in gradients:\n"
        "        g = batch.mean(axis=0)\n"
        f"        {line}\n"
        "        theta = theta - lr * g / (lab.arrays.sqrt(v) + 1e-8)\n"
        "    return theta\n", "train")


def test_the_rule_is_correct_in_two_ways():
    assert lesson14.bigger_batch.check(rule())
    assert lesson14.bigger_batch.check(rule(
        "math.sqrt(kappa) * lr", "1 - kappa + kappa * rho", "eps / math.sqrt(kappa)"))


RULE_WRONG = {
    ("lr", "kappa * lr"): "That is the linear rule",
    ("lr", "lr"): "the walk will be late",
    ("lr", "lr / kappa**0.5"): "needs *longer* steps",
    ("lr", "lr * kappa**0.25"): "the lr you return is not right yet",
    ("rho", "rho"): "remembers as many steps as before",
    ("rho", "rho**kappa"): "nearly (14.10)",
    ("rho", "rho / kappa"): "not rho that shrinks",
    ("rho", "kappa * (1 - rho)"): "That is 1 - rho'",
    ("rho", "1 - kappa**0.5 * (1 - rho)"): "counted in samples",
    ("rho", "1 - (1 - rho) / kappa"): "it must remember fewer steps",
    ("rho", "0.99"): "`kappa` has no effect",
    ("eps", "eps"): "which has shrunk",
    ("eps", "eps / kappa"): "inside the root",
    ("eps", "eps * kappa**0.5"): "must shrink with it",
    ("eps", "eps / kappa**2"): "lr and rho are right. The eps you return",
}


@pytest.mark.parametrize("slip", RULE_WRONG)
def test_a_wrong_rule_is_named(slip):
    outcome = lesson14.bigger_batch.check(rule(**dict([slip])))
    assert outcome.kind == "NotYet" and RULE_WRONG[slip] in outcome.message, outcome


def test_a_rule_that_returns_one_number_is_told_what_is_missing():
    one = function("def bigger_batch(lr, rho, eps, kappa):\n    return lr\n", "bigger_batch")
    assert lesson14.bigger_batch.check(one).kind == "NotYet"


@pytest.mark.parametrize("answer", [
    spread("(lr * root / (2 * lam)) ** 0.5"),
    spread("np.sqrt(lr / lam * (quarter + np.hypot(quarter, sigma / np.sqrt(batch))) / 2)")])
def test_the_spread_is_correct_in_two_ways(answer):
    assert lesson14.spread.check(answer)


GOOD = "(lr * root / (2 * lam)) ** 0.5"
SPREAD_WRONG = {
    "variance": (spread("lr * root / (2 * lam)"), "That is the variance"),
    "noise alone": (spread(GOOD, root="sigma / batch**0.5"), "where noise dominates"),
    "cycle": (spread("lr / 2"), "the two-cycle of lesson 5"),
    "added": (spread("(lr**2 / 4 + lr * sigma / (2 * lam * batch**0.5)) ** 0.5"),
              "not simply added up"),
    "half": (spread(GOOD, quarter="lr * lam / 2"), "lr lam / 4"),
    "batch forgotten": (spread(GOOD, root="quarter + (quarter**2 + sigma**2) ** 0.5"),
                        "smaller than that of a sample"),
    "batch squared": (spread(GOOD, root="quarter + (quarter**2 + sigma**2 / batch**2) ** 0.5"),
                      "and sigma by its root"),
    "root": (spread("root"), "That is the root of v"),
    "v": (spread("(lr * root**2 / (2 * lam)) ** 0.5"), "takes the root of v, not v"),
    "nothing": (spread("None"), "nothing was returned"),
    "own way": (spread("3 * root"), "not right yet"),
}


@pytest.mark.parametrize("name", SPREAD_WRONG)
def test_a_wrong_spread_is_named(name):
    answer, words = SPREAD_WRONG[name]
    outcome = lesson14.spread.check(answer)
    assert outcome.kind == "NotYet" and words in outcome.message, outcome


DECAY_WRONG = {
    0.01: "the old value", 0.09: "would be right if lr stayed", 0.01 / 3: "for a *step*",
    0.01 / 9: "makes the decay weaker", 0.81: "where it should divide", 3: "w' / w",
    0.02: "too weak", 0.05: "too strong", -0.03: "cannot be a strength of decay",
    math.inf: "cannot be", "0.03": "is a str", None: "is None",
}


@pytest.mark.parametrize("answer", DECAY_WRONG)
def test_a_wrong_decay_is_named(answer):
    outcome = lesson14.decay.check(answer)
    assert outcome.kind == "NotYet" and DECAY_WRONG[answer] in outcome.message, outcome


def test_the_decay_may_be_a_formula_and_is_the_root():
    assert lesson14.decay.check(9 * 0.01 / 9**0.5) and lesson14.decay.check(0.03)
    assert math.isclose(lesson14.decay.expected(), 0.01 * math.sqrt(9), rel_tol=1e-12)
    assert lesson14.decay.check(...).kind == "NotAttempted"


@pytest.mark.parametrize("line", [
    "v = lab.averages.ema(v, g * g, rho)", "v = rho * v + (1 - rho) * batch.mean(axis=0) ** 2"])
def test_the_repaired_loop_is_correct(line):
    assert lesson14.train.check(train(line))


def test_the_loop_as_given_is_not_attempted():
    outcome = lesson14.train.check(
        train("v = lab.averages.ema(v, (batch * batch).mean(axis=0), rho)"))
    assert outcome.kind == "NotAttempted"
    assert "its first step is 0.894 lr, expected 2.000 lr" in outcome.message


@pytest.mark.parametrize(("line", "words"), [
    ("v = rho * v + (1 - rho) * (batch * batch).sum(axis=0)", "now their sum"),
    ("for w in batch: v = rho * v + (1 - rho) * w * w", "enters v by itself"),
    ("v = rho * v + (1 - rho) * batch.sum(axis=0) ** 2", "the square of the *sum*"),
    ("v = rho * v + (1 - rho) * batch[0] ** 2", "the first worker only"),
    ("v = rho * v + (1 - rho) * abs(g)", "the square is missing"),
    ("v = rho * v + (1 - rho) * (batch * batch).mean(axis=0) / len(batch)", "Average first"),
    ("v = v + g * g", "the theta you return is not right yet")])
def test_a_wrong_repair_is_named(line, words):
    outcome = lesson14.train.check(train(line))
    assert outcome.kind == "NotYet" and words in outcome.message, outcome


@pytest.fixture
def prediction():
    return fresh(lesson14.prediction)


def test_the_prediction_follows_from_the_measurement(prediction):
    assert prediction.reveal(2.0).kind == "NotAttempted"
    assert prediction.check("z").kind == "NotYet"
    assert prediction.check("c").kind == "Committed"
    measured = prediction.measure()
    outcome = prediction.reveal(measured)
    assert outcome.kind == "NotYet" and "that is b" in outcome.message
    assert [prediction.right(x) for x in (1.1, 2.1, 3.7, 20.0)] == ["a", "b", "c", "d"]
