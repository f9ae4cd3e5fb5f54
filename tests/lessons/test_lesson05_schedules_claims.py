"""Lesson 5, (5.20) to (5.24): rates that fall and rates that climb; without the lab's code.

The lab's own names appear only where a test compares it with what was computed here.
"""

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

import rmsprop_lab as lab
from rmsprop_lab import long_run

LAM = np.array([0.2, 4.0])


def follow(rates, rho, x=(-5.0, -2.0), lam=LAM):
    """Every x of RMSprop on the bench, one rate for each step, in plain NumPy."""
    x, v, path = np.array(x), 0.0, []
    for rate in rates:
        g = lam * x
        v = rho * v + (1 - rho) * g * g
        x = x - rate * g / np.sqrt(v)
        path.append(x)
    return np.array(path)


@pytest.mark.parametrize("steps", [1, 2, 5, 2000])
def test_eq_5_20_two_forms_and_the_sum(steps):
    cosine = [0.4 * (1 + math.cos(math.pi * (t - 1) / steps)) / 2 for t in range(1, steps + 1)]
    assert long_run.cosine(0.4, steps) == pytest.approx(cosine, rel=1e-9, abs=1e-15)
    line = [Fraction(2, 5) * k / steps for k in range(steps, 0, -1)]
    assert long_run.linear(0.4, steps) == pytest.approx([float(x) for x in line], rel=1e-14)
    assert sum(line) == Fraction(2, 5) * (steps + 1) / 2
    assert math.fsum(cosine) == pytest.approx(0.4 * (steps + 1) / 2, rel=1e-12)
    assert math.fsum(cosine) != pytest.approx(0.4 * steps / 2, rel=1e-4)
    for t in range(2, steps + 1):  # the pairs that cancel
        assert math.cos(math.pi * (t - 1) / steps) == pytest.approx(
            -math.cos(math.pi * (steps - (t - 1)) / steps), abs=1e-12)


def test_eq_5_21_is_a_cycle_of_the_rule():
    r, rho, eta, lam = sympy.symbols("r rho eta lam", positive=True)
    numbers = {r: sympy.Rational(9, 10), rho: sympy.Rational(1, 2), eta: 3, lam: 7}
    new = eta / (1 + r) * sympy.sqrt((r**2 - rho) / (1 - rho))

    def off(a):
        """How far the step that should lead from a / r to -a misses, and v its own share."""
        g = lam * a / r
        v = g**2 * (1 - rho) / (1 - rho / r**2)  # after the step, and v / r^2 before
        assert sympy.simplify(rho * v / r**2 + (1 - rho) * g**2 - v) == 0
        return sympy.simplify((a / r - eta * g / sympy.sqrt(v) + a).subs(numbers))
    assert off(new) == 0 and off(2 * new) != 0
    assert off(eta / (1 + r)) != 0  # the root belongs to it
    assert sympy.simplify(new.subs(r, 1) - eta / 2) == 0 and new.subs(r, sympy.sqrt(rho)) == 0


@pytest.mark.parametrize("rho, r", [(0.9, 0.99), (0.9, 0.96), (0.99, 0.999), (0.5, 0.8)])
def test_eq_5_21_is_where_paths_end(rho, r):
    rates = [0.4] * 3000 + [0.4 * r**t for t in range(1, 1501)]
    law = math.sqrt((r * r - rho) / (1 - rho)) / (1 + r)
    assert np.abs(follow(rates, rho)[-1]) / rates[-1] == pytest.approx([law, law], rel=1e-3)
    assert long_run.followed(1.0, r, rho) == pytest.approx(law, rel=1e-12)
    assert law < 0.495  # and so it is not (5.2)


@pytest.mark.parametrize("r", [0.945, 0.93, 0.9])
def test_beyond_the_root_of_rho_the_rate_leaves_the_cycle_behind(r):
    rates = [0.4] * 200 + [0.4 * r**t for t in range(1, 301)]
    path = np.abs(follow(rates, 0.9))
    ratio = path[-1] / rates[-1]
    assert ((ratio < 1e-3) | (ratio > 1)).all()  # it plunged and stopped, or stopped
    assert math.isnan(long_run.followed(1.0, r, 0.9))


@pytest.mark.parametrize("power, rho", [(1, 0.9), (2, 0.9), (1, 0.99), (2, 0.99)])
def test_eq_5_22_the_border_of_the_last_steps(power, rho):
    border = 1 / (1 - rho ** (1 / (2 * power)))
    k = math.floor(border)
    assert ((k + 1 - 1) / (k + 1)) ** power > math.sqrt(rho) > ((k - 1) / k) ** power
    assert border == pytest.approx(2 * power / (1 - rho), rel=0.05)
    assert border != pytest.approx(power / (1 - rho), rel=0.05)
    assert long_run.steps_left(rho, power) == pytest.approx(border, rel=1e-12)


