"""Lesson 9: every check on the solution, the stub and the typical wrong answers."""

import math

import pytest

from rmsprop_lab import family
from rmsprop_lab.exercises import lesson09
from tests.exercises.answers import fresh, function


def step(lr="lr / t**0.5", rho="1 - 1 / t", eps="eps / t**0.5", end="return theta, v",
         before="pass"):
    """An answer to `adagrad_step` with these settings and lines."""
    return function(
        "def adagrad_step(theta, g, v, t, lr, eps):\n"
        f"    old, kept = theta, v\n    {before}\n"
        f"    theta, v = lab.rmsprop.rmsprop(theta, g, v, lr={lr}, rho={rho}, eps={eps})\n"
        f"    {end}\n", "adagrad_step")


STEP_WRONG = {
    "swapped": (step(end="return v, theta"), "theta stands first"),
    "sum": (step(end="return theta, t * v"), "That is the sum s"),
    "exchanged": (step(rho="1 / t"), "the weights are exchanged"),
    "one ahead": (step(rho="1 - 1 / (t + 1)"), "the decay of step t + 1"),
    "one behind": (step(rho="1 - 1 / max(t - 1, 1)"), "the decay of step t - 1"),
    "constant": (step(rho="0.9"), "The decay is 0.9 in every step"),
    "no memory": (step(rho="0.0"), "the past is forgotten"),
    "v kept": (step(end="return theta, kept"), "the v you were given"),
    "no clock": (step(lr="lr"), "the clock is missing"),
    "lr / t": (step(lr="lr / t"), "the learning rate lacks its root"),
    "lr grows": (step(lr="lr * t**0.5"), "the learning rate grows"),
    "eps kept": (step(eps="eps"), "eps is left as it is"),
    "eps / t": (step(eps="eps / t"), "eps lacks its root"),
    "eps grows": (step(eps="eps * t**0.5"), "eps grows with t"),
    "no eps": (step(eps="0.0"), "eps is left out"),
    "only rho": (step(lr="lr", eps="eps"), "Three schedules are needed"),
    "sign": (step(end="return 2 * old - theta, v"), "the step goes with the gradient"),
    "theta kept": (step(end="return old, v"), "the theta you were given"),
    "own sum": (function("def adagrad_step(theta, g, v, t, lr, eps):\n    v = v + g * g\n"
                         "    return theta - lr * g / (v**0.5 + eps), v\n", "adagrad_step"),
                "AdaGrad's own sum"),
    "nothing": (step(end="pass"), "nothing was returned"),
}


def test_adagrads_step_is_correct_in_two_ways():
    assert lesson09.adagrad_step.check(step())
    assert lesson09.adagrad_step.check(function(
        "def adagrad_step(theta, g, v, t, lr, eps):\n"
        "    s = (t - 1) * v + g * g\n"
        "    return theta - lr * g / (s**0.5 + eps), s / t\n", "adagrad_step"))


@pytest.mark.parametrize("name", STEP_WRONG)
def test_a_wrong_step_is_named(name):
    answer, message = STEP_WRONG[name]
    outcome = lesson09.adagrad_step.check(answer)
    assert outcome.kind == "NotYet" and message.lower() in outcome.message.lower(), outcome


def growth(usual="length(1.0, 1.0)", every="length(c, c * c)", one="length(c, 1.0)", eps="eps",
           end="return every / usual, one / usual", rho="rho"):
    """An answer to `growth` with these lines in it."""
    return function(
        "def growth(c, rho, eps):\n"
        "    def length(g, v):\n"
        f"        return g / (({rho} * v + (1 - {rho}) * g * g) ** 0.5 + {eps})\n"
        f"    usual, every, one = {usual}, {every}, {one}\n"
        f"    {end}\n", "growth")


GROWTH_WRONG = {
    "swapped": (growth(end="return one / usual, every / usual"), "in the wrong order"),
    "inverse": (growth(end="return usual / every, usual / one"), "are upside down"),
    "lengths": (growth(end="return every, one"), "the lengths of the new steps"),
    "sign": (growth(end="return -every / usual, -one / usual"), "the signs are not"),
    "c": (growth(end="return c, c"), "That is gradient descent"),
    "all, v kept": (growth(every="length(c, 1.0)"), "That is the factor for the newest gradient"),
    "all, v = c": (growth(every="c / (c**0.5 + eps)"), "and not at c"),
    "all, from zero": (growth(every="length(c, 0.0)"), "v starts from 0 there"),
    "all, one": (growth(end="return 1.0, one / usual"), "holds without a guard only"),
    "one, old v": (growth(one="c / (1 + eps)"), "the v from before the gradient"),
    "one, settled": (growth(one="length(c, c * c)"), "That is the factor for all gradients"),
    "one, no square": (growth(one="c / ((rho + (1 - rho) * c) ** 0.5 + eps)"), "without its sq"),
    "one, exchanged": (growth(one="c / ((1 - rho + rho * c * c) ** 0.5 + eps)"), "are exchanged"),
    "one, from zero": (growth(one="length(c, 0.0)"), "It was 1 before"),
    "one, no root": (growth(one="c / (rho + (1 - rho) * c * c + eps)"), "The root of v is miss"),
    "no eps": (growth(eps="0.0"), "factor is always 1"),
    "rho ignored": (growth(rho="0.9"), "`rho` has no effect"),
    "nothing": (growth(end="pass"), "nothing was returned"),
}


