"""Lesson 1, (1.6) to (1.8): the empty start, its correction and its price, found another way."""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
import sympy

import rmsprop_lab as lab
from rmsprop_lab import averages


def test_the_table_of_the_empty_start_in_exact_fractions():
    v, rho, seen = Fraction(0), Fraction(9, 10), {}
    for t in range(1, 31):
        v = rho * v + (1 - rho) * 9
        assert v == 9 * (1 - rho**t)
        assert averages.debias(v, rho, t) == 9  # (1.6)
        seen[t] = float(v)
    lesson = averages.history([9.0] * 30, 0.9)
    assert lesson == pytest.approx(list(seen.values()), rel=1e-13)
    assert [f"{seen[t]:.3f}" for t in (1, 2, 3, 5, 10, 30)] == [
        "0.900", "1.710", "2.439", "3.686", "5.862", "8.618"]
    assert [f"{0.1 / seen[t] ** 0.5:.4f}" for t in (5, 10, 30)] == ["0.0521", "0.0413", "0.0341"]


@pytest.mark.parametrize("rho", [0.0, 0.9, 0.99, 0.999])
def test_eq_1_7_is_the_step_rmsprop_makes(rho):
    slope = lab.problems.constant(-3.0)
    path = lab.run(lab.RMSprop(lr=0.25, rho=rho, eps=0.0), slope, 50)
    claimed = [0.25 * averages.start_up_step(rho, t) for t in range(1, 51)]
    assert path.effective_step[:, 0] == pytest.approx(claimed, rel=1e-9)


def test_the_first_steps_of_the_lesson():
    steps = [averages.start_up_step(0.9, t) for t in range(1, 6)]
    assert [f"{step:.2f}" for step in steps] == ["3.16", "2.29", "1.92", "1.71", "1.56"]
    assert averages.start_up_step(0.99, 1) == pytest.approx(10, rel=1e-12)
    assert f"{averages.start_up_step(0.999, 1):.1f}" == "31.6"


@pytest.mark.parametrize("rho, shown", [
    ("0.9", "9.14"), ("0.95", "21.07"), ("0.99", "123.86"), ("0.999", "1339.93")])
def test_eq_1_8_by_thirty_digits(rho, shown):
    with localcontext() as context:
        context.prec = 30
        left, total = Decimal(rho), Decimal(0)
        while left > Decimal("1e-18"):
            total += 1 / (1 - left).sqrt() - 1
            left *= Decimal(rho)
    assert averages.extra_travel(float(rho)) == pytest.approx(float(total), rel=1e-10)
    assert f"{total:.2f}" == shown


def test_eq_1_8_tends_to_two_half_lives():
    w, u = sympy.symbols("w u", positive=True)
    # the substitution w = 1 - exp(-u), and the antiderivative 2 ln(1 + sqrt w)
    integrand = (1 / sympy.sqrt(w) - 1) / (1 - w)
    assert sympy.simplify(sympy.diff(2 * sympy.log(1 + sympy.sqrt(w)), w) - integrand) == 0
    slope = sympy.diff(1 - sympy.exp(-u), u).subs(u, -sympy.log(1 - w))
    assert sympy.simplify(slope - (1 - w)) == 0
    # Euler and Maclaurin: 2 ln 2 / a + zeta(1/2) / sqrt a + 1/2, a = -ln rho
    for rho in (0.99, 0.999, 0.9999):
        a = -np.log(rho)
        expected = 2 * np.log(2) / a + float(sympy.zeta(sympy.Rational(1, 2))) / np.sqrt(a) + 0.5
        assert averages.extra_travel(rho) == pytest.approx(expected, rel=2e-4)
    ratio = averages.extra_travel(0.9999) / averages.half_life(0.9999)
    assert 1.97 < ratio < 2


def test_the_sum_misses_half_of_the_area_left_of_its_first_term():
    missed = []
    for rho in (0.99, 0.999, 0.9999):
        distance = -np.log(rho)
        area = 2 * np.log(1 + np.sqrt(1 - rho))  # from w = 0 to w = 1 - rho
        assert area == pytest.approx(2 * np.sqrt(distance), rel=0.1)
        missed.append(1 - distance * (1 / np.sqrt(1 - rho) - 1) / area)
    assert missed == sorted(missed, reverse=True) and missed[-1] == pytest.approx(0.5, abs=0.005)


def test_the_excess_grows_more_than_tenfold_and_the_first_step_tenfold():
    times = averages.extra_travel(0.999) / averages.extra_travel(0.9)
    assert times == pytest.approx(146.6, abs=0.05)
    assert averages.start_up_step(0.999, 1) / averages.start_up_step(0.9, 1) == pytest.approx(10)


def test_extra_travel_refuses_a_decay_at_which_it_would_not_end():
    for rho in (1.0, -0.1, float("nan")):
        with pytest.raises(lab.errors.HyperparameterError, match="rho"):
            averages.extra_travel(rho)


def test_exercise_1_the_first_sample_outweighs_the_others_for_22_steps():
    x = sympy.symbols("x1:30")
    v, rho = x[0], sympy.Rational(9, 10)
    for t, sample in enumerate(x, 1):
        v = sympy.expand(averages.ema(v, sample, rho))
        assert v.coeff(x[0]) == rho ** (t - 1)
        heaviest = max(v.coeff(other) for other in x[1:t]) if t > 1 else 0
        assert (v.coeff(x[0]) > heaviest) == (t <= 22)
