"""Lesson 13, (13.12) to (13.19): a divisor and an average move the edge, two ways to stay there,
and a divisor that is alive; checked without the lab's own code."""

import math
from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from tests.lessons.lesson13_draws import RNG, symmetric


def test_eqs_13_12_and_13_13_a_frozen_divisor_is_a_change_of_units():
    h, D, eta, b1 = symmetric(5), RNG.uniform(0.1, 4, 5), 0.05, 0.6
    root = np.sqrt(D)

    def walk(matrix, theta, divisor):
        m, rows = 0 * theta, []
        for _ in range(20):
            m = b1 * m + (1 - b1) * (matrix @ theta)
            theta = theta - eta * m / divisor  # (13.12)
            rows.append(theta)
        return np.array(rows)
    start = RNG.standard_normal(5)
    old = walk(h, start, D)
    new = walk(h / root / root[:, None], root * start, np.ones(5))
    assert root * old == pytest.approx(new, rel=1e-9)
    wrong = walk(h / D / D[:, None], root * start, np.ones(5))
    assert root * old != pytest.approx(wrong, rel=1e-2)


def test_eq_13_14_the_same_eigenvalues():
    h, D = symmetric(7), RNG.uniform(0.1, 4, 7)
    one = np.sort(np.linalg.eigvals(h / D[:, None]).real)
    root = np.sqrt(D)
    assert one == pytest.approx(np.linalg.eigvalsh(h / root / root[:, None]), rel=1e-9)
    assert one != pytest.approx(np.linalg.eigvalsh(h / D / D[:, None]), rel=1e-2)


def grows(x, b1, steps=600):
    """Whether a slope along one curvature grows under (13.12), from a start with m = 0."""
    s, m = 1.0, 0.0
    late = []
    for t in range(steps):
        m = b1 * m + (1 - b1) * s
        s = s - x * m
        late.append(abs(s) if t > steps - 60 else 0.0)
    return max(late) > 1


@pytest.mark.parametrize(("b1", "edge"), [(0.0, 2), (0.5, 6), (0.9, 38)])
def test_eqs_13_15_and_13_17_where_slopes_begin_to_grow(b1, edge):
    assert (2 + 2 * F(str(b1))) / (1 - F(str(b1))) == edge
    assert not grows(0.98 * edge, b1) and grows(1.02 * edge, b1)
    assert not grows(0.3 * edge, b1)
    heavy_ball = 2 + 2 * b1  # a sum instead of an average: another edge
    if b1:
        assert not grows(1.02 * heavy_ball, b1)


def test_eq_13_16_the_recursion_and_its_polynomial():
    s, before, x, b1, z = sympy.symbols("s before x beta z")
    n_before = (before - s) / x  # from s = before - x n_before
    after = s - x * (b1 * n_before + (1 - b1) * s)
    claimed = (1 + b1 - (1 - b1) * x) * s - b1 * before
    assert sympy.simplify(after - claimed) == 0
    companion = sympy.Matrix([[1 + b1 - (1 - b1) * x, -b1], [1, 0]])
    chi = companion.charpoly(z).as_expr()
    assert sympy.expand(chi - (z**2 - (1 + b1 - (1 - b1) * x) * z + b1)) == 0
    assert sympy.expand(chi.subs(z, 1) - (1 - b1) * x) == 0
    assert sympy.expand(chi.subs(z, -1) - (2 + 2 * b1 - (1 - b1) * x)) == 0
    assert sympy.solve(chi.subs(z, -1), x)[0].equals((2 + 2 * b1) / (1 - b1))
    assert sympy.simplify(after - ((1 + b1 - x) * s - b1 * before)) != 0  # the heavy ball's


@pytest.mark.parametrize("b1", [F(0), F(1, 4), F(9, 10)])
def test_the_roots_lie_where_the_three_cases_say(b1):
    edge = (2 + 2 * b1) / (1 - b1)
    for share in (F(1, 100), F(1, 2), F(99, 100), F(101, 100), F(3)):
        middle = 1 + b1 - (1 - b1) * edge * share
        roots = np.roots([1.0, -float(middle), float(b1)])
        assert (np.abs(roots).max() < 1) == (share < 1)
        if share > 1:
            assert np.isreal(roots).all() and roots.min() < -1 < roots.max() < 1


def test_an_alternating_slope_is_averaged_to_one_nineteenth():
    b1 = F(9, 10)
    m = (1 - b1) / (1 + b1)  # m' = b1 m + (1 - b1) s with s' = -s and m' = -m
    assert b1 * (-m) + (1 - b1) * 1 == m == F(1, 19) and 2 / m == 38


@pytest.mark.parametrize("H", [[[F(1, 5), F(0)], [F(0), F(4)]], [[F(3), F(2)], [F(2), F(5)]],
                               [[F(2), F(-1)], [F(-1), F(7)]]])
def test_eq_13_18_the_jump_is_an_eigenvector_at_the_edge(H):
    eta, found = F(1, 10), 0
    for s in ((1, 1), (1, -1)):
        slopes = [eta / 2 * sum(h * sj for h, sj in zip(row, s, strict=True)) for row in H]
        if all(si * g > 0 for si, g in zip(s, slopes, strict=True)):
            found += 1
            D = [abs(g) for g in slopes]  # the root of v, since v is g^2 on the cycle
            times = [sum(h * sj for h, sj in zip(row, s, strict=True)) / d
                     for row, d in zip(H, D, strict=True)]
            assert times == [2 / eta * si for si in s]
            assert times != [1 / eta * si for si in s]
            jump = [eta / 2 * si - eta * g / d for si, g, d in zip(s, slopes, D, strict=True)]
            assert jump == [-eta / 2 * si for si in s]  # and it is RMSprop's step
    assert found


def low_corner(rho, h, steps=400, live=True):
    """RMSprop near the corner (1, 1), and rate x sharpness there; eta is 0.1."""
    theta = np.array([0.05, 0.0501])
    v = (h @ np.array([0.05, 0.05])) ** 2
    x = 0.1 * np.linalg.eigvals(h / np.sqrt(v)[:, None]).real.max()
    for _ in range(steps):
        g = h @ theta
        v = rho * v + (1 - rho) * g * g if live else v
        theta = theta - 0.1 * g / np.sqrt(v)
    return x, bool(np.abs(np.abs(theta) - 0.05).max() < 1e-3 and theta[0] * theta[1] > 0)


def test_eq_13_19_a_live_divisor_has_another_edge():
    angle = math.radians(0.5)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    h = turn @ np.diag([0.2, 4.0]) @ turn.T
    if h[0, 1] > 0:  # the low corner is (1, 1) when the entry beside the diagonal is negative
        h[0, 1] = h[1, 0] = -h[0, 1]
    for rho in (0.3, 0.5, 0.6, 0.68, 0.74, 0.9):
        x, stays = low_corner(rho, h)
        assert 2.41 < x < 2.42
        assert stays == (x < (1 + rho) / rho), rho
    assert not low_corner(0.5, h, steps=40, live=False)[1]


def test_what_the_lesson_says_of_the_bound_at_its_rho():
    assert 2 < (1 + F(99, 100)) / F(99, 100) < F(202, 100)
