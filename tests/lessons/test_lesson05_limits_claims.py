"""Lesson 5, (5.15) to (5.19), (5.25), (5.26): turned valleys, and where numbers run out.

The lab's own names appear only where a test compares it with what was computed here.
"""

import itertools

import mpmath
import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab import long_run
from tests.lessons.test_lesson05_claims import walk


def turned(angle):
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    r = np.array([[c, -s], [s, c]])
    return r @ np.diag([0.2, 4.0]) @ r.T, r @ np.array([-5.0, -2.0])


@pytest.mark.parametrize("angle, loss", [(15, 0.007625), (45, 0.01), (80, None)])
def test_eq_5_15_5_16_and_5_19_a_turned_valley_ends_in_the_high_corner(angle, loss):
    h, start = turned(angle)
    x, v = walk(start, lambda x: h @ x, 0.9, 900, 0.1)
    law = 0.01 / 8 * (4.2 + 2 * abs(h[0, 1]))
    assert 0.5 * x @ h @ x == pytest.approx(law, rel=1e-8)
    assert loss is None or law == pytest.approx(loss, rel=1e-12)
    signs = np.sign(x)
    assert abs(x) == pytest.approx(0.05, rel=1e-6) and (signs * (h @ signs) > 0).all()
    assert max(long_run.corner_loss(h, s, 0.1) for s in long_run.corners(h)) == pytest.approx(law)


@pytest.mark.parametrize("d, seed", [(2, 0), (3, 1), (5, 2), (6, 3)])
def test_eq_5_15_and_5_17_the_highest_corner_is_a_cycle_and_not_below_the_mean(d, seed):
    a = np.random.default_rng(seed).standard_normal((d, d))
    h = a @ a.T + 0.01 * np.eye(d)
    losses = {s: np.array(s) @ h @ np.array(s) for s in itertools.product((1, -1), repeat=d)}
    assert np.mean(list(losses.values())) == pytest.approx(np.trace(h))
    best = max((s for s in losses if s[0] == 1), key=losses.get)
    assert (np.array(best) * (h @ np.array(best)) >= np.diag(h) - 1e-12).all()
    assert best in long_run.corners(h)
    theta, v = 0.05 * np.array(best), (0.05 * h @ np.array(best)) ** 2
    assert walk(theta, lambda x: h @ x, 0.7, 1, 0.1, v=v)[0] == pytest.approx(-theta)
    worst = min(losses, key=losses.get)
    if not (np.array(worst) * (h @ np.array(worst)) > 0).all():
        theta, v = 0.05 * np.array(worst), (0.05 * h @ np.array(worst)) ** 2
        moved = walk(theta, lambda x: h @ x, 0.7, 1, 0.1, v=v)[0]
        assert moved != pytest.approx(-theta)


def largest_root(h, signs, rho):
    """By differences: the largest multiplier of the mirrored step at a corner."""
    signs, d = np.array(signs, float), len(signs)

    def step(z):
        new, v = walk(z[:d], lambda x: h @ x, rho, 1, 1.0, v=z[d:])
        return np.concatenate([-new, v])
    z = np.concatenate([0.5 * signs, (0.5 * h @ signs) ** 2])
    assert step(z) == pytest.approx(z)
    small = 1e-6 * np.maximum(abs(z), 1e-3)
    j = np.array([(step(z + e) - step(z - e)) / (2 * e.max())
                  for e in np.diag(small)]).T
    return abs(np.linalg.eigvals(j)).max()


@pytest.mark.parametrize("rho", [0.3, 0.9])
@pytest.mark.parametrize("angle", [0.1, 1, 3, 15, 42, 45])
def test_eq_5_18_says_which_corner_attracts(angle, rho):
    h, _ = turned(angle)
    for signs in ((1, 1), (1, -1)):
        sums = np.array(signs) * (h @ np.array(signs))
        if (sums <= 0).any():
            assert signs not in long_run.corners(h)
            continue
        attracts = largest_root(h, signs, rho) < 1
        mu = np.linalg.det(h) / sums.prod()
        assert (rho * (2 * mu - 1) < 1) == attracts
        assert long_run.corner_is_stable(h, signs, rho) == attracts
        assert signs == (1, 1) or (attracts and mu < 1)
        assert signs == (1, -1) or mu > 1


