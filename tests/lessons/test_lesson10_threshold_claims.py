"""Lesson 10, (10.8) to (10.15): one number decides, how close to one the decay must be, Hinton's
ten batches, and the minimum of a sum; checked with exact fractions, mpmath and SymPy."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from scipy.optimize import brentq

from rmsprop_lab import failure


def fractions(C, n, rho):
    s = sum(rho**i for i in range(n))
    return [1 + (C * C - 1) / s * rho**j for j in range(n)]


@pytest.mark.parametrize(("C", "n"), [(3, 3), (5, 5), (9, 10), (Fraction(5, 2), 6)])
def test_eq_10_8_a_settled_round_closes_exactly(C, n):
    C = Fraction(C)
    for rho in (Fraction(0), Fraction(1, 10), Fraction(9, 10)):
        v = fractions(C, n, rho)
        for j in range(n):
            assert v[j] == rho * v[j - 1] + (1 - rho) * (C * C if j == 0 else 1)
    assert v[0] != rho * v[-2] + (1 - rho) * C * C  # a round of another length does not close


def up_over_down(C, n, rho):
    """(10.10) in mpmath's precision, from (10.8)."""
    rho = mpmath.mpf(rho)
    s = mpmath.fsum(rho**i for i in range(n))
    v = [1 + (C * C - 1) / s * rho**j for j in range(n)]
    return mpmath.fsum(mpmath.sqrt(v[0] / x) for x in v[1:]) / C


@pytest.mark.parametrize(("C", "n"), [(3, 3), (5, 5), (10, 10), (9, 10)])
def test_eq_10_9_and_10_10_against_a_long_run(C, n):
    for rho in (0.2, 0.8, 0.95):
        v = theta = 0.0
        for _ in range(int(40 / (1 - rho) / n) + 2):
            before = theta
            for g in [C] + [-1] * (n - 1):
                v = rho * v + (1 - rho) * g * g
                theta -= g / v**0.5
        assert failure.move(C, n, rho) == pytest.approx(theta - before, abs=1e-9)
        assert (theta > before) == (up_over_down(C, n, rho) > 1)


def test_eq_10_11_the_ratio_and_why_it_grows():
    C, rho, s, j = sympy.symbols("C rho s j", positive=True)
    v0, vj = 1 + (C**2 - 1) / s, 1 + (C**2 - 1) / s * rho**j
    claimed = 1 - (1 - rho**j) * (C**2 - 1) / (C**2 - 1 + s)
    assert sympy.simplify(vj / v0 - claimed) == 0
    grid = [Fraction(k, 40) for k in range(41)]
    for big, n in ((3, 3), (9, 10), (20, 20)):
        rows = [[x / v[0] for x in v] for v in (fractions(Fraction(big), n, r) for r in grid)]
        for one, two in zip(rows, rows[1:], strict=False):
            assert all(a < b for a, b in zip(one[1:], two[1:], strict=True))
        assert float(up_over_down(big, n, 0)) == pytest.approx(n - 1)
        assert float(up_over_down(big, n, 1)) == pytest.approx((n - 1) / big)


@pytest.mark.parametrize(("C", "digits"), [(3, 0.4723), (5, 0.8107), (10, 0.9554), (20, 0.9894)])
def test_the_threshold_by_two_other_root_finders(C, digits):
    star = failure.threshold(C)
    assert round(star, 4) == digits
    scipys = brentq(lambda r: float(up_over_down(C, C, r)) - 1, 0.1, 1 - 1e-6, xtol=1e-14)
    assert star == pytest.approx(scipys, abs=1e-12)
    with mpmath.workdps(40):
        exact = mpmath.findroot(lambda r: up_over_down(C, C, r) - 1, mpmath.mpf(star))
        assert abs(exact - star) < 3e-15
        assert abs(up_over_down(C, C, exact) - 1) < mpmath.mpf(10) ** -35
        assert abs(up_over_down(C, C + 1, exact) - 1) > 0.01  # another round, another threshold


@pytest.mark.parametrize("rho", [0.9, 0.99, 0.999, 0.9999])
def test_a_decay_fails_from_about_the_number_to_remember(rho):
    first = failure.first_failure(rho)
    assert up_over_down(first, first, rho) > 1 >= up_over_down(first - 1, first - 1, rho)
    assert abs(first - 2 / math.sqrt(1 - rho)) < 1.1
    if rho < 0.999:  # and from there on, as far as we look
        assert all(failure.pull(C, C, rho) > 1 for C in range(first, 6 * first, 3))


