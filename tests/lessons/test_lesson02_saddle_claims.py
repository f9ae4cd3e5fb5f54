"""Lesson 2, (2.14) to (2.17): the saddle and Newton's step, checked without the lab's code."""

import math

import numpy as np
import pytest
import sympy

import rmsprop_lab as lab
from rmsprop_lab import descent

Y = sympy.symbols("y", real=True)
F = -Y**2 / 2 + Y**4 / 4  # the lesson's function along y
SLOPE, CURVATURE = sympy.diff(F, Y), sympy.diff(F, Y, 2)
NEWTON = sympy.simplify(Y - SLOPE / CURVATURE)


def left(y, eta, reach, curved=True):
    """Steps of plain gradient descent along y until |y| has come to `reach`."""
    t = 0
    while abs(y) < reach:
        y, t = y - eta * ((y**3 if curved else 0.0) - y), t + 1
    return t


def test_the_three_places_and_their_curvatures():
    assert sorted(sympy.solve(SLOPE, Y)) == [-1, 0, 1]
    assert [CURVATURE.subs(Y, y) for y in (-1, 0, 1)] == [2, -1, 2]
    assert F.subs(Y, 1) == sympy.Rational(-1, 4)


@pytest.mark.parametrize("eta", [0.05, 0.2])
@pytest.mark.parametrize("delta", [1e-2, 1e-4, 1e-8])
def test_eq_2_14_counts_the_steps_on_a_parabola_and_bounds_them_here(eta, delta):
    law = math.log(0.1 / delta) / math.log(1 + eta)
    assert left(delta, eta, 0.1, curved=False) == math.ceil(law - 1e-9)
    assert 0 <= left(delta, eta, 0.1) - law < 2  # the fourth power makes it a little longer
    assert law >= math.log(0.1 / delta) / eta
    assert descent.steps_to_leave(-1.0, delta, 0.1, lr=eta) == pytest.approx(law, rel=1e-12)
    assert left(delta, eta, 0.1) > 1.02 * math.log(0.1 / delta) / eta  # the bound is no law


def test_from_the_ridge_nothing_leaves():
    y, v = 0.0, 0.0
    for _ in range(1000):
        y -= 0.2 * (y**3 - y)
    assert y == 0.0
    path = lab.run(lab.AdaGrad(lr=0.2), lab.problems.Saddle(), 50, theta0=[-0.7, v])
    assert path.theta[-1, 1] == 0.0


@pytest.mark.parametrize(("start", "ends"), [(0.5, 0.946), (-0.5, -1.047), (1.5, 0.946)])
def test_on_a_tilted_saddle_descent_ends_on_its_own_side(start, ends):
    y = start
    for _ in range(500):
        y -= 0.2 * (y**3 - y + 0.1)
    assert y == pytest.approx(ends, abs=1e-3)
    height = {s: s**4 / 4 - s**2 / 2 + 0.1 * s for s in (0.946, -1.047)}
    assert height[0.946] > height[-1.047]  # and one of them is higher


def test_adagrad_has_no_plateau():
    """By plain NumPy: below half the drop to the minimum long before the descents leave."""
    theta, s = np.array([-0.7, 1e-8]), np.zeros(2)
    for _ in range(12):
        g = np.array([theta[0], theta[1] ** 3 - theta[1]])
        s += g * g
        theta = theta - 0.2 * g / np.sqrt(s)
    assert theta[1] > 0.9 and left(1e-8, 0.2, 0.9) > 90


def test_turned_by_45_degrees_adagrad_has_its_plateau_again():
    """The steps of plain AdaGrad until y is 0.1, for starts nearer and nearer to the ridge."""
    def steps(degrees, delta):
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        Q = np.array([[c, -s], [s, c]])
        theta, total, t = Q @ [-0.7, delta], np.zeros(2), 0
        while (y := (Q.T @ theta)[1]) < 0.1:
            g = Q @ [(Q.T @ theta)[0], y**3 - y]
            total += g * g
            theta, t = theta - 0.2 * g / np.sqrt(total), t + 1
        return t
    assert [steps(0, delta) for delta in (1e-2, 1e-4, 1e-8)] == [1, 1, 1]
    near, nearer, nearest = (steps(45, delta) for delta in (1e-2, 1e-4, 1e-8))
    assert near + 10 < nearer < nearest - 20


def test_eq_2_15_lands_in_one_step_on_any_quadratic_and_notices_no_description():
    rng = np.random.default_rng(15)
    for _ in range(5):
        b = rng.standard_normal((3, 3))
        H, centre, theta = b + b.T, rng.standard_normal(3), rng.standard_normal(3)
        g = H @ (theta - centre)
        assert theta - np.linalg.solve(H, g) == pytest.approx(centre)
        A = rng.standard_normal((3, 3))
        back = np.linalg.inv(A)
        new = A @ theta - np.linalg.solve(back.T @ H @ back, back.T @ g)
        assert new == pytest.approx(A @ (theta - np.linalg.solve(H, g)))
        assert A @ theta - 0.1 * back.T @ g != pytest.approx(A @ (theta - 0.1 * g))  # descent does


def test_eq_2_16_both_forms():
    assert sympy.simplify(NEWTON - 2 * Y**3 / (3 * Y**2 - 1)) == 0
    assert sympy.simplify(NEWTON - 1 - (2 * Y + 1) / (3 * Y**2 - 1) * (Y - 1) ** 2) == 0
    assert sympy.simplify(NEWTON - 1 - (2 * Y - 1) / (3 * Y**2 - 1) * (Y - 1) ** 2) != 0
    edge = 1 / sympy.sqrt(5)
    assert sympy.simplify(NEWTON.subs(Y, edge) + edge) == 0  # from there to the other side


@pytest.mark.parametrize(("start", "to_the_saddle"), [(0.01, True), (0.44, True), (0.45, False),
                                                      (0.6, False), (2.0, False)])
def test_eq_2_16_says_from_where_newton_goes_to_the_saddle(start, to_the_saddle):
    y = start
    for _ in range(60):
        y = y - (y**3 - y) / (3 * y * y - 1)
    assert (abs(y) < 1e-12) == to_the_saddle
    assert abs(y) < 1e-12 or abs(y) == pytest.approx(1, abs=1e-12)


def test_eq_2_17_arrives_along_one_axis_and_doubles_along_the_other():
    lam, theta = np.array([3.0, -0.01]), np.array([5.0, 1e-6])
    assert theta - lam * theta / np.abs(lam) == pytest.approx([0.0, 2e-6])
    assert theta - lam * theta / lam == pytest.approx([0.0, 0.0])  # without the sizes: the saddle
    y = 0.1
    walked = [y := y - (y**3 - y) / abs(3 * y * y - 1) for _ in range(7)]
    assert walked[0] == pytest.approx(0.202, abs=1e-3) and walked[-1] == pytest.approx(1.0)


def test_elimination_takes_a_third_of_the_cube():
    d = 1000
    assert sum(k * k for k in range(1, d + 1)) / d**3 == pytest.approx(1 / 3, rel=2e-3)
