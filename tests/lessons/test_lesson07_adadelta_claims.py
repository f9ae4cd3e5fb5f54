"""Lesson 7, AdaDelta: its units, (7.31), its pace, (7.36) to (7.38), and how it behaves near a
minimum, (7.43) and (7.44); checked without the lab's own code."""

import math
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
import pytest
import sympy

import rmsprop_lab as lab
from tests.lessons.lesson07_symbols import rho, zero


def adadelta(gradient, theta, steps, eps, decay=0.95, lr=1.0):
    """Zeiler's algorithm, on floats; thetas, the start included."""
    v = a = 0.0
    seen = [theta]
    for _ in range(steps):
        g = gradient(theta)
        v = decay * v + (1 - decay) * g * g
        d = math.sqrt(a + eps) / math.sqrt(v + eps) * g
        a = decay * a + (1 - decay) * d * d
        theta -= lr * d
        seen.append(theta)
    return np.array(seen)


def test_eq_7_31_newtons_step_has_the_unit_of_theta():
    x, c = sympy.symbols("x c", positive=True)
    f = (x - 3) ** 4 + x**2
    newton = -sympy.diff(f, x) / sympy.diff(f, x, 2)
    # In other units theta is c x: the step must be c times as long.
    g = f.subs(x, x / c)
    other = (-sympy.diff(g, x) / sympy.diff(g, x, 2)).subs(x, c * x)
    assert sympy.simplify(other - c * newton) == 0
    descent = -sympy.diff(g, x).subs(x, c * x)
    assert sympy.simplify(descent + c * sympy.diff(f, x)) != 0  # a bare slope does not


@pytest.mark.parametrize("g", [100.0, 1.0, 1e-3, 1e-5])
def test_eq_7_36_the_first_step(g):
    getcontext().prec = 40
    eps, decay, slope = Decimal("1e-6"), Decimal("0.95"), Decimal(repr(g))
    v = (1 - decay) * slope * slope
    exact = eps.sqrt() / (v + eps).sqrt() * slope
    claimed = (eps / (1 - decay)).sqrt() / (1 + eps / ((1 - decay) * slope * slope)).sqrt()
    assert abs(exact - claimed) < Decimal("1e-30")
    assert lab.adadelta.first_step(g, rho=0.95, eps=1e-6) == pytest.approx(float(exact), rel=1e-13)
    assert (float(exact) == pytest.approx(4.472e-3, rel=1e-3)) is (g >= 1)


def test_eq_7_37_the_law_in_exact_fractions():
    eps, decay = Fraction(1, 1000), Fraction(3, 4)
    a = total = Fraction(0)
    for k in range(1, 40):
        total += 1 / (1 - decay**k)
        square = (a + eps) / (1 - decay**k)  # eps beside v does not count
        assert square == eps * (decay / (1 - decay) + (1 - decay) * total)
        assert math.sqrt(square) == pytest.approx(
            lab.adadelta.slope_step(k, rho=0.75, eps=1e-3), rel=1e-12)
        a = decay * a + (1 - decay) * square
    assert square != eps * (1 / (1 - decay) + (1 - decay) * total)


def test_eq_7_37_against_the_method_itself():
    places = adadelta(lambda theta: 1e4, 0.0, 2000, 1e-6)
    steps = -np.diff(places)
    for k in (1, 10, 100, 2000):
        law = lab.adadelta.slope_step(k, rho=0.95, eps=1e-6)
        assert steps[k - 1] == pytest.approx(law, rel=1e-8)


def test_eq_7_38_the_growth_of_the_square():
    def square(k):
        return lab.adadelta.slope_step(k, rho=0.95, eps=1e-6) ** 2
    assert square(1001) - square(1000) == pytest.approx(0.05e-6, rel=1e-9)
    ratios = [math.sqrt(square(k) / (0.05e-6 * k)) for k in (10**4, 10**5)]
    assert ratios[0] - 1 > 5 * (ratios[1] - 1) > 0


@pytest.mark.parametrize(("eps", "steps"), [(1e-8, 930), (1e-6, 131), (1e-4, 14)])
def test_steps_to_half_way(eps, steps):
    places = adadelta(lambda theta: theta, 1.0, 1000, eps)
    assert abs(places[steps]) <= 0.5 < abs(places[steps - 1])


def test_eq_7_43_near_a_minimum_it_is_gradient_descent():
    small = adadelta(lambda theta: 1.5 * theta, 1e-9, 5, 1e-2)
    assert small[1:] == pytest.approx(small[:-1] * (1 - 1.5), rel=1e-9)
    large = adadelta(lambda theta: 1.5 * theta, 1.0, 1, 1e-2)
    assert large[1] != pytest.approx(-0.5, rel=0.1)


def test_eq_7_44_the_growth_in_symbols():
    c, eps, lam, big = sympy.symbols("c eps lam D", positive=True)
    k = sympy.symbols("k", positive=True)  # counts the order: c and eps are small beside D
    right = (big - k * c / (1 - rho) + k * eps) * (
        1 + k * c * rho / ((1 - rho) * big) - 4 * k * eps / (lam**2 * big))
    order = sympy.diff(right, k).subs(k, 0)
    assert zero(sympy.solve(order, c)[0] - eps * (1 - 4 / lam**2))


@pytest.mark.parametrize(("lam", "settles"), [(1.0, True), (1.9, True), (3.0, False), (4.0, False)])
def test_eq_7_44_measured(lam, settles):
    places = adadelta(lambda theta: lam * theta, 1.0, 3000, 1e-4)
    assert (abs(places[-1]) < 1e-12) == settles
    if not settles:
        grown = 4 * (places[3000] ** 2 - places[1500] ** 2) / 1500 / 1e-4
        assert grown == pytest.approx(1 - 4 / lam**2, rel=0.02)
