"""The numbers of <lab-failure> equal the numbers of lesson 10: JavaScript against Python."""

import functools
import itertools
import math

import pytest

from rmsprop_lab import failure
from rmsprop_lab.rmsprop import rmsprop
from tests.web.scripts import Script

SIZES = (3, 4, 7, 10, 20, 30)
RHOS = (0.0, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999)


def steps(C, rho):
    """The steps of a settled round in learning rates, the large one first."""
    return [g / -math.sqrt(v) for g, v in zip(failure.cycle(C), failure.settled(C, None, rho),
                                             strict=True)]


@functools.cache
def walks(C, rho, rate, count):
    """The places of RMSprop and of AMSGrad, played by the lab's own rules."""
    return [failure.play(method, failure.cycle(C), count, lr=rate, rho=rho, eps=0.0)
            for method in (rmsprop, failure.amsgrad)]


def woven(*setting):
    """Both walks in one list: r0, a0, r1, a1, ..."""
    return [place for pair in zip(*walks(*setting), strict=True) for place in pair]


CALLS = [
    *(("settled", lambda C, rho: failure.settled(C, None, rho), pair)
      for pair in itertools.product(SIZES, (*RHOS, 1.0))),
    *(("steps", steps, pair) for pair in itertools.product(SIZES, RHOS)),
    *(("move", lambda C, rho: failure.move(C, None, rho), pair)
      for pair in itertools.product(SIZES, RHOS)),
    *(("pull", lambda C, rho: failure.pull(C, None, rho), pair)
      for pair in itertools.product(SIZES, (*RHOS, 1.0))),
    *(("threshold", failure.threshold, (C,)) for C in range(3, 31)),
    *(("walk", woven, (*pair, 0.5, 1000)) for pair in itertools.product(SIZES, RHOS)),
]
# Sums of many small terms differ by roundings, and so do walks of a thousand steps.
SCRIPT = Script("lab-rounds.js", CALLS, rel_tol=1e-11, abs_tol=1e-12)


def test_every_function_equals_pythons():
    assert SCRIPT.differences() == {}


def test_every_function_of_the_file_is_compared():
    assert SCRIPT.uncompared() == set()


@pytest.mark.parametrize(("name", "right", "wrong"), [
    ("settled", "1 + excess * rho ** j", "1 + excess * rho ** (j + 1)"),
    ("settled", "(C * C - 1) / powers", "(C * C) / powers"),
    ("steps", "(j ? 1 : -C)", "(j ? -1 : C)"),
    ("move", "sum(steps(C, rho)); //", "-sum(steps(C, rho)); //"),
    ("pull", "(s + a * rho ** j)))) / C", "(s + a * rho ** j)))) / (C - 1)"),
    ("pull", "1 + sum(rest(C).map((j) => rho ** j))", "sum(rest(C).map((j) => rho ** j))"),
    ("threshold", "pull(C, middle) > 1", "pull(C, middle) > 1.01"),
    ("walk", "t % C === 1 ? C : -1", "t % C === 0 ? C : -1"),
    ("walk", "Math.max(peak, v)", "v"),
    ("walk", "rate / Math.sqrt(t)", "rate / t"),
    ("walk", "Math.max(Math.min(next, 1), -1)", "next"),
])
def test_a_wrong_formula_is_found(tmp_path, name, right, wrong):
    assert name in SCRIPT.broken(tmp_path, right, wrong)
