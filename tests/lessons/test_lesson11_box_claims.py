"""Lesson 11, (11.11) to (11.18): decoupled decay lands in a box, and gets there as Frank and Wolfe
do; checked without the lab's own code."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from scipy.optimize import lsq_linear

from rmsprop_lab import decay
from tests.lessons.lesson11_walks import TARGET, falling, plain, slope, turned

# --- decoupled: the box ---------------------------------------------------------------------------

def test_eq_11_11_is_the_rest_of_11_8():
    theta = sympy.symbols("theta", real=True)
    g, lr, lam, eps = sympy.symbols("g eta lam eps", positive=True)
    for sign in (1, -1):
        moved = (1 - 2 * lr * lam) * theta - lr * sign * g / (g + eps)
        rest = sympy.solve(sympy.Eq(moved, theta), theta)
        assert sympy.simplify(rest[0] + sign * g / (g + eps) / (2 * lam)) == 0


def test_eqs_11_11_and_11_12_at_the_end_of_a_walk():
    lams, eps = (a.reshape(-1, 1) for a in np.meshgrid([0.06, 0.2, 0.4, 2.0], [1e-3, 1.0]))
    ends = plain(slope, np.zeros((8, 2)), lams, "decoupled", falling(), eps=eps)[-1]
    g = slope(ends)
    assert 2 * lams * ends == pytest.approx(-g / (np.abs(g) + eps), abs=2e-4)
    assert (np.abs(ends) < 1 / (2 * lams)).all()
    guarded = (eps == 1.0)[:, 0]
    other = np.abs(2 * lams * ends + g / (np.abs(g) + 2 * eps))
    assert (other[guarded].max(axis=1) > 2e-3).all()


def test_eq_11_13_and_the_bounded_solver():
    cases = [(degrees, lam) for degrees in (0, 30, 60) for lam in (0.08, 0.2, 0.4)]
    matrices, aims = (np.array(a) for a in zip(*(turned(d) for d, _ in cases), strict=True))
    lams = np.array([[lam] for _, lam in cases])
    ends = plain(lambda x: np.einsum("kij,kj->ki", matrices, x - aims), np.zeros((9, 2)), lams,
                 "decoupled", falling(stages=20, steps=600))[-1]
    for (degrees, lam), matrix, aim, end in zip(cases, matrices, aims, ends, strict=True):
        root, wall = np.linalg.cholesky(matrix).T, 1 / (2 * lam)
        best = lsq_linear(root, root @ aim, bounds=(-wall, wall), tol=1e-14).x
        assert end == pytest.approx(best, abs=1e-4)
        for x, s in zip(best, matrix @ (best - aim), strict=True):  # (11.13), one by one
            inside = abs(s) < 1e-6 and abs(x) <= wall + 1e-9
            assert inside or x == pytest.approx(-np.sign(s) * wall, rel=1e-9)
        if lam == 0.08:  # walls at 6.25: every coordinate of every minimum is smaller
            assert end == pytest.approx(aim, abs=1e-4)
        if degrees == 30 and lam > 0.1:  # a wall is no pair of scissors
            assert np.abs(end - np.clip(aim, -wall, wall)).max() > 0.1


def test_eq_11_14_no_point_of_the_box_is_better():
    rng = np.random.default_rng(14)
    for _ in range(20):
        root = rng.standard_normal((4, 4))
        matrix, aim = root.T @ root, 3 * rng.standard_normal(4)
        best = lsq_linear(root, root @ aim, bounds=(-1, 1), tol=1e-14).x
        g = matrix @ (best - aim)
        others = rng.uniform(-1, 1, (500, 4))
        tangent = (g * (others - best)).sum(axis=1)
        costs = ((others - aim) @ root.T) ** 2 / 2
        rise = costs.sum(axis=1) - ((root @ (best - aim)) ** 2).sum() / 2
        assert (rise >= tangent - 1e-12).all() and (tangent >= -1e-6).all()
        outside = best - g  # beyond a wall, or not at all
        assert (g * (outside - best)).sum() < 0 or np.abs(g).max() < 1e-6


def test_eq_11_15_no_effect_below_the_threshold():
    lams = np.array([[0.07], [0.095], [0.12]])
    ends = plain(slope, np.zeros((3, 2)), lams, "decoupled", falling())[-1]
    above = (lams > 1 / (2 * np.abs(TARGET).max()))[:, 0]
    assert above.tolist() == [False, False, True]
    assert ((np.abs(ends - TARGET).max(axis=1) > 0.1) == above).all()


# --- Frank-Wolfe ----------------------------------------------------------------------------------

def test_eq_11_16_is_the_sign_step_and_its_corner_is_the_best():
    theta, lr, lam = sympy.symbols("theta eta lam", positive=True)
    for s in (-1, 0, 1):
        share = 2 * lr * lam
        one = (1 - 2 * lr * lam) * theta - lr * s
        assert sympy.simplify(one - ((1 - share) * theta + share * (-s / (2 * lam)))) == 0
    g = np.random.default_rng(16).standard_normal(5)
    corners = np.array(np.meshgrid(*[[-2.0, 2.0]] * 5)).reshape(5, -1).T
    chosen = decay.frank_wolfe(np.zeros(5), g, lr=2.0, lam=0.25)  # the whole way
    assert (chosen == corners[(corners @ g).argmin()]).all()


def frank_wolfe_excess(matrix, aim, lam, steps, share):
    wall = 1 / (2 * lam)
    root = np.linalg.cholesky(matrix).T
    cost = lambda x: ((root @ (x - aim)) ** 2).sum() / 2  # noqa: E731
    low = cost(lsq_linear(root, root @ aim, bounds=(-wall, wall), tol=1e-15).x)
    theta, excess = np.zeros(len(aim)), []
    excess.append(cost(theta) - low)
    for t in range(1, steps + 1):
        corner = -np.sign(matrix @ (theta - aim)) * wall
        theta = (1 - share(t)) * theta + share(t) * corner
        excess.append(cost(theta) - low)
    return np.array(excess), np.abs(matrix).sum() / lam**2


@pytest.mark.parametrize("degrees", [0, 30, 45])
def test_eqs_11_17_and_11_18_hold_at_every_step(degrees):
    t = np.arange(1, 401)
    for share in (lambda t: 2 / (t + 1), lambda t: 0.1):
        d, width = frank_wolfe_excess(*turned(degrees), 0.2, 400, share)
        gamma = np.array([share(k) for k in t])
        assert (d[1:] <= (1 - gamma) * d[:-1] + gamma**2 * width / 2 + 1e-9).all()
    d, width = frank_wolfe_excess(*turned(degrees), 0.2, 400, lambda t: 2 / (t + 1))
    assert (d[1:] <= 2 * width / (t + 2)).all()
    assert decay.frank_wolfe_bound(turned(degrees)[0], 0.2, 7) == pytest.approx(2 * width / 9)
    still, _ = frank_wolfe_excess(*turned(degrees), 0.2, 400, lambda t: 0.5**t)
    assert still[-1] > d[-1]  # shares that fall too fast stop short


def test_eq_11_18_follows_by_induction():
    t = sympy.symbols("t", positive=True)
    step = (1 - 2 / (t + 1)) * 2 / (t + 1) + (2 / (t + 1)) ** 2 / 2
    assert sympy.simplify(step - 2 * t / (t + 1) ** 2) == 0
    gap = sympy.together(2 / (t + 2) - step)
    assert sympy.simplify(gap - 2 / ((t + 1) ** 2 * (t + 2))) == 0  # positive
    assert Fraction(1, 2) <= Fraction(2, 3)  # the first step
