"""The numbers of <lab-cycle> equal the numbers of lesson 5: JavaScript against Python."""

import functools
import itertools

import pytest

import rmsprop_lab as lab
from rmsprop_lab import long_run
from tests.web.scripts import Script

LAMS = (0.2, 4.0)
RATES = (0.1, 0.25, 0.4, 0.8)
GUARDS = (0.0, 0.01, 0.04, 0.1, 0.8, 1.0, 2.0)
BENCH = lab.problems.bench()


@functools.cache
def path(rate, eps, rho, steps):
    """The walk of the lab's own optimizer."""
    return lab.run(lab.RMSprop(lr=rate, rho=rho, eps=eps), BENCH, steps)


def edge(rate, lam):
    """The guard of which kappa is 2, by halving an interval around it."""
    low, high = 1e-6, 100.0
    for _ in range(100):
        eps = (low + high) / 2
        low, high = (eps, high) if long_run.kappa(rate, lam, eps) > 2 else (low, eps)
    return low


CALLS = [
    *(("kappa", long_run.kappa, it) for it in itertools.product(RATES, LAMS, GUARDS)),
    *(("amplitude", long_run.amplitude, it) for it in itertools.product(RATES, LAMS, GUARDS)),
    *(("edge", edge, it) for it in itertools.product(RATES, LAMS)),
    *(("loss", lambda at: float(BENCH.loss(lab.arrays.default().asarray(at))), (at,))
      for at in ([-5.0, -2.0], [0.5, 0.25], [1.0, 0.0])),
    *(("valleyFloor", functools.partial(long_run.valley_floor, LAMS), (rate,)) for rate in RATES),
    *(("walk", lambda *it: path(*it).theta.ravel().tolist(), (*it, 400))
      for it in itertools.product(RATES, GUARDS, (0.5, 0.9))),
]
# Close to the minimum a coordinate loses digits to cancellation, and finds them on the cycle.
SCRIPT = Script("lab-long-run.js", CALLS, rel_tol=1e-12, abs_tol=1e-10)


def test_every_function_equals_pythons():
    assert SCRIPT.differences() == {}


def test_every_function_of_the_file_is_compared():
    assert SCRIPT.uncompared() == set()


@pytest.mark.parametrize(("name", "right", "wrong"), [
    ("kappa", "(rate * lam) / eps;", "rate / lam / eps;"),
    ("amplitude", "k <= 2 ? 0", "k < 0 ? 0"),
    ("amplitude", "0.5 - 1 / k", "0.5 - 0.5 / k"),
    ("edge", "(rate * lam) / 2", "rate * lam"),
    ("loss", "HIGH * y * y) / 2", "HIGH * y * y)"),
    ("valleyFloor", "(LOW + HIGH)) / 8", "(LOW + HIGH)) / 2"),
    ("walk", "(1 - rho) * (g * g)", "g * g"),
    ("walk", "Math.sqrt(v[i]) + eps", "Math.sqrt(v[i] + eps)"),
    ("walk", "START = [-5, -2]", "START = [-5, 2]"),
])
def test_a_wrong_formula_is_found(tmp_path, name, right, wrong):
    assert name in SCRIPT.broken(tmp_path, right, wrong)