def test_growth_is_correct_in_two_ways():
    assert lesson09.growth.check(growth())
    assert lesson09.growth.check(
        lambda c, rho, eps: (family.if_all_grow(c, eps), family.if_one_grows(c, eps, rho)))


@pytest.mark.parametrize("name", GROWTH_WRONG)
def test_a_wrong_growth_is_named(name):
    answer, message = GROWTH_WRONG[name]
    outcome = lesson09.growth.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def test_one_number_is_not_two():
    outcome = lesson09.growth.check(growth(end="return every / usual"))
    assert outcome.kind == "NotYet" and "asks for 2 values" in outcome.message, outcome


def test_a_step_that_writes_its_inputs_is_named():
    outcome = lesson09.adagrad_step.check(step(before="g *= 1.0; v *= 1 - 1 / t; v /= 1 - 1 / t "
                                               "if t > 1 else 1; theta += 1.0; old = theta - 1",
                                               end="return theta - 1.0, v"))
    assert outcome.kind == "NotYet" and "`theta` changed in place" in outcome.message, outcome


D = math.sqrt(10.9)
HALF_WRONG = {
    0.02: "the root of v before the large gradient", 0.2: "when all gradients become ten times",
    D: "in units of the usual gradient", 0.218: "lacks a root",
    0.02 * math.sqrt(90.1): "the weights exchanged", 0.02 * math.sqrt(1.9): "without a square",
    0.0004 * 10.9: "in squared units", 0.02 / D: "turned over", 0.1: "too large",
    0.05: "too small", -0.066: "cannot be a guard", "0.066": "is a str", None: "is None",
}


@pytest.mark.parametrize("answer", HALF_WRONG)
def test_a_wrong_half_way_is_named(answer):
    outcome = lesson09.half_way.check(answer)
    assert outcome.kind == "NotYet" and HALF_WRONG[answer] in outcome.message, outcome


@pytest.mark.parametrize("answer", [0.02 * D, 0.066, 0.06603])
def test_half_way_may_be_a_formula_or_three_digits(answer):
    assert lesson09.half_way.check(answer)


def test_the_expected_half_way_is_the_formula():
    assert lesson09.half_way.expected() == pytest.approx(0.02 * D, rel=1e-12)


def walk(eps="eps * c**0.5", lr="lr * c**0.5", c="1 - rho**t"):
    """An answer to `walk` with these settings."""
    return function(
        "def walk(gradients, lr, rho, eps):\n"
        "    theta, v = 0.0, 0.0\n"
        "    for t, g in enumerate(gradients, 1):\n"
        f"        c = {c}\n"
        f"        lr_t, eps_t = {lr}, {eps}\n"
        "        theta, v = lab.rmsprop.rmsprop(theta, g, v, lr=lr_t, rho=rho, eps=eps_t)\n"
        "    return theta\n", "walk")


WALK_WRONG = {
    "by c": (walk("eps * c"), "as it would be inside the root"),
    "divided": (walk("eps / c**0.5"), "eps is divided by the root of c"),
    "gone": (walk("0.0"), "eps is gone"),
    "lr gone": (walk(lr="lr"), "the schedule of lr is gone"),
    "neither": (walk("eps", "lr"), "neither lr nor eps"),
    "lr divided": (walk(lr="lr / c**0.5"), "and lr is divided"),
    "ahead": (walk(c="1 - rho**(t + 1)"), "c belongs to the next step"),
    "its own": (walk("eps * c**0.25"), "the theta you return is not right yet"),
    "inside": (function(
        "def walk(gradients, lr, rho, eps):\n"
        "    theta, v = 0.0, 0.0\n"
        "    for t, g in enumerate(gradients, 1):\n"
        "        v = rho * v + (1 - rho) * g * g\n"
        "        theta = theta - lr * g / (v / (1 - rho**t) + eps) ** 0.5\n"
        "    return theta\n", "walk"), "eps has moved into the root"),
}


def test_the_repaired_conversion_is_correct_in_two_ways():
    assert lesson09.walk.check(walk())
    assert lesson09.walk.check(function(
        "def walk(gradients, lr, rho, eps):\n"
        "    opt = lab.RMSprop(lr=lr, rho=rho, eps=eps, debias=True)\n"
        "    path = lab.run(opt, lab.problems.Stream(gradients), len(gradients))\n"
        "    return float(path.final[0])\n", "walk"))


def test_the_conversion_as_given_is_not_attempted():
    outcome = lesson09.walk.check(walk("eps"))
    assert outcome.kind == "NotAttempted" and "still does what it did" in outcome.message


@pytest.mark.parametrize("name", WALK_WRONG)
def test_a_wrong_repair_is_named(name):
    answer, message = WALK_WRONG[name]
    outcome = lesson09.walk.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


@pytest.fixture
def prediction():
    return fresh(lesson09.prediction)


def test_a_prediction_comes_first(prediction):
    assert prediction.reveal(0.5).kind == "NotAttempted"
    assert prediction.check("e").kind == "NotYet"
    assert prediction.check("A").kind == "Committed"
    assert "first prediction counts" in prediction.check("c").message
    outcome = prediction.reveal(prediction.measure())
    assert outcome.kind == "NotYet" and "that is c" in outcome.message


def test_the_right_prediction_follows_from_the_measurement(prediction):
    prediction.check("c")
    assert prediction.reveal(prediction.measure())
    assert prediction.measure() == pytest.approx(0.5, rel=1e-3)
    assert [prediction.right(x) for x in (90.0, 1.1, 0.45, 1e-4)] == ["a", "b", "c", "d"]
