"""Lesson 4: each displayed equation that claims something, checked without the lab's optimizers."""

from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
import pytest
import sympy

import rmsprop_lab as lab
from rmsprop_lab.rmsprop import rmsprop
from rmsprop_lab.rprop import sign_descent

CYCLE = [Fraction(1, 10)] * 9 + [Fraction(-9, 10)]


def decimal_drift(rho, rounds, slopes=CYCLE, square=True):
    """The drift of the last of many rounds by 50-digit arithmetic, in units of eta."""
    getcontext().prec = 50
    rho, v, moved = Decimal(rho), Decimal(0), Decimal(0)
    slopes = [Decimal(s.numerator) / Decimal(s.denominator) for s in slopes]
    for _ in range(rounds):
        moved = Decimal(0)
        for s in slopes:
            v = rho * v + (1 - rho) * (s * s if square else abs(s))
            moved -= s / v.sqrt()
    return float(moved)


def lab_drift(rho, rounds):
    opt = lab.RMSprop(lr=1.0, rho=rho, eps=0.0)
    path = lab.run(opt, lab.problems.hinton_cycle(), 10 * rounds)
    return float(path.theta[-1, 0] - path.theta[-11, 0])


@pytest.mark.parametrize(("rho", "rounds"), [("0.5", 10), ("0.9", 25), ("0.99", 220)])
def test_drifts_agree_with_fifty_digits(rho, rounds):
    assert lab_drift(float(rho), rounds) == pytest.approx(decimal_drift(rho, rounds), rel=1e-9)


def test_a_drift_of_another_method_is_told_apart():
    assert lab_drift(0.9, 25) != pytest.approx(decimal_drift("0.9", 25, square=False), rel=1e-3)


def test_eq_4_1_is_rmsprop_without_memory():
    g = np.random.default_rng(4).standard_normal(10_000) * np.logspace(-100, 100, 10_000)
    theta, _ = rmsprop(0 * g, g, 0 * g, lr=0.5, rho=0.0, eps=0.0)
    assert (theta == sign_descent(0 * g, g, lr=0.5)).all()
    with_memory, _ = rmsprop(0 * g, g, 0 * g + 1.0, lr=0.5, rho=0.5, eps=0.0)
    assert (with_memory != theta).any()


def test_eq_4_4_recursion_of_the_wobble():
    v, before, g, rho, mean = sympy.symbols("v before g rho mean")
    delta = (rho * before + (1 - rho) * g**2 - mean) / (1 - rho)
    old = (before - mean) / (1 - rho)
    assert sympy.simplify(delta - (rho * old + g**2 - mean)) == 0
    assert sympy.simplify(delta - (old + g**2)) != 0


def test_eq_4_5_first_order_of_the_root():
    mean, delta, small = sympy.symbols("mean delta small", positive=True)
    series = sympy.series(1 / sympy.sqrt(mean + small * delta), small, 0, 2).removeO()
    claimed = mean ** sympy.Rational(-1, 2) - small * delta * mean ** sympy.Rational(-3, 2) / 2
    assert sympy.simplify(series - claimed) == 0


def test_eq_4_6_the_law_in_exact_fractions():
    mean = sum(s * s for s in CYCLE) / 10
    delta = [sum(s * s - mean for s in CYCLE[: t + 1]) for t in range(10)]
    total = sum(a * b for a, b in zip(CYCLE, delta, strict=True))
    assert total / (2 * Fraction(3, 10) ** 3) == Fraction(-20, 3)
    shifted = sum(a * (b + 7) for a, b in zip(CYCLE, delta, strict=True))
    assert shifted == total  # where delta starts does not matter


def test_eq_4_6_is_the_limit_of_the_measured_drift():
    errors = [abs(decimal_drift(rho, n) / (1 - float(rho)) + 20 / 3)
              for rho, n in (("0.9", 25), ("0.99", 250))]
    assert errors[1] < errors[0] / 5 < 0.05


@pytest.mark.parametrize("rho", [0.5, 0.75, 0.9, 0.99])
@pytest.mark.parametrize("slope", [3.0, 0.1, -1e-6])
def test_eq_4_7_pace_under_a_constant_slope(rho, slope):
    path = lab.run(lab.RMSprop(lr=0.5, rho=rho, eps=0.0), lab.problems.constant(slope), 40)
    t = np.arange(1, 41)
    expected = 0.5 / np.sqrt(1 - rho**t)
    assert path.effective_step[:, 0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("rho", [0.5, 0.9, 0.99])
def test_eq_4_8_no_step_is_longer_and_the_first_is_as_long(rho):
    rng = np.random.default_rng(8)
    for scale in (1.0, 1e-6, 1e6):
        slopes = scale * rng.standard_normal(300) ** 5
        path = lab.run(lab.RMSprop(lr=1.0, rho=rho, eps=0.0), lab.problems.Stream(slopes), 300)
        steps = path.effective_step[:, 0]
        bound = 1 / np.sqrt(1 - rho)
        assert steps.max() <= bound * (1 + 1e-12)
        assert steps[0] == pytest.approx(bound, rel=1e-12)


def test_the_quotient_first_falls_and_comes_back_to_one():
    lam, theta, v = np.array([0.2, 4.0]), np.array([-5.0, -2.0]), np.zeros(2)
    quotients, rates, losses = [], [], []
    for _ in range(1000):
        g = lam * theta
        v = 0.9 * v + 0.1 * g * g
        root = np.sqrt(v + 1e-6)
        theta = theta - 0.4 * g / root
        quotients.append(np.abs(g) / root)
        rates.append(0.4 * lam / root)
        losses.append((lam * theta * theta).sum() / 2)
    assert (quotients[20] < 0.02).all() and min(losses) < 1e-20
    lowest = int(np.argmin(losses))
    assert lowest < 50 and (rates[5] < 1).all()
    for i in (0, 1):  # it turns where the rate becomes too large for the curvature, 2 / lam
        turn = min(range(100), key=lambda t: quotients[t][i])
        assert turn > 15 and 1.8 < rates[turn][i] < 2.1
    assert quotients[-1] == pytest.approx(1, abs=1e-3)
    path = lab.run(lab.RMSprop(lr=0.4, rho=0.9, eps=1e-6, eps_at="inside"), lab.problems.bench(),
                   1000)
    assert path.effective_step[:100] / 0.4 == pytest.approx(np.array(quotients[:100]), abs=1e-9)


def test_the_long_run_is_a_jump_of_half_the_learning_rate():
    path = lab.run(lab.RMSprop(lr=0.25, rho=0.9, eps=0.0), lab.problems.bench(), 2000)
    assert np.abs(path.theta[-2:]) == pytest.approx(0.125, rel=1e-6)
    assert (np.sign(path.theta[-1]) == -np.sign(path.theta[-2])).all()