@pytest.mark.parametrize("c", [1.0, 4.0, 9.0])
def test_eq_10_12_the_limit(c):
    def excess(C):
        rho, j = 1 - c / C**2, np.arange(C)
        s, a = math.fsum(rho**j), C * C - 1.0
        ratio = 1 - (1 - rho**j[1:]) * a / (a + s)
        return math.fsum(1 / np.sqrt(ratio) - 1) - 1
    errors = [abs(excess(C) - (c / 4 - 1)) for C in (100, 1000, 10_000)]
    assert errors[1] < errors[0] / 5 and errors[2] < errors[1] / 5 and errors[2] < 1e-2
    assert abs(excess(10_000) - (c / 2 - 1)) > 0.1


def test_eq_10_12_the_threshold_times_the_square():
    found = [(1 - failure.threshold(C)) * C * C for C in (20, 100, 1000)]
    assert abs(found[2] - 4) < 0.01 and found[0] > found[1] > found[2] > 4


@pytest.mark.parametrize(("C", "n"), [(3, 3), (9, 10), (12, 7)])
def test_eq_10_13_the_error_is_of_second_order(C, n):
    g = [Fraction(C)] + [Fraction(-1)] * (n - 1)
    mean = sum(x * x for x in g) / n
    delta = [(mean - 1) * (Fraction(n - 1, 2) - j) for j in range(n)]
    assert sum(delta) == 0 and delta[0] - delta[-1] == C * C - mean
    jump = sum(a * d for a, d in zip(g, delta, strict=True))

    def error(forgets, half=2):
        law = float(-sum(g) + forgets * jump / (half * mean)) / math.sqrt(mean)
        v = fractions(Fraction(C), n, 1 - forgets)
        move = -sum(float(a) / math.sqrt(x) for a, x in zip(g, v, strict=True))
        return abs(law - move)
    assert error(Fraction(1, 1000)) < error(Fraction(1, 100)) / 50
    assert error(Fraction(1, 1000), half=1) > error(Fraction(1, 100), half=1) / 20
    assert failure.wobble([float(x) for x in g]) == pytest.approx((float(mean), float(jump)))


def test_eq_10_14_in_symbols():
    C = sympy.symbols("C", positive=True)
    mean = (C**2 + C - 1) / C
    jump = (C + 1) * (mean - 1) * (C - 1) / 2
    law = 4 * (C**2 + C - 1) / (C**2 - 1) ** 2
    assert sympy.simplify(2 * mean / jump - law) == 0
    assert sympy.limit(law * C**2, C, sympy.oo) == 4
    for big in (3, 10, 1000):
        assert 1 - failure.threshold_law(big) == pytest.approx(float(law.subs(C, big)), rel=1e-9)
    ratios = [(1 - failure.threshold_law(big)) / (1 - failure.threshold(big)) for big in (20, 1000)]
    assert abs(ratios[1] - 1) < abs(ratios[0] - 1) < 0.01


@pytest.mark.parametrize(("rho", "drift"), [(0.9, -0.6795), (0.99, -0.0667), (0.999, -0.00667)])
def test_hintons_ten_are_the_round_at_the_border(rho, drift):
    assert up_over_down(9, 10, rho) > 1 == up_over_down(9, 10, 1)
    assert -failure.move(9, 10, rho) == pytest.approx(drift, rel=1e-3)
    assert failure.threshold(9, 10) == 1.0 > failure.threshold(9.01, 10)


def at_rest(gradients, curvature, start, rho, steps=20_000, peak=False):
    """The mean place of the last round, with the learning rate t^(-3/4)."""
    n, v, top, theta, seen = len(gradients), 0.0, 0.0, start, []
    for t in range(1, steps + 1):
        g = gradients[(t - 1) % n] + curvature * theta
        v = rho * v + (1 - rho) * g * g
        top = max(top, v) if peak else v
        theta -= g / top**0.5 / t**0.75
        seen.append(theta)
    return math.fsum(seen[-n:]) / n


TEN = [0.1] * 9 + [-0.9]


def test_eq_10_15_the_law_in_exact_fractions():
    mean, jump = Fraction(9, 100), Fraction(-20, 3) * 2 * Fraction(27, 1000)
    assert jump == Fraction(-36, 100)
    assert jump / (2 * 10 * mean) == Fraction(-1, 5)
    assert failure.rest_law(TEN, 4.0, 0.99) == pytest.approx(-0.01 / 20, rel=1e-9)


@pytest.mark.parametrize(("curvature", "start"), [(0.2, -5.0), (4.0, -2.0)])
def test_eq_10_15_where_it_rests(curvature, start):
    for rho, off in ((0.9, 0.05), (0.99, 0.01)):
        place = at_rest(TEN, curvature, start, rho)
        assert place == pytest.approx(-(1 - rho) / (5 * curvature), rel=off)
    assert abs(at_rest(TEN, curvature, start, 0.9, peak=True)) < 1e-5  # AMSGrad: the minimum
