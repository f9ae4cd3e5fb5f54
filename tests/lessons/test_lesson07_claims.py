"""Lesson 7, (7.3) to (7.18): the heavy ball on one curvature and on two, and Nesterov's.

Each displayed equation that claims something is checked without the lab's own code; so is the bend
of "Where it breaks", which keeps the ball in three places. RMSprop with momentum, AdaDelta and the
chain have files of their own: `test_lesson07_rmsprop_claims.py`, `test_lesson07_adadelta_claims.py`
and `test_lesson07_chain_claims.py`.
"""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy

from rmsprop_lab import momentum
from tests.lessons.lesson07_symbols import characteristic, mu, x, z, zero

HEAVY = z**2 - (1 + mu - x) * z + mu
AHEAD = z**2 - (1 + mu) * (1 - x) * z + mu * (1 - x)


def walk(lam, eta, momentum_, steps, ahead=False, number=Fraction):
    """Places of a heavy ball, or of Nesterov's, on lam theta^2 / 2 from 1, in exact fractions."""
    lam, eta, momentum_ = number(lam), number(eta), number(momentum_)
    theta, b, places = number(1), number(0), [number(1)]
    for _ in range(steps):
        g = lam * theta
        b = momentum_ * b + g
        theta -= eta * (momentum_ * b + g if ahead else b)
        places.append(theta)
    return places


def test_eq_7_3_the_buffer_under_a_constant_gradient():
    b, m = Fraction(0), Fraction(9, 10)
    for step in range(1, 60):
        b = m * b + 7
        assert b == 7 * (1 - m**step) / (1 - m)
        assert b != 7 * (1 - m ** (step + 1)) / (1 - m)
    assert float(b) == pytest.approx(70, rel=0.003)


def test_eq_7_4_the_recursion():
    lam, eta, m = Fraction(4), Fraction(1, 5), Fraction(9, 10)
    p = walk(lam, eta, m, 20)
    for k in range(2, 20):
        assert p[k] == (1 + m - eta * lam) * p[k - 1] - m * p[k - 2]
    ahead = walk(lam, eta, m, 20, ahead=True)
    assert ahead[5] != (1 + m - eta * lam) * ahead[4] - m * ahead[3]


def test_eqs_7_5_and_7_6_the_matrix_and_its_polynomial():
    matrix = sympy.Matrix([[1 + mu - x, -mu], [1, 0]])
    assert zero(characteristic(matrix) - HEAVY)
    flipped = sympy.Matrix([[1 + mu - x, mu], [1, 0]])
    assert not zero(characteristic(flipped) - HEAVY)


def test_eq_7_7_the_window_and_its_rate():
    s = sympy.symbols("s", positive=True)
    disc = sympy.discriminant(HEAVY, z).subs(mu, s**2)
    assert zero(disc - (x - (1 - s) ** 2) * (x - (1 + s) ** 2))
    for m in (0.1, 0.4, 0.9):
        assert momentum.window(m) == pytest.approx(
            sorted(np.roots([1, -2 * (1 + m), (1 - m) ** 2])), rel=1e-9)
        for e, inside in ((1.001, True), (0.999, False)):
            at = e * (1 - math.sqrt(m)) ** 2
            rate = abs(np.roots([1, -(1 + m - at), m])).max()
            assert (abs(rate - math.sqrt(m)) < 1e-9) == inside


@pytest.mark.parametrize("m", [0.0, 0.3, 0.9])
def test_eq_7_8_where_it_is_stable(m):
    for at, stable in ((1e-6, True), (2 * (1 + m) - 1e-6, True), (2 * (1 + m) + 1e-6, False),
                       (-1e-6, False)):
        assert (abs(np.roots([1, -(1 + m - at), m])).max() < 1) == stable
    assert zero(HEAVY.subs(z, 1) - x) and zero(HEAVY.subs(z, -1) - (2 * (1 + mu) - x))


def test_eq_7_9_the_oscillator_is_the_recursion():
    lam, eta, m = Fraction(4), Fraction(1, 5), Fraction(9, 10)
    p = walk(lam, eta, m, 20)
    for k in range(2, 20):
        left = p[k] - 2 * p[k - 1] + p[k - 2]
        assert left == -(1 - m) * (p[k - 1] - p[k - 2]) - eta * lam * p[k - 1]
        assert left != -(1 + m) * (p[k - 1] - p[k - 2]) - eta * lam * p[k - 1]


def test_eq_7_10_critical_damping():
    w = sympy.symbols("w")  # the other root; z w = mu, z + w = 1 + mu - x
    slope = -sympy.diff(HEAVY, mu) / sympy.diff(HEAVY, z)
    assert zero((slope + (1 - z) / (z - w)).subs({x: 1 + mu - z - w}))
    def rate(at, m):
        return abs(np.roots([1, -(1 + m - at), m])).max()
    for at in (0.01, 0.04, 0.5, 0.99, 1.0, 1.7, 3.0, 3.9):
        best = (1 - math.sqrt(at)) ** 2
        assert momentum.critical(at) == pytest.approx(best, abs=1e-15)
        assert rate(at, best) == pytest.approx(abs(1 - math.sqrt(at)), abs=1e-7)
        grid = np.linspace(0, 0.999, 200)
        rates = np.array([rate(at, m) for m in grid])
        assert rates.min() >= abs(1 - math.sqrt(at)) - 1e-7  # numpy's double roots
        below = np.diff(rates[grid < best])
        assert (below < 0).all() and (np.diff(rates[grid > best]) > 0).all()
        assert at == 1.0 or rate(at, (1 - at) ** 2) > abs(1 - math.sqrt(at)) + 1e-3
    root = Fraction(4, 5)  # the critical walk on the bench's flat coordinate is (7.14)
    for k, place in enumerate(walk(1, Fraction(1, 25), root**2, 20)):
        assert place == (1 + (1 - root) * k) * root**k


