"""Lesson 2, (2.8) to (2.12): the valley in other units and turned, and what no diagonal can do.

The table of three methods and a turn is here too. Each claim is found another way, and a mutation.
"""

import math

import numpy as np
import pytest
import sympy

import rmsprop_lab as lab
from rmsprop_lab import descent
from tests.lessons.test_lesson02_claims import ANGLES, plain_descent, turn


def test_eq_2_8_for_any_matrix():
    """The gradient in new parameters by sympy's derivative, the step translated back."""
    x, y, u, w, eta = sympy.symbols("x y u w eta")
    A = sympy.Matrix([[2, 1], [-1, 3]])
    f = (x**2 + 3 * x * y) * sympy.exp(y)
    old = A.inv() * sympy.Matrix([u, w])
    g_new = sympy.Matrix([sympy.diff(f.subs({x: old[0], y: old[1]}, simultaneous=True), z)
                          for z in (u, w)])
    theta = sympy.Matrix([sympy.Rational(1, 2), sympy.Rational(-1, 3)])
    here = dict(zip((u, w), A * theta, strict=True))
    back = A.inv() * (A * theta - eta * g_new.subs(here))
    g = sympy.Matrix([sympy.diff(f, z) for z in (x, y)]).subs({x: theta[0], y: theta[1]})
    P = (A.T * A).inv()
    assert sympy.simplify(back - (theta - eta * P * g)) == sympy.zeros(2, 1)
    assert sympy.simplify(back - (theta - eta * (A * A.T).inv() * g)) != sympy.zeros(2, 1)


def test_eq_2_9_a_turn_turns_the_path_on_any_function():
    def grad(theta):  # of exp(x - y / 2) + x^2 y^2 + y^4, no bowl
        x, y = theta
        e = math.exp(x - y / 2)
        return np.array([e + 2 * x * y * y, -e / 2 + 2 * x * x * y + 4 * y**3])
    Q = turn(37)
    for A, same in ((Q, True), (np.diag([1.0, -1.0]), True), (np.diag([1.0, 1.1]), False)):
        theta, new = np.array([1.0, 0.5]), A @ np.array([1.0, 0.5])
        for _ in range(30):
            theta = theta - 0.05 * grad(theta)
            new = new - 0.05 * np.linalg.inv(A).T @ grad(np.linalg.inv(A) @ new)
        assert np.allclose(new, A @ theta, rtol=1e-10) == same


@pytest.mark.parametrize("angle", ANGLES)
def test_the_loss_of_descent_at_every_angle(angle):
    H = turn(angle) @ np.diag([0.2, 4.0]) @ turn(angle).T
    theta = plain_descent(H, turn(angle) @ [-5, -2], 0.4, 200)[-1]
    assert theta @ H @ theta / 2 == pytest.approx(8.186e-15, rel=1e-3)
    assert lab.problems.bench(angle).H == pytest.approx(H, abs=1e-14)


def test_every_bowl_has_an_angle_without_a_mixed_term():
    a, b, d, phi = sympy.symbols("a b d phi", real=True)
    Q = sympy.Matrix([[sympy.cos(phi), -sympy.sin(phi)], [sympy.sin(phi), sympy.cos(phi)]])
    turned = Q * sympy.Matrix([[a, b], [b, d]]) * Q.T
    mixed = turned[0, 1]
    assert sympy.simplify(turned.trace() - (a + d)) == 0
    assert sympy.simplify(turned.det() - (a * d - b * b)) == 0
    assert mixed.subs(phi, 0) == b and sympy.simplify(mixed.subs(phi, sympy.pi / 2) + b) == 0


def test_eq_2_10_makes_the_bench_round_and_a_millimetre_does_not():
    P = np.diag(descent.best_diagonal(np.diag([0.2, 4.0])))
    assert plain_descent(np.diag([0.2, 4.0]), [-5, -2], 1.0, 1, P)[-1] == pytest.approx([0, 0])
    assert (0.2 / 10**2, 4.0) == pytest.approx((4.0 / 2000, 4.0))  # x' = 10 x: kappa 2000


def test_one_number_for_all_coordinates_leaves_kappa_alone():
    H = lab.problems.bench(15).H
    for p in (0.1, 7.0):
        assert np.linalg.cond(p * H) == pytest.approx(20, rel=1e-10)


