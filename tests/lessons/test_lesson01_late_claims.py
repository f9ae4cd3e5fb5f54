"""Lesson 1, (1.9) to (1.13): how late and how noisy an average is, how it follows a descent, and
where it breaks; each equation and each number found another way."""

import itertools
import statistics
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import rmsprop_lab as lab
from rmsprop_lab import averages
from tests.lessons.test_lesson01_claims import RHO


def summed(term, k):
    """The sum over k = 0, 1, 2, ... for 0 < rho < 1, and sympy must find its closed form."""
    total = sympy.summation(term, (k, 0, sympy.oo))
    total = total.replace(sympy.Piecewise, lambda *branches: branches[0][0])
    assert not total.has(sympy.Sum)
    return total


def test_eq_1_9_mean_age_and_the_lateness_on_a_ramp():
    k = sympy.symbols("k", integer=True, nonnegative=True)
    assert sympy.simplify(summed(k * (1 - RHO) * RHO**k, k) - RHO / (1 - RHO)) == 0
    t, v = sympy.symbols("t v")
    late = RHO / (1 - RHO)
    # if v_{t-1} = t - 1 - a, then v_t = t - a
    assert sympy.simplify(averages.ema(t - 1 - late, t, RHO) - (t - late)) == 0
    assert averages.mean_age(0.9) == pytest.approx(9)


def test_eq_1_10_effective_sample_size():
    k = sympy.symbols("k", integer=True, nonnegative=True)
    size = 1 / summed((1 - RHO) ** 2 * (RHO**2) ** k, k)
    assert sympy.simplify(size - (1 + RHO) / (1 - RHO)) == 0
    assert sympy.simplify(size - (2 * RHO / (1 - RHO) + 1)) == 0
    assert averages.effective_sample_size(0.9) == pytest.approx(19)
    for n in (1, 10, 19):  # a window: mean age (n - 1) / 2
        assert 2 * statistics.mean(range(n)) + 1 == n


@pytest.mark.parametrize("rho, q", [("9/10", "9604/10000"), ("9/10", "36/100"), ("1/2", "3/4")])
def test_eq_1_11_following_a_geometric_sequence(rho, q):
    rho, q = Fraction(rho), Fraction(q)
    v, x = Fraction(0), Fraction(64)
    for t in range(1, 30):
        v = rho * v + (1 - rho) * x
        assert v / x == (1 - rho) * (1 - (rho / q) ** t) / (1 - rho / q)
        x *= q


def test_the_bench_shrinks_by_the_factors_of_the_lesson():
    path = lab.run(lab.SGD(lr=0.1), lab.problems.bench(), 20)
    assert path.grad[1:, 0] / path.grad[:-1, 0] == pytest.approx(0.98, rel=1e-12)
    assert path.grad[1:, 1] / path.grad[:-1, 1] == pytest.approx(0.6, rel=1e-12)


squares = st.lists(st.integers(0, 1000), min_size=1, max_size=30)


@given(squares, st.integers(0, 1000), st.integers(1, 9))
def test_eq_1_12_no_faster_than_the_leak(xs, v0, tenths):
    rho = Fraction(tenths, 10)
    v = [Fraction(v0)]
    for x in xs:
        v.append(rho * v[-1] + (1 - rho) * x)
    for early, late in itertools.combinations(range(len(v)), 2):
        assert v[late] >= rho ** (late - early) * v[early]
    signed = rho * 1 + (1 - rho) * -5
    assert signed < rho  # it needs samples that are not negative


@pytest.mark.parametrize("rho, steps", [("0.9", 81), ("0.99", 614), ("0.999", 3862)])
def test_how_long_an_outlier_lasts(rho, steps):
    with localcontext() as context:
        context.prec = 40
        rho = Decimal(rho)
        excess, k = (1 - rho) * (Decimal(100) ** 2 - 1), 0
        while excess > Decimal("0.21"):
            excess, k = excess * rho, k + 1
    assert k == steps


@pytest.mark.parametrize("quiet", [0, 1, 10, 100])
def test_a_quiet_start_defeats_the_correction(quiet):
    rho = Fraction(9, 10)
    v = Fraction(0)
    for x in [0] * quiet + [9]:
        v = rho * v + (1 - rho) * x
    squared = 9 / averages.debias(v, rho, quiet + 1)
    assert squared == (1 - rho ** (quiet + 1)) / (1 - rho)
    adam = lab.run(lab.Adam(lr=1.0, beta1=0.0, beta2=0.9, eps=1e-30),
                   lab.problems.Stream([0.0] * quiet + [3.0]), quiet + 1)
    assert float(adam.effective_step[-1, 0]) == pytest.approx(float(squared) ** 0.5, rel=1e-9)


@pytest.mark.parametrize("dtype, spacing", [("float32", 2.0**-24), ("float16", 2.0**-11)])
@pytest.mark.parametrize("rho", [0.9, 0.99, 0.999])
def test_eq_1_13_where_a_short_format_stands_still(dtype, spacing, rho):
    assert np.nextafter(np.array(1, dtype), np.array(0, dtype)) == 1 - spacing
    v, before = np.zeros(1, dtype), None
    while before is None or v[0] != before:
        before, v = v[0], averages.ema(v, np.ones(1, dtype), rho)
    assert 1 - float(v[0]) == pytest.approx(spacing / (2 * (1 - rho)), rel=0.3)
    exact = averages.history([1.0] * 40_000, rho)[-1]
    assert 1 - exact < 1e-12


def test_exercise_2_the_textbook_form_drifts_and_the_move_does_not():
    draws = np.random.default_rng(0).standard_normal((5000, 200)) ** 2
    form, move, exact = (np.zeros(200, d) for d in ("float32", "float32", "float64"))
    drift = []
    for x in draws.astype("float32"):
        form = averages.ema(form, x, 0.999)
        move = move + (1 - 0.999) * (x - move)
        exact = averages.ema(exact, x.astype("float64"), 0.999)
        drift.append([(form / exact - 1).mean(), (move / exact - 1).mean()])
    form_drift, move_drift = np.abs(np.mean(drift[-1000:], axis=0))
    kept, added = float(np.float32(0.999)), float(np.float32(1 - 0.999))
    assert form_drift == pytest.approx(added / (1 - kept) - 1, rel=0.1)
    assert move_drift < form_drift / 100


def test_exercise_3_an_average_of_averages():
    k = sympy.symbols("k", integer=True, nonnegative=True)
    once = averages.weights(0.9, 60)
    twice = np.convolve(once, once)[:60]
    assert twice == pytest.approx([0.01 * (n + 1) * 0.9**n for n in range(60)])
    weight = (1 - RHO) ** 2 * (k + 1) * RHO**k
    assert sympy.simplify(summed(k * weight, k) - 2 * RHO / (1 - RHO)) == 0
    size = sum((0.01 * (n + 1) * 0.9**n) ** 2 for n in range(2000))
    assert 2 * 18 + 1 < 1 / size < 2 * 18 + 2  # hardly a better bargain than one average
