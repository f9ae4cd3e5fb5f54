"""Lesson 11, (11.1) to (11.10): two ways to shrink, three places for the penalty, and the ridge.

Each displayed equation that claims something is checked without the lab's own code. The box and
the noise have files of their own: `test_lesson11_box_claims.py`, `test_lesson11_noise_claims.py`.
"""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from scipy.optimize import minimize

from rmsprop_lab import decay
from tests.lessons.lesson11_walks import TARGET, H, falling, plain, slope, turned

# --- gradient descent -----------------------------------------------------------------------------

def test_eq_11_1_has_the_gradient_of_11_2():
    x, y, lam = sympy.symbols("x y lam")
    penalty = lam * (x**2 + y**2)
    assert [sympy.diff(penalty, s) for s in (x, y)] == [2 * lam * x, 2 * lam * y]
    assert sympy.diff(penalty, x) != lam * x


def test_eq_11_3_is_eq_11_2_collected():
    theta, g, lr, lam = sympy.symbols("theta g eta lam")
    two, three = theta - lr * (g + 2 * lam * theta), (1 - 2 * lr * lam) * theta - lr * g
    assert sympy.expand(two - three) == 0
    assert sympy.expand(two - ((1 + 2 * lr * lam) * theta - lr * g)) != 0  # the slip of the sign


def test_the_two_forms_stay_together_for_500_steps():
    a = b = np.zeros(2)
    for _ in range(500):
        a = a - 0.1 * (slope(a) + 0.8 * a)
        b = (1 - 0.08) * b - 0.1 * slope(b)
    assert np.abs(a - b).max() < 1e-15
    assert a == pytest.approx([1.0, 5 / 3], abs=1e-12)


def test_with_a_plus_the_weights_explode_whatever_the_cost_does():
    path = plain(slope, [0.0, 0.0], -0.4, "decoupled", [0.02] * 1000)
    assert np.abs(path[-1]).min() > 1e6
    # (4.8): once 2 lam |theta| is above the longest quotient, the growth has no end
    beyond = np.abs(path) > 1 / (0.8 * math.sqrt(0.1))
    first = beyond.all(axis=1).argmax()
    assert (np.diff(np.abs(path[first:]), axis=0) > 0).all()
    assert np.abs(plain(slope, [0.0, 0.0], 0.4, "decoupled", [0.02] * 1000)).max() < 1.3


# --- the three steps ------------------------------------------------------------------------------

@pytest.mark.parametrize("penalty", ["seen", "unseen", "decoupled"])
def test_eqs_11_4_to_11_8_in_fractions(penalty):
    theta, g, lam, rho, lr = (Fraction(n, 8) for n in (24, 36, 2, 6, 4))
    v = Fraction(3, 1)
    both = g + 2 * lam * theta  # (11.4)
    v = rho * v + (1 - rho) * (both if penalty == "seen" else g) ** 2  # (11.5), (11.6)
    root = math.sqrt(v)
    expected = {  # (11.7), (11.8)
        "decoupled": float((1 - 2 * lr * lam) * theta) - float(lr * g) / (root + 0.5)}.get(
            penalty, float(theta) - float(lr * both) / (root + 0.5))
    step = decay.decayed.variant(penalty=penalty)
    found, new = step(3.0, 4.5, 3.0, lr=0.5, rho=0.75, eps=0.5, lam=0.25)
    assert new == float(v) and found == pytest.approx(expected, rel=1e-15)
    others = {decay.decayed.variant(penalty=p)(3.0, 4.5, 3.0, lr=0.5, rho=0.75, eps=0.5, lam=0.25)
              for p in ("seen", "unseen", "decoupled")}
    assert len(others) == 3


# --- coupled: the ridge ---------------------------------------------------------------------------

@pytest.mark.parametrize("penalty", ["seen", "unseen"])
def test_eq_11_9_coupled_walks_end_where_the_whole_gradient_is_zero(penalty):
    lams = np.array([[0.05], [0.4], [1.5]])
    ends = plain(slope, np.zeros((3, 2)), lams, penalty, falling())[-1]
    assert np.abs(slope(ends) + 2 * lams * ends).max() < 1e-5
    assert (np.abs(slope(ends) + lams * ends).max(axis=1) > 0.1).all()
    for (lam,), end in zip(lams, ends, strict=True):
        best = minimize(lambda x, lam=lam: (H * (x - TARGET) ** 2 / 2).sum() + lam * (x**2).sum(),
                        [0, 0], tol=1e-12).x
        assert end == pytest.approx(best, abs=1e-4)


@pytest.mark.parametrize("penalty", ["seen", "unseen"])
def test_eq_11_10_in_a_turned_valley(penalty):
    matrix, aim = turned()
    end = plain(lambda x: matrix @ (x - aim), [0.0, 0.0], 0.4, penalty, falling())[-1]
    # the ridge as least squares with rows for the penalty
    root = np.linalg.cholesky(matrix).T
    rows = np.vstack([root, math.sqrt(0.8) * np.eye(2)])
    best = np.linalg.lstsq(rows, np.r_[root @ aim, 0.0, 0.0], rcond=None)[0]
    assert end == pytest.approx(best, abs=1e-5)
    assert decay.ridge(matrix, aim, 0.4) == pytest.approx(best, rel=1e-12)
    assert decay.ridge(matrix, aim, 0.2) != pytest.approx(best, rel=1e-2)


def test_at_a_constant_rate_seen_jumps_by_half_of_it_and_unseen_settles():
    ridge = H * TARGET / (H + 0.8)
    far = {p: np.abs(plain(slope, [0, 0], 0.4, p, [0.02] * 1500)[-1] - ridge)
           for p in ("seen", "unseen")}
    assert far["seen"][1] == pytest.approx(0.01, rel=1e-3)  # x may round onto the ridge and stay
    assert far["unseen"].max() < 1e-10
