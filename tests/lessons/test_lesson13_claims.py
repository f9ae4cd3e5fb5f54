"""Lesson 13, (13.1) to (13.3): a law away from the minimum, and why it does not fly apart.

Each displayed equation that claims something is checked without the lab's own code. The network
and the methods that divide or average have files of their own: `test_lesson13_network_claims.py`,
`test_lesson13_divisor_claims.py`.
"""

import math
from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from tests.lessons.lesson13_draws import RNG, symmetric


def test_eq_13_1_the_slope_along_an_eigenvector():
    """On a quadratic with a linear term, so that no minimum need be near, or exist."""
    h, b, theta, eta = symmetric(6), RNG.standard_normal(6), RNG.standard_normal(6), 0.37
    lams, vectors = np.linalg.eigh(h)
    g = h @ theta + b
    after = h @ (theta - eta * g) + b
    assert vectors.T @ after == pytest.approx((1 - eta * lams) * (vectors.T @ g), abs=1e-12)
    assert vectors.T @ after != pytest.approx((1 + eta * lams) * (vectors.T @ g), abs=1e-2)
    assert lams.min() < 0  # and that slope keeps its sign and grows
    assert (vectors.T @ after)[0] / (vectors.T @ g)[0] > 1


def test_eq_13_2_the_mean_of_the_logarithms():
    lams = RNG.uniform(-1, 5, 200)
    s = [1.5]
    for lam in lams:
        s.append((1 - lam) * s[-1])
    mean = np.mean(np.log(np.abs(1 - lams)))
    assert mean == pytest.approx(math.log(abs(s[-1] / s[0])) / 200, rel=1e-12)
    assert mean != pytest.approx(math.log(abs(s[-1])) / 200, rel=1e-6)
    # a step counts as positive where the curvature is above the edge or negative
    x = np.array([-0.1, 0.1, 1.9, 2.1])
    assert (np.log(np.abs(1 - x)) > 0).tolist() == [True, False, False, True]


def test_eq_13_3_is_descent_on_the_toy_and_pushes_back():
    x, y, c, top, eta = sympy.symbols("x y c top eta", positive=True)
    f = y * x**2 / 2 + c * (y - top) ** 2 / 2
    assert sympy.expand(x - eta * f.diff(x) - (1 - eta * y) * x) == 0
    step = y - eta * f.diff(y)
    assert sympy.expand(step - (y + eta * c * (top - y) - eta * x**2 / 2)) == 0
    # falls exactly where the push is larger than the pull
    assert sympy.expand(step - y - eta * (c * (top - y) - x**2 / 2)) == 0
    assert sympy.expand(step - (y + eta * c * (top - y) - eta * x**2)) != 0
    # the minimum has the curvatures top and c: too sharp where eta top > 2
    hessian = sympy.hessian(f, (x, y)).subs({x: 0, y: top})
    assert hessian == sympy.diag(top, c)


def test_the_toys_jump_at_the_edge_attracts_up_to_five_halves():
    """Errors of z = |x| and y are multiplied by a matrix, whose roots tell."""
    z, y, c, top, eta = sympy.symbols("z y c top eta", positive=True)
    step = sympy.Matrix([(eta * y - 1) * z, y + eta * c * (top - y) - eta * z**2 / 2])
    rest = {y: 2 / eta, z: sympy.sqrt(2 * c * (top - 2 / eta))}
    assert sympy.simplify(step.subs(rest) - sympy.Matrix([z, y]).subs(rest)) == sympy.zeros(2, 1)
    jacobian = step.jacobian([z, y]).subs(rest)
    det = sympy.simplify(jacobian.det())
    assert sympy.expand(det - (1 - eta * c * (5 - 2 * eta * top))) == 0
    at = {eta: F(1, 10), c: F(1, 5)}
    for t, settles in ((21, True), (F(249, 10), True), (F(251, 10), False), (26, False)):
        roots = np.linalg.eigvals(np.array(jacobian.subs(at | {top: t}).tolist(), dtype=complex))
        assert (np.abs(roots).max() < 1) == settles
    # a pull that does not weaken, -p y in the place of the parabola, holds nothing: det > 1
    p = sympy.Symbol("p", positive=True)
    steady = sympy.Matrix([(eta * y - 1) * z, y + eta * p - eta * z**2 / 2])
    rest = {y: 2 / eta, z: sympy.sqrt(2 * p)}
    assert sympy.simplify(steady.jacobian([z, y]).subs(rest).det()) == 1 + 2 * eta**2 * p


def toy(pull, push, steps=50_000, top=22.0, y=18.0):
    """eta y over the last tenth of a walk on the toy: lowest and highest; eta is 0.1."""
    x, seen = 0.1, []
    for _ in range(steps):
        seen.append(0.1 * y)
        x, y = x - 0.1 * y * x, y + 0.1 * pull * (top - y) - 0.1 * push * x * x / 2
        if abs(x) > 1e6:
            return math.inf, math.inf
    return min(seen[-steps // 10:]), max(seen[-steps // 10:])


def test_the_toy_needs_both_of_its_terms_and_then_stays_for_good():
    assert toy(0.2, 1.0) == pytest.approx((2.0, 2.0), abs=1e-6)
    assert toy(0.2, 0.0) == (math.inf, math.inf)  # no push: flies apart
    assert toy(0.0, 1.0)[1] <= 1.8  # no pull: the curvature only falls
    low, high = toy(0.2, 1.0, top=26.0)  # beyond five halves the swings do not die out
    assert low < 1.5 and 2.3 < high <= 2.6
