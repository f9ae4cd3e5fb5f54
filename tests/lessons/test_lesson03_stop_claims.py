"""Lesson 3, (3.6) to (3.10): does it stop before the minimum, and the price of a small learning
rate; each equation and each number found another way."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import rmsprop_lab as lab
from rmsprop_lab.adagrad import adagrad


def decimal_bowl(lam, start, eta, steps):
    """x and s of AdaGrad on lam x^2 / 2 after the steps, by 40-digit arithmetic."""
    with localcontext() as context:
        context.prec = 40
        lam, x, eta, s = Decimal(lam), Decimal(start), Decimal(eta), Decimal(0)
        for _ in range(steps):
            g = lam * x
            s += g * g
            x -= eta * g / s.sqrt()
        return x, s


def steps_to(target, eta, start=1.0):
    """How many steps AdaGrad needs on x^2 / 2 until x <= target."""
    x, s, t = start, 0.0, 0
    while x > target:
        s += x * x
        x -= eta * x / math.sqrt(s)
        t += 1
    return t


def test_adagrad_leaves_a_place_where_the_slope_is_not_zero():
    x, s = 0.0, 1e4  # after a long past, and where the slope is 1 + cos(x) / 2
    passed = []
    for t in range(1, 400_001):
        g = 1 + math.cos(x) / 2
        s += g * g
        x -= 0.1 * g / math.sqrt(s)
        if t in (100_000, 400_000):
            passed.append(x)
    assert passed[1] < 1.9 * passed[0] < -30


def test_eq_3_6_the_step_is_a_multiplication():
    lam, theta, eta, root = sympy.symbols("lam theta eta root", positive=True)
    by_rule = theta - eta * (lam * theta) / root
    assert sympy.simplify(by_rule - (1 - eta * lam / root) * theta) == 0
    new, s = adagrad(2.0, 3.0 * 2.0, 64.0, lr=0.5, eps=0.0)  # lam 3, root 10
    assert s == 100 and new == pytest.approx((1 - 0.5 * 3 / 10) * 2)


def test_the_two_exact_answers_behind_eq_3_7():
    lam, theta, a, s = sympy.symbols("lam theta a s", positive=True)
    g = lam * theta
    removed = lam * theta**2 / 2 - lam * (theta - a * g) ** 2 / 2
    assert sympy.simplify(removed - a * g**2 * (1 - lam * a / 2)) == 0
    gained = sympy.sqrt(s + g**2) - sympy.sqrt(s)
    assert sympy.simplify(gained - g**2 / (sympy.sqrt(s + g**2) + sympy.sqrt(s))) == 0


@given(st.floats(1e-3, 1e3), st.floats(0.01, 1e3), st.floats(0.01, 1.0))
def test_eq_3_7_holds_for_any_bowl(lam, start, share):
    eta = share * start  # at most one learning rate away
    x, s, cost = start, 0.0, lam * start**2 / 2
    for _ in range(3000):
        s += (lam * x) ** 2
        x -= eta * lam * x / math.sqrt(s)
        assert -1e-300 <= x <= start  # the last steps round to denormals
        left = lam * x * x / 2
        assert math.sqrt(s) <= 2 * (cost - left) / eta * (1 + 1e-9)
        assert math.sqrt(s) >= (cost - left) / (2 * eta) * (1 - 1e-9)
    if x < 1e-6 * start:
        assert eta * lam / math.sqrt(s) <= (2 * eta / start) ** 2 * (1 + 1e-9)  # the slow share


def test_eqs_3_7_and_3_8_and_the_limits_of_the_lesson():
    for lam, start, eta, limit in (
        ("1", "1", "0.1", "10.0402"),
        ("0.2", "-5", "0.4", "14.4321"),
        ("4", "-2", "0.4", "232.4219"),
    ):
        x, s = decimal_bowl(lam, start, eta, 900)
        after, _ = decimal_bowl(lam, start, eta, 901)
        assert f"{s:.4f}" == limit
        rate = 1 - float(eta) * float(lam) / math.sqrt(float(s))
        assert float(after / x) == pytest.approx(rate, rel=1e-9)
    x, _ = decimal_bowl("1", "1", "0.1", 2000)
    assert f"{x:.3e}" == "9.464e-29"
    bowl = lab.problems.Quadratic([1.0], [1.0])
    assert lab.run(lab.AdaGrad(lr=0.1, eps=0.0), bowl, 2000).final[0] == pytest.approx(float(x))


def test_beyond_one_learning_rate_the_sum_converges_too():
    for eta in (1.5, 4.0, 100.0):
        sums = []
        x, s = 1.0, 0.0
        for _ in range(20_000):
            s += x * x
            x -= eta * x / math.sqrt(s)
            sums.append(s)
        assert sums[-1] == pytest.approx(sums[-2000], rel=1e-9) and abs(x) < 1e-9


def test_eq_3_7_is_claimed_from_one_learning_rate_away_only():
    x, s, eta = 1.0, 0.0, 100.0
    for _ in range(100):
        s += x * x
        x -= eta * x / math.sqrt(s)
    assert abs(x) < 1e-150 and math.sqrt(s) > 1000 * (2 * 0.5 / eta)
    x, s = 0.5, 0.0  # one learning rate away exactly: there in one step
    s += x * x
    assert x - 0.5 * x / math.sqrt(s) == 0


def test_fading_gradients_do_not_make_the_sum_converge():
    """Down -ln(theta), which has no floor: s grows on, like the square of ln(theta) / (2 eta)."""
    x, s, seen = 1.0, 0.0, []
    for t in range(1, 300_001):
        g = -1 / x
        s += g * g
        x -= 0.5 * g / math.sqrt(s)
        if t in (300, 10_000, 300_000):
            seen.append((abs(g), math.sqrt(s), math.log(x)))
    slopes, roots, logs = zip(*seen, strict=True)
    assert slopes[0] > 4 * slopes[1] > 16 * slopes[2]
    assert [b - a for a, b in zip(roots, roots[1:], strict=False)] == pytest.approx(
        [b - a for a, b in zip(logs, logs[1:], strict=False)], rel=0.05)
    assert roots[2] > roots[1] + 1 > roots[0] + 2


def test_eq_3_9_under_noise():
    rng = np.random.default_rng(11)
    for eta, lam, sigma in ((0.5, 1.0, 1.0), (1.0, 2.0, 0.5), (0.25, 4.0, 3.0)):
        x, s = np.zeros(2000), np.zeros(2000)
        for _ in range(2500):
            g = lam * x + sigma * rng.standard_normal(2000)
            s += g * g
            x -= eta * g / np.sqrt(s)
        assert (s / 2500).mean() == pytest.approx(sigma**2, rel=0.15)
        assert (x * x).mean() == pytest.approx(eta * sigma / (2 * lam * 50), rel=0.15)


def test_eq_3_10_solves_the_differential_equations():
    x, start, eta, lam = sympy.symbols("x start eta lam", positive=True)
    root = lam * (start**2 - x**2) / (4 * eta)
    # d root / dx = (d root / dt) / (dx / dt)
    slope = ((lam * x) ** 2 / (2 * root)) / (-eta * lam * x / root)
    assert sympy.simplify(sympy.diff(root, x) - slope) == 0
    time = (start / (2 * eta)) ** 2 * (sympy.log(start / x) - (1 - x**2 / start**2) / 2)
    assert sympy.simplify(sympy.diff(time, x) - 1 / (-eta * lam * x / root)) == 0
    assert time.subs(x, start) == 0


def test_ten_times_smaller_is_nearly_a_hundred_times_longer():
    taken = {eta: steps_to(0.01, eta) for eta in (0.2, 0.1, 0.02, 0.01, 0.001)}
    assert [taken[eta] for eta in (0.2, 0.1, 0.02, 0.01)] == [39, 132, 2726, 10590]
    assert round(taken[0.02] / taken[0.2]) == 70 and round(taken[0.01] / taken[0.1]) == 80
    assert 96 < taken[0.001] / taken[0.01] < 100
    law = (math.log(100) - 0.5 * (1 - 1e-4)) / 0.002**2
    assert taken[0.001] == pytest.approx(law, rel=0.005)
    descent = [math.ceil(math.log(0.01) / math.log(1 - eta)) for eta in (0.01, 0.001)]
    assert descent[1] / descent[0] == pytest.approx(10, rel=0.01)


def test_exercise_2_the_flat_bowl_converges_but_not_linearly():
    x, s, seen = 1.0, 0.0, {}
    for t in range(1, 400_001):
        g = 4 * x**3
        s += g * g
        x -= 0.1 * g / math.sqrt(s)
        seen[t] = (x, s)
    assert seen[400_000][1] == pytest.approx(seen[100_000][1], rel=1e-6)
    assert seen[400_000][0] / seen[100_000][0] == pytest.approx(0.5, rel=0.01)  # like 1 / sqrt t
