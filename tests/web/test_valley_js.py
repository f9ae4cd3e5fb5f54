"""The numbers of <lab-descent> equal the numbers of lesson 2: JavaScript against Python."""

import functools
import itertools
import math

import pytest

import rmsprop_lab as lab
from rmsprop_lab import descent
from tests.web.scripts import Script

LAMS = [0.2, 4.0]
RATES = (0.05, 0.1, 0.25, 0.45, 2 / 4.2, 0.49, 0.5, 0.51, 0.53)
ANGLES = (0, 5, 30, 45, 60, 90)


@functools.cache
def path(rate, angle, steps):
    """The walk of the lab's own optimizer."""
    return lab.run(lab.SGD(lr=rate), lab.problems.bench(angle), steps)


def steps_to_thousandth(rate):
    """Counted, without a logarithm."""
    q, t, left = descent.contraction(LAMS, lr=rate), 0, 1.0
    if q >= 1:
        return math.inf
    while left > 1e-3:
        left, t = left * q, t + 1
    return float(t)


def hessian(angle):
    (a, b), (_, d) = lab.problems.bench(angle).H.tolist()
    return [a, b, d]


CALLS = [
    *(("factor", lambda lam, rate: descent.factor(lam, lr=rate), pair)
      for pair in itertools.product(LAMS, RATES)),
    *(("contraction", lambda rate: descent.contraction(LAMS, lr=rate), (r,)) for r in RATES),
    ("bestRate", lambda: descent.best_rate(LAMS), ()),
    *(("stepsToThousandth", steps_to_thousandth, (r,)) for r in RATES),
    *(("hessian", hessian, (a,)) for a in ANGLES),
    *(("walk", lambda *it: path(*it).theta.ravel().tolist(), (*pair, 25))
      for pair in itertools.product(RATES, ANGLES)),
    *(("lossAfter", lambda *it: float(path(*it).loss[-1]), (*pair, 25))
      for pair in itertools.product(RATES, ANGLES)),
]
# Sine and cosine differ by roundings, and a walk at the edge keeps them.
SCRIPT = Script("lab-valley.js", CALLS, rel_tol=1e-10, abs_tol=1e-12)


def test_every_function_equals_pythons():
    assert SCRIPT.differences() == {}


def test_every_function_of_the_file_is_compared():
    assert SCRIPT.uncompared() == set()


@pytest.mark.parametrize(("name", "right", "wrong"), [
    ("factor", "1 - rate * lam", "1 - rate / lam"),
    ("contraction", "Math.abs(factor(LOW, rate))", "factor(LOW, rate) / 2"),
    ("bestRate", "2 / (LOW + HIGH)", "2 / HIGH"),
    ("stepsToThousandth", "Math.log(1e-3)", "Math.log(1e-2)"),
    ("stepsToThousandth", "q < 1", "q < 2"),
    ("hessian", "c * s * (LOW - HIGH)", "c * s * (HIGH - LOW)"),
    ("walk", "x -= rate * g", "x += rate * g"),
    ("walk", "START = [-5, -2]", "START = [-5, 2]"),
    ("lossAfter", "(b * x + d * y)) / 2", "(b * x + d * y))"),
])
def test_a_wrong_formula_is_found(tmp_path, name, right, wrong):
    assert name in SCRIPT.broken(tmp_path, right, wrong)