def test_eq_2_11_in_symbols():
    a, d, b, p, r, u, v, kappa = sympy.symbols("a d b p r u v kappa", positive=True)
    root = sympy.diag(sympy.sqrt(p), sympy.sqrt(r))
    new = root * sympy.Matrix([[a, b], [b, d]]) * root  # the second derivatives in new units
    assert sympy.simplify(new.trace() - (p * a + r * d)) == 0
    assert sympy.simplify(new.det() - p * r * (a * d - b * b)) == 0
    assert sympy.expand((u + v) ** 2 - 4 * u * v - (u - v) ** 2) == 0  # equal only for u = v
    assert sympy.simplify((kappa * u + u) ** 2 / (kappa * u * u) - (kappa + 1) ** 2 / kappa) == 0
    assert sympy.simplify(sympy.diff((kappa + 1) ** 2 / kappa, kappa)
                          - (kappa**2 - 1) / kappa**2) == 0  # so it grows with kappa >= 1


def test_eq_2_12_solves_2_11():
    c, kappa = sympy.symbols("c kappa", positive=True)
    equation = (kappa + 1) ** 2 / kappa - 4 / (1 - c**2)
    assert sympy.simplify(equation.subs(kappa, (1 + c) / (1 - c))) == 0
    assert sympy.simplify(equation.subs(kappa, 1 / (1 - c))) != 0


@pytest.mark.parametrize("angle", ANGLES)
def test_eq_2_12_by_trying_many_diagonals(angle):
    H = turn(angle) @ np.diag([0.2, 4.0]) @ turn(angle).T
    ratio = np.logspace(-4, 4, 40_001)
    trace, product = ratio * H[0, 0] + H[1, 1], ratio * np.linalg.det(H)
    big = (trace + np.sqrt(trace**2 - 4 * product)) / 2
    tried = (big * big / product).min()
    assert descent.diagonal_condition(lab.problems.bench(angle).H) == pytest.approx(tried, rel=1e-3)
    assert (tried < 19.9) == (angle != 45)


def test_dividing_by_sizes_and_turning_do_not_commute():
    """The example of the text, and the case of gradient descent, which divides by nothing."""
    Q, g = turn(45), np.array([1.0, 7.0])
    assert Q @ np.sign(g) == pytest.approx([0, math.sqrt(2)], abs=1e-15)
    assert Q @ g == pytest.approx(np.array([-6, 8]) / math.sqrt(2))
    assert np.sign(Q @ g).tolist() == [-1, 1]


def adagrad_loss(angle, eta=2.0, steps=200):
    H = turn(angle) @ np.diag([0.2, 4.0]) @ turn(angle).T
    theta, s = turn(angle) @ [-5.0, -2.0], np.zeros(2)
    for _ in range(steps):
        g = H @ theta
        s += g * g
        theta = theta - eta * g / np.sqrt(s)
    return theta @ H @ theta / 2


def adam_loss(angle, eta=0.1, steps=200):
    H = turn(angle) @ np.diag([0.2, 4.0]) @ turn(angle).T
    theta, m, v = turn(angle) @ [-5.0, -2.0], np.zeros(2), np.zeros(2)
    for t in range(1, steps + 1):
        g = H @ theta
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return theta @ H @ theta / 2


@pytest.mark.parametrize("angle", [15, 30, 45])
def test_the_table_of_turned_losses_by_plain_numpy(angle):
    problem = lab.problems.bench(angle)
    assert lab.run(lab.AdaGrad(lr=2.0), problem, 200).loss[-1] == pytest.approx(
        adagrad_loss(angle), rel=1e-6)
    assert lab.run(lab.Adam(lr=0.1), problem, 200).loss[-1] == pytest.approx(
        adam_loss(angle), rel=1e-6)


def test_the_spans_of_the_table():
    for opt, least, most in ((lab.AdaGrad(lr=2.0), 50, 200), (lab.Adam(lr=0.1), 5.5, 6),
                             (lab.SGD(lr=0.4), 0, 1e-3)):
        losses = [lab.run(opt, lab.problems.bench(angle), 200).loss[-1] for angle in ANGLES]
        assert least <= math.log10(max(losses) / min(losses)) < most


@pytest.mark.parametrize(("angle", "floor"), [(0, 5.25e-3), (15, 7.625e-3), (45, 0.01)])
def test_the_level_of_rmsprop_depends_on_the_angle(angle, floor):
    path = lab.run(lab.RMSprop(lr=0.1, rho=0.9), lab.problems.bench(angle), 1000)
    assert path.loss[-1] == pytest.approx(floor, rel=1e-4)