def test_eqs_7_11_and_7_12_the_pair_in_symbols():
    low, kappa = sympy.symbols("low kappa", positive=True)
    r = (sympy.sqrt(kappa) - 1) / (sympy.sqrt(kappa) + 1)
    assert zero((1 + r) ** 2 / (1 - r) ** 2 - kappa)
    eta = 4 / (sympy.sqrt(low) + sympy.sqrt(kappa * low)) ** 2
    assert zero(eta * low - (1 - r) ** 2) and zero(eta * kappa * low - (1 + r) ** 2)
    assert zero(sympy.discriminant(HEAVY, z).subs({mu: r**2, x: eta * low}))


def test_eq_7_13_the_bound_in_symbols_and_on_a_grid():
    q = sympy.symbols("q", positive=True)
    assert zero(HEAVY.subs(z, q) - (x * q - (1 - q) * (q - mu)))
    assert zero(HEAVY.subs(z, -q) - ((1 + q) * (q + mu) - x * q))
    grow = sympy.diff((q + mu) / (q - mu), mu)
    assert zero(grow - 2 * q / (q - mu) ** 2)
    at_most = ((1 + q) * (q + mu) / ((1 - q) * (q - mu))).subs(mu, q**2)
    assert zero(at_most - ((1 + q) / (1 - q)) ** 2)
    # no pair on a fine grid, negative momenta included, beats the best on the bench
    eta, m = np.meshgrid(np.linspace(0.005, 1.2, 240), np.linspace(-0.98, 0.98, 197))
    rates = []
    for lam in (0.2, 4.0):
        p = (1 + m - eta * lam).astype(complex)
        root = np.sqrt(p * p - 4 * m)
        rates.append(np.maximum(abs(p + root), abs(p - root)) / 2)
    best = np.maximum(*rates).min()
    r = (math.sqrt(20) - 1) / (math.sqrt(20) + 1)
    assert r <= best < r + 0.03


def test_eq_7_13_at_no_momentum_is_gradient_descent():
    q = sympy.symbols("q", positive=True)
    kappa = ((1 + q) * (q + mu) / ((1 - q) * (q - mu))).subs(mu, 0)
    assert zero(sympy.solve(sympy.Eq(kappa, 20), q)[0] - sympy.Rational(19, 21))


@pytest.mark.parametrize("root", [Fraction(1, 2), Fraction(-1, 2), Fraction(2, 3)])
def test_eq_7_14_the_double_root(root):
    lam, m = (1 - root) ** 2, root**2  # with eta = 1 the edge of the window
    for k, place in enumerate(walk(lam, 1, m, 30)):
        assert place == (1 + (1 - root) * k) * root**k == momentum.double_root(root, k)
        assert k == 0 or place != root**k


def test_eqs_7_15_to_7_17_the_place_looked_at():
    lam, eta, m = Fraction(4), Fraction(1, 5), Fraction(9, 10)
    phi, b = Fraction(1), Fraction(0)
    for theta in walk(lam, eta, m, 25, ahead=True)[1:]:
        b = m * b + lam * (phi - eta * m * b)  # (7.15)
        phi -= eta * b  # (7.16)
        assert theta == phi - eta * m * b  # what (7.17) stores
        assert theta != phi


def test_nesterov_is_one_step_early_on_a_slope():
    m, b = Fraction(9, 10), [Fraction(0)]
    for _ in range(10):
        b.append(m * b[-1] + 1)
    assert all(m * b[k] + 1 == b[k + 1] for k in range(1, 10))


def test_eq_7_18_the_polynomial_of_nesterov():
    eta, lam = sympy.symbols("eta lam", positive=True)
    matrix = sympy.Matrix([[1 - eta * (1 + mu) * lam, -eta * mu**2], [lam, mu]])
    assert zero(characteristic(matrix) - AHEAD.subs(x, eta * lam))
    assert not zero(characteristic(matrix) - HEAVY.subs(x, eta * lam))
    places = walk(4, Fraction(1, 5), Fraction(9, 10), 20, ahead=True)
    p, q = Fraction(19, 10) * Fraction(1, 5), Fraction(9, 10) * Fraction(1, 5)
    assert all(places[k] == p * places[k - 1] - q * places[k - 2] for k in range(2, 20))


def test_the_bend_keeps_the_ball_in_three_places():
    def slope(x):
        return 25 * x if x < 1 else x + 24 if x < 2 else 25 * x - 24
    cycle = [Fraction(n, 1225) for n in (792, -2208, 2592)]
    for k in range(3):
        before, now, after = (cycle[(k + j) % 3] for j in range(3))
        assert after == now - Fraction(1, 9) * slope(now) + Fraction(4, 9) * (now - before)
    x, b = 3.3, 0.0
    for _ in range(300):
        b = 4 / 9 * b + slope(x)
        x -= b / 9
    assert min(abs(x - float(c)) for c in cycle) < 1e-9
    assert momentum.best(1.0, 25.0) == pytest.approx((1 / 9, 4 / 9, 2 / 3), rel=1e-15)