@pytest.mark.parametrize("seed", range(6))
def test_eq_5_18_in_more_dimensions(seed):
    a = np.random.default_rng(seed).standard_normal((4, 4))
    h = a @ a.T + 0.3 * np.eye(4)
    verdicts = [(long_run.corner_is_stable(h, s, 0.8), largest_root(h, s, 0.8) < 1)
                for s in long_run.corners(h)]
    assert verdicts and all(ours == measured for ours, measured in verdicts)


def test_eq_5_25_the_integral():
    mpmath.mp.dps = 20
    value = mpmath.quad(lambda u: mpmath.log(abs(1 - u)) / u, [0, 0.5, 1, 1.5, 2])
    assert abs(value + mpmath.pi**2 / 4) < 1e-9
    halves = [mpmath.quad(lambda u: mpmath.log(abs(1 - u)) / u, part) for part in ([0, 1], [1, 2])]
    assert abs(halves[0] + mpmath.pi**2 / 6) < 1e-9 and abs(halves[1] + mpmath.pi**2 / 12) < 1e-9


@pytest.mark.parametrize("rho", ["0.95", "0.98", "0.995"])
def test_eq_5_26_the_dive_in_numbers_that_do_not_run_out(rho):
    mpmath.mp.dps = 15  # mpmath has no smallest number
    rho, one = mpmath.mpf(rho), mpmath.mpf(1)
    x, v, low = mpmath.mpf(-5), mpmath.mpf(0), one
    for _ in range(500 + int(18 / (1 - rho))):
        g = x / 5
        v = rho * v + (1 - rho) * g * g
        x = x - g / mpmath.sqrt(v) / 100
        low = min(low, abs(x))
    depth = float(-mpmath.log10(low))
    assert depth == pytest.approx(long_run.dive(float(rho)), rel=0.03)
    assert depth != pytest.approx(long_run.dive(float(rho)) * 2 / 3, rel=0.03)


@pytest.mark.parametrize("eps", [0.0, 1e-8])
def test_x_sticks_where_numbers_run_out_and_a_small_guard_does_not_help(eps):
    path = lab.run(lab.RMSprop(lr=0.01, rho=0.995, eps=eps), lab.problems.bench(), 4000)
    assert (np.abs(path.theta[-500:]) < 1e-322).all()
    back = lab.run(lab.RMSprop(lr=0.01, rho=0.99, eps=eps), lab.problems.bench(), 4000)
    low = np.abs(back.theta).min(axis=0)
    assert (low**2 == 0).all() and np.abs(back.final) == pytest.approx(0.005, rel=1e-2)


@pytest.mark.parametrize("rho, sticks", [(0.5, False), (0.8, False), (0.9, True), (0.99, True)])
def test_rounding_ends_a_dive_exactly_on_a_minimum_elsewhere(rho, sticks):
    x, _ = walk(-5.0, lambda x: x - 1.0, rho, 3000, 0.01)
    assert (x == 1.0) == sticks


def test_an_exact_hit():
    assert walk(2.0, lambda x: 8.0 * x, 0.75, 1, 1.0)[0] == 0.0


@pytest.mark.parametrize("rho, attracts", [(0.1, True), (0.19, True), (0.25, False), (0.9, False)])
def test_the_cycle_of_a_fourth_power_is_that_of_mu_three(rho, attracts):
    assert (rho * (2 * 3 - 1) < 1) == attracts
    x, _ = walk(0.5 + 1e-6, lambda x: 4 * x**3, rho, 200, 1.0, v=0.25)
    assert (abs(abs(x) - 0.5) < 1e-7) == attracts
