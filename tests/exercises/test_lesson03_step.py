"""Lesson 3, the step: right answers, the stub, and each typical wrong answer with its words."""

import pytest

from rmsprop_lab.exercises import lesson03
from tests.exercises.answers import DEVICE, function


def step(add="s = s + g * g", move="theta = theta - lr * g / (lab.arrays.sqrt(s) + eps)",
         end="return theta, s", signature="theta, g, s, lr, eps"):
    """An answer to `adagrad_step`, of three lines."""
    return function(f"def adagrad_step({signature}):\n    {add}\n    {move}\n    {end}\n",
                    "adagrad_step")


STEP_RIGHT = {
    "lab's root": step(),
    "power": step(move="theta = theta - lr * (g / (s**0.5 + eps))"),
    "square by **": step("s = s + g**2"),
    "lab's rule": step("", "", "return lab.adagrad.adagrad(theta, g, s, lr=lr, eps=eps)"),
    "defaults": step(signature="theta, g, s, lr=0.1, eps=1e-10"),
    "a list": step(end="return [theta, s]"),
}


@pytest.mark.parametrize("name", STEP_RIGHT)
def test_a_right_step_is_correct(name):
    assert lesson03.adagrad_step.check(STEP_RIGHT[name])
    on_device = lesson03.adagrad_step.record(STEP_RIGHT[name], xp=DEVICE)
    assert lesson03.adagrad_step.diagnose(on_device)


ROOT = "lab.arrays.sqrt(s)"
STEP_WRONG = {
    "swapped": ({"end": "return s, theta"}, "the two results come in the wrong order"),
    "no square": ({"add": "s = s + g"}, "g enters s without its square: with g = 4 and s = 9 your "
                                        "s is 13, expected 25"),
    "magnitude": ({"add": "s = s + abs(g)"}, "g enters s without its square"),
    "no past": ({"add": "s = g * g"}, "s forgets"),
    "averaged": ({"add": "s = (s + g * g) / 2"}, "s is averaged"),
    "leaky": ({"add": "s = 0.9 * s + 0.1 * g * g"}, "s leaks"),
    "not updated": ({"add": "new = s + g * g",
                     "move": "theta = theta - lr * g / (new**0.5 + eps)"},
                    "the s you return is the s you were given"),
    "square of the sum": ({"add": "s = (s**0.5 + g)**2"}, "the square is taken of a sum"),
    "root returned": ({"end": "return theta, s**0.5"}, "you return the root of s: 5, expected 25"),
    "summed": ({"add": "s = s + np.sum(g * g)"}, "all coordinates share one number"),
    "averaged over coordinates": ({"add": "s = s + np.mean(g * g)"},
                                  "all coordinates share one number"),
    "stale s": ({"add": "old, s = s, s + g * g",
                 "move": "theta = theta - lr * g / (old**0.5 + eps)"}, "the step uses the old s"),
    "eps inside": ({"move": "theta = theta - lr * g / (s + eps)**0.5"},
                   "eps is inside the root: at g = 1e-4 your step is 0.71 lr, expected 1.00 lr"),
    "no root": ({"move": "theta = theta - lr * g / (s + eps)"}, "the root is missing"),
    "no eps": ({"move": f"theta = theta - lr * g / {ROOT}"}, "eps is missing"),
    "no lr": ({"move": f"theta = theta - g / ({ROOT} + eps)"}, "lr is missing"),
    "wrong sign": ({"move": f"theta = theta + lr * g / ({ROOT} + eps)"}, "yours climbs"),
    "no g": ({"move": f"theta = theta - lr / ({ROOT} + eps)"}, "g is missing from the step"),
    "eps twice": ({"move": "theta = theta - lr * g / ((s + eps)**0.5 + eps)"},
                  "eps is there twice"),
    "parentheses": ({"move": f"theta = theta - lr * (g / {ROOT} + eps)"},
                    "The denominator needs parentheses"),
    "no parentheses": ({"move": f"theta = theta - lr * g / {ROOT} + eps"},
                       "The denominator needs parentheses"),
    "all divided": ({"move": f"theta = (theta - lr * g) / ({ROOT} + eps)"},
                    "theta is divided too: your step is 4.00 lr, expected 0.50 lr"),
    "change returned": ({"move": f"theta = -lr * g / ({ROOT} + eps)"}, "the change of theta"),
    "sizes summed": ({"add": "s = (s**0.5 + abs(g))**2"}, "the square is taken of a sum"),
    "plain descent": ({"move": "theta = theta - lr * g"}, "plain gradient descent"),
    "step returned": ({"move": f"theta = lr * g / ({ROOT} + eps)"}, "you return the step"),
    "theta not updated": ({"move": f"new = theta - lr * g / ({ROOT} + eps)"},
                          "the theta you return is the theta you were given"),
    "caret": ({"add": "s = s + g^2"}, "A power is written `**`"),
    "in place": ({"add": "s += g * g"}, "`s` changed in place"),
    "one value": ({"end": "return theta"}, "asks for 2 values"),
    "nothing": ({"end": "pass"}, "nothing was returned"),
    "signature": ({"signature": "theta, g, s, rho, lr, eps"}, "your function takes (theta, g, s, "),
}


@pytest.mark.parametrize("name", STEP_WRONG)
def test_a_wrong_step_is_named(name):
    changes, message = STEP_WRONG[name]
    outcome = lesson03.adagrad_step.check(step(**changes))
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def test_a_stub_of_the_step_is_not_attempted():
    assert lesson03.adagrad_step.check(step("", "", "return ...")).kind == "NotAttempted"
