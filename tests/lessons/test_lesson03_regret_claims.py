"""Lesson 3, the section on regret: every displayed equation checked, without the lesson's cells."""

import math

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import rmsprop_lab as lab
from rmsprop_lab.adagrad import adagrad, regret_bound
from tests.lessons.test_lesson03_claims import gradients, walk


def test_eq_3_11_convexity_of_every_round():
    game = lab.problems.SparseHinge(rounds=200, features=12, active=3, seed=5)
    rng = np.random.default_rng(5)
    thetas = rng.standard_normal((201, 12))
    paid = game.paid(thetas)
    for t in range(1, 201):
        theta, u = thetas[t - 1], rng.standard_normal(12)
        other = game.paid(np.tile(u, (200, 1)))[t - 1]
        assert paid[t - 1] - other <= (game.grad(theta, t) * (theta - u)).sum() + 1e-12


@given(gradients, st.floats(-10, 10), st.floats(0.01, 10))
def test_eq_3_12_for_any_fixed_step(gs, u, a):
    theta, linear = 0.0, []
    for g in gs:
        linear.append(g * (theta - u))
        theta -= a * g
    s = math.fsum(g * g for g in gs)
    bound = u * u / (2 * a) + a * s / 2
    # equality up to the square that was dropped
    assert math.fsum(linear) == pytest.approx(bound - (theta - u) ** 2 / (2 * a),
                                              rel=1e-9, abs=1e-9 * bound)


def test_the_best_fixed_step_has_the_sum_and_the_root():
    a, d, s = sympy.symbols("a d s", positive=True)
    bound = d**2 / (2 * a) + a * s / 2
    assert sympy.solve(sympy.diff(bound, a), a) == [d / sympy.sqrt(s)]
    assert sympy.simplify(bound.subs(a, d / sympy.sqrt(s)) - d * sympy.sqrt(s)) == 0


@given(gradients)
def test_eq_3_13(gs):
    _, roots = walk(gs)
    total = math.fsum(g * g / root for g, root in zip(gs, roots, strict=True))
    assert total <= 2 * roots[-1] * (1 + 1e-12)
    for g, old, new in zip(gs, [0.0, *roots[:-1]], roots, strict=True):
        assert g * g / new <= 2 * (new - old) + 1e-9 * new


@given(gradients, st.floats(-10, 10), st.floats(0.01, 10))
def test_eq_3_14_for_linear_costs(gs, u, eta):
    positions, roots = walk(gs, eta)
    regret = math.fsum(g * (theta - u) for g, theta in zip(gs, positions, strict=False))
    reach = max(abs(theta - u) for theta in positions[:-1])
    bound = regret_bound([roots[-1] ** 2], lr=eta, reach=reach)
    assert regret <= bound * (1 + 1e-12)


def test_eq_3_14_is_smallest_at_the_reach_over_root_two():
    eta, reach = sympy.symbols("eta reach", positive=True)
    factor = reach**2 / (2 * eta) + eta
    assert sympy.solve(sympy.diff(factor, eta), eta) == [reach / sympy.sqrt(2)]
    assert sympy.simplify(factor.subs(eta, reach / sympy.sqrt(2)) - sympy.sqrt(2) * reach) == 0
    found = regret_bound(np.array([4.0, 9.0]), lr=3 / math.sqrt(2), reach=3.0)
    assert found == pytest.approx(math.sqrt(2) * 3 * 5)


def test_eq_3_14_leaves_little_room_against_an_opponent():
    """Gradients chosen after theta is seen: the bound is then less than three times the regret."""
    theta, s, regret, reach = 0.0, 0.0, 0.0, 0.0
    for t in range(1000):
        g = 1.0 if t == 0 or theta > 0 else -1.0
        regret += g * theta  # against u = 0, whose costs are 0
        reach = max(reach, abs(theta))
        theta, s = adagrad(theta, g, s, lr=1.0, eps=0.0)
    bound = regret_bound([s], lr=1.0, reach=reach)
    assert bound / 3 < regret <= bound


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
def test_eq_3_15(sums):
    left = math.fsum(math.sqrt(s) for s in sums)
    assert left <= math.sqrt(len(sums) * math.fsum(sums)) * (1 + 1e-12)