@pytest.mark.parametrize("power", [1, 2])
def test_eq_5_22_is_where_a_path_leaves_the_cycle(power):
    """In numbers that do not run out: on (5.21) at three borders left, far below eta / 2 at one."""
    mpmath.mp.dps = 15
    rho, steps = mpmath.mpf("0.98"), 3000
    rates = [0.4 * k / steps if power == 1 else 0.4 * math.sin(math.pi * k / 2 / steps) ** 2
             for k in range(steps, 0, -1)]
    x, v, after = mpmath.mpf(-5), mpmath.mpf(0), []
    for rate in rates:
        g = x / 5
        v = rho * v + (1 - rho) * g * g
        x = x - rate * g / mpmath.sqrt(v)
        after.append(abs(x) / rate)
    border = int(2 * power / 0.02)
    r = ((3 * border - 1) / (3 * border)) ** power
    law = math.sqrt((r * r - 0.98) / 0.02) / (1 + r)
    assert float(after[steps - 3 * border]) == pytest.approx(law, rel=0.02)
    assert float(after[steps - border]) < 0.2
    assert float(after[steps - border // 2]) < 1e-3  # the plunge
    assert float(abs(x)) < 1e-10 * rates[-1]


def test_the_table_of_last_losses():
    line = [0.4 * k / 2000 for k in range(2000, 0, -1)]
    half_wave = [0.4 * math.sin(math.pi * k / 4000) ** 2 for k in range(2000, 0, -1)]
    cooled = [0.4] * 1600 + [0.4 * k / 400 for k in range(400, 0, -1)]
    for rates, loss in ((line, 1.7e-21), (half_wave, 4.8e-34), (cooled, 4.3e-20)):
        end = follow(rates, 0.9)[-1]
        assert 0.5 * (LAM * end**2).sum() == pytest.approx(loss, rel=0.03)
        assert loss < 1e-10 * rates[-1] ** 2 / 8 * 4.2  # far below the law (5.14)
    assert long_run.linear(0.4, 2000, hold=1600) == pytest.approx(cooled, rel=1e-14)


def test_the_loss_plunges_because_brackets_lie_between_minus_one_and_one():
    rates = [0.4 * k / 2000 for k in range(2000, 0, -1)]
    path = follow(rates, 0.9)
    bracket = path[-19:] / path[-20:-1]
    assert (np.abs(bracket) < 1).all() and (np.diff(bracket, axis=0) > 0).all()


def test_with_noise_there_is_no_plunge_and_the_last_steps_are_idle():
    rng, n = np.random.default_rng(5), 400
    lam = np.repeat(LAM, n)
    draws = 0.5 * rng.standard_normal((2000, 2 * n))
    rates_left = []
    for rates in (long_run.linear(0.4, 2000), long_run.cosine(0.4, 2000)):
        x, v, loss = np.repeat([-5.0, -2.0], n), 0.0, []
        for rate, noise in zip(rates, draws, strict=True):
            g = lam * x + noise
            v = 0.9 * v + 0.1 * g * g
            x = x - rate * g / np.sqrt(v)
            loss.append(0.5 * (lam * x * x).sum() / n)
        assert 1e-3 < loss[-1] < 1e-2  # and not 1e-21
        idle = next(k for k in range(1, 2000) if abs(loss[-k - 1] / loss[-1] - 1) > 0.2) - 1
        rates_left.append((idle, sum(rates[-idle:])))
    (few, a), (many, b) = rates_left
    assert many > 2.5 * few and a == pytest.approx(b, rel=0.5) and a < 0.2


@pytest.mark.parametrize("rho", [Fraction(1, 2), Fraction(9, 10)])
def test_eq_5_23_makes_each_step_exactly_eta(rho):
    g, eta, v = Fraction(7, 3), Fraction(2), Fraction(0)
    for t in range(1, 30):
        v = rho * v + (1 - rho) * g * g
        assert (eta**2 * (1 - rho**t)) * g**2 / v == eta**2
        assert (eta * (1 - rho**t)) ** 2 * g**2 / v != eta**2  # the ramp without its root
    start = lab.averages.start_up_step(float(rho), 3)
    assert 1 / start == pytest.approx(math.sqrt(1 - float(rho) ** 3), rel=1e-14)


def test_eq_5_23_is_debiasing_for_any_slopes():
    rho, slopes = Fraction(3, 4), [Fraction(k) for k in (3, -1, 7, 2, -5)]
    v = Fraction(0)
    for t, g in enumerate(slopes, 1):
        v = rho * v + (1 - rho) * g * g
        assert (1 - rho**t) * g**2 / v == g**2 / (v / (1 - rho**t))


@pytest.mark.parametrize("values", [(1, 2), (1, 100), (1, 1, 1, 30), (3,)])
@pytest.mark.parametrize("t", [1, 2, 4])
def test_eq_5_24_in_exact_fractions_over_all_draws(values, t):
    """Each list of t slopes is as likely as any other; the mean of g_t^2 / v-hat over them."""
    rho, total, other = Fraction(1, 2), Fraction(0), Fraction(0)
    for draw in itertools.product(values, repeat=t):
        weights = [(1 - rho) * rho ** (t - 1 - k) / (1 - rho**t) for k in range(t)]
        estimate = sum(w * g * g for w, g in zip(weights, draw, strict=True))
        total += draw[-1] ** 2 / estimate
        other += draw[0] ** 2 / estimate
    mean, oldest = total / len(values) ** t, other / len(values) ** t
    assert mean <= 1 and (mean == 1) == (t == 1 or len(set(values)) == 1)
    assert oldest >= 1 and (t == 1 or len(set(values)) == 1 or oldest > 1)  # the newest matters


def test_slopes_that_grow_are_not_bounded_by_5_24():
    slopes = [2.0**t for t in range(30)]
    v = 0.0
    for g in slopes:
        v = 0.9 * v + 0.1 * g * g
    assert 1.5 < slopes[-1] / math.sqrt(v / (1 - 0.9**30)) < 1 / math.sqrt(0.1)
