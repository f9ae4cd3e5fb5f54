"""Lesson 1, (1.1) to (1.5): the plain mean, one leak, what it remembers and for how long.

Each displayed equation that claims something, and each number, is found another way. The empty
start has a file of its own, and so has the rest: `test_lesson01_start_claims.py`,
`test_lesson01_late_claims.py`.
"""

import statistics
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
import sympy

from rmsprop_lab import averages

RHO = sympy.symbols("rho", positive=True)
DECAYS = ["0.9", "0.95", "0.99", "0.999"]


def test_eq_1_1_is_the_plain_mean_exactly():
    xs = [Fraction(n, 7) for n in (3, -1, 4, 1, -5, 9, 2, 6)]
    v = Fraction(12345)  # what is there before the first sample weighs nothing
    for t, x in enumerate(xs, 1):
        v = averages.mean(v, x, Fraction(t))
        assert v == statistics.mean(xs[:t])
    assert averages.means([8.0, 4.0, 0.0, 4.0]) == [8.0, 6.0, 4.0, 4.0]


def test_eq_1_1_after_equal_numbers_of_two_kinds_is_in_the_middle():
    assert averages.means([9.0] * 60 + [1.0] * 60)[-1] == pytest.approx(5.0, rel=1e-12)


def test_eq_1_2_with_a_decay_of_1_minus_1_over_t_is_eq_1_1():
    v, x, t = sympy.symbols("v x t", positive=True)
    assert sympy.simplify(averages.ema(v, x, 1 - 1 / t) - ((t - 1) * v + x) / t) == 0


def test_eq_1_3_unrolls_the_recursion():
    v0, *xs = sympy.symbols("v0 x1:7")
    v = v0
    for x in xs:
        v = averages.ema(v, x, RHO)
    weights = [(1 - RHO) * RHO**k for k in range(6)]
    claimed = RHO**6 * v0 + sum(w * x for w, x in zip(weights, reversed(xs), strict=True))
    assert sympy.expand(v - claimed) == 0
    assert sympy.expand(v.subs(RHO, sympy.Rational(1, 3)) - claimed.subs(RHO, 0.5)) != 0
    assert averages.weights(0.5, 6) == [float(w.subs(RHO, sympy.Rational(1, 2))) for w in weights]


def test_eq_1_4_and_the_limit_of_the_share():
    for n in (1, 2, 10):
        total = sum((1 - RHO) * RHO**k for k in range(n))
        assert sympy.expand(total - (1 - RHO**n)) == 0
    limit = sympy.limit(sympy.log(RHO) / (1 - RHO), RHO, 1, "-")
    assert 1 - sympy.exp(limit) == 1 - sympy.exp(-1)


def test_the_window_of_ten_holds_two_thirds():
    share = sum(Fraction(1, 10) * Fraction(9, 10) ** k for k in range(10))
    assert float(share) == pytest.approx(0.651, abs=5e-4)
    assert averages.share_of_last(0.9, 10) == pytest.approx(float(share), rel=1e-14)


@pytest.mark.parametrize("rho", DECAYS)
def test_eq_1_5_half_a_weight_is_left_after_a_half_life(rho):
    h = averages.half_life(float(rho))
    with localcontext() as context:
        context.prec = 40
        assert float(Decimal(rho) ** Decimal(h)) == pytest.approx(0.5, rel=1e-12)
    assert f"{averages.half_life(0.9):.2f}" == "6.58"


@pytest.mark.parametrize("rho", DECAYS)
@pytest.mark.parametrize("fraction", ["0.9", "0.95", "0.99"])
def test_settling_by_forty_digits(rho, fraction):
    with localcontext() as context:
        context.prec = 40
        left, t = Decimal(1), 0
        while 1 - left < Decimal(fraction):
            left, t = left * Decimal(rho), t + 1
    assert averages.settling_steps(float(rho), float(fraction)) == t


def test_the_settling_times_of_the_lesson():
    found = {r: [averages.settling_steps(r, f) for f in (0.9, 0.95, 0.99)]
             for r in (0.9, 0.99, 0.999)}
    assert found == {0.9: [22, 29, 44], 0.99: [230, 299, 459], 0.999: [2302, 2995, 4603]}


def test_self_check_a_half_life_of_a_hundred_steps():
    assert averages.half_life(2 ** (-1 / 100)) == pytest.approx(100)
    assert 1 - 2 ** (-1 / 100) == pytest.approx(np.log(2) / 100, rel=0.01)