def test_the_game_by_plain_loops():
    """The regrets of the lesson, and no fixed learning rate for gradient descent beats them."""
    game = lab.problems.SparseHinge()
    on, labels = game.on.tolist(), game.labels.tolist()

    def play(eta, adaptive):
        theta, s, paid = [0.0] * 100, [0.0] * 100, 0.0
        for features, label in zip(on, labels, strict=True):
            margin = label * sum(theta[i] for i in features)
            paid += max(0.0, 1 - margin)
            for i in features if margin < 1 else ():
                s[i] += 1
                theta[i] += label * eta / (math.sqrt(s[i]) if adaptive else 1)
        return paid, s

    for eta in (0.7, 1.1, 1.5):
        paid, s = play(eta, adaptive=True)
        path = lab.run(lab.AdaGrad(lr=eta), game, 5000)
        assert math.fsum(game.paid(path.theta)) == pytest.approx(paid, rel=1e-6)
        assert path.state["s"][-1].tolist() == s
        reach = float(np.abs(path.theta - game.hidden).max())
        assert paid < regret_bound(s, lr=eta, reach=reach) / 4
        assert paid < 270
    rates = (0.08, 0.15, 0.3, 0.35, 0.4, 0.45, 0.6, 0.7, 0.9, 1.1, 2.1)
    best = min(rates, key=lambda eta: play(eta, adaptive=False)[0])
    assert best == 0.45 and play(best, adaptive=False)[0] > 350


def adagrad_on_the_bench(sigma, eta, steps, seed):
    """Points held, sums of squares and losses of a walk under noise, in plain NumPy."""
    noise = sigma * np.random.default_rng(seed).standard_normal((steps, 2))
    theta, s, held = np.array([-5.0, -2.0]), np.zeros(2), []
    curvatures = np.array([0.2, 4.0])
    for one in noise:
        held.append(theta)
        g = curvatures * theta + one
        s = s + g * g
        theta = theta - eta * g / np.sqrt(s)
    held = np.array(held)
    return held, s, 0.5 * (curvatures * held**2).sum(axis=1), noise


@pytest.mark.parametrize("sigma", [0.0, 1.0])
@pytest.mark.parametrize("eta", [0.4, 3.5])
def test_eq_3_16_the_mean_of_the_walk_is_below_the_regret_per_round(sigma, eta):
    held, s, losses, noise = adagrad_on_the_bench(sigma, eta, 2000, seed=5)
    mean = 0.5 * (np.array([0.2, 4.0]) * held.mean(axis=0) ** 2).sum()
    assert mean <= losses.mean()
    # The costs that were seen are f plus a linear one, so the regret has a second part.
    regret = math.fsum(losses) + (noise * held).sum()
    assert regret <= regret_bound(s, lr=eta, reach=abs(held).max())


def test_eq_3_16_falls_like_one_over_the_root_of_the_rounds():
    """|g| <= 1 and |theta - u| <= D give the bound sqrt(2) D d / sqrt(T)."""
    for rounds in (100, 10_000):
        bound = regret_bound(np.full(3, float(rounds)), lr=2 / math.sqrt(2), reach=2.0) / rounds
        assert bound == pytest.approx(math.sqrt(2) * 2 * 3 / math.sqrt(rounds))


def test_the_mean_beats_the_last_point_under_noise_and_loses_without():
    for sigma, better in ((1.0, True), (0.0, False)):
        wins = 0
        for seed in range(5):
            held, _, losses, _ = adagrad_on_the_bench(sigma, 3.5, 5000, seed)
            mean = 0.5 * (np.array([0.2, 4.0]) * held.mean(axis=0) ** 2).sum()
            wins += mean < losses[-1]
        assert (wins >= 4) if better else (wins == 0)


def test_a_draw_that_theta_did_not_see_costs_its_mean_on_average():
    """Two equally likely costs, |x - 1| and |x + 1|: all walks of ten rounds, each counted once."""
    def f(x):
        return (abs(x - 1) + abs(x + 1)) / 2

    paid = mean = 0.0
    for draws in range(2**10):
        theta, s = 0.3, 0.0
        for t in range(10):
            centre = 1 if draws >> t & 1 else -1
            paid += abs(theta - centre)
            mean += f(theta)
            theta, s = adagrad(theta, 1.0 if theta > centre else -1.0, s, lr=0.7, eps=0.0)
    assert paid == pytest.approx(mean, rel=1e-12)
