"""Lesson 7, (7.19) to (7.30): RMSprop with momentum and Graves 2013, without the lab's own code."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy

import rmsprop_lab as lab
from rmsprop_lab import momentum
from tests.lessons.lesson07_symbols import characteristic, mu, rho, t, z, zero


def plain_rmsprop(m, decay, steps, start=-2.0, eta=1.0, lam=1.0):
    theta, v, b, seen = start, 0.0, 0.0, []
    for _ in range(steps):
        g = lam * theta
        v = decay * v + (1 - decay) * g * g
        b = m * b + g / math.sqrt(v)
        theta -= eta * b
        seen.append(theta)
    return np.array(seen)


def test_eq_7_19_is_what_the_optimizer_does():
    plain = plain_rmsprop(0.5, 0.9, 40, lam=0.2)
    walk = lab.run(lab.RMSprop(lr=1.0, rho=0.9, eps=0.0, momentum=0.5),
                   lab.problems.Quadratic([0.2], [-2.0]), 40)
    assert walk.theta[1:, 0] == pytest.approx(plain, rel=1e-12, abs=1e-12)
    assert plain_rmsprop(0.25, 0.9, 40, lam=0.2) != pytest.approx(plain, rel=1e-3)


@pytest.mark.parametrize("m", [0.0, 0.1, 0.2])
@pytest.mark.parametrize("lam", [0.2, 4.0])
def test_eq_7_20_the_two_cycle(m, lam):
    tail = plain_rmsprop(m, 0.9, 3000, lam=lam)[-10:]
    assert abs(tail) == pytest.approx(1 / (2 * (1 + m)), rel=1e-9)
    assert abs(tail) == pytest.approx(momentum.jump(1.0, m), rel=1e-9)
    assert (np.sign(tail[1:]) == -np.sign(tail[:-1])).all()
    assert m == 0 or abs(tail[0]) != pytest.approx(0.5, rel=0.01)


def test_eq_7_21_is_the_derivative_of_the_step():
    e, b, w, h = sympy.symbols("e b w h")
    a = 1 / (2 * (1 + mu))  # eta = lam = 1; the cycle at theta = +a, before the step eta b = -2a
    g = a * (1 + h * e)
    v = rho * a**2 * (1 + h * w) + (1 - rho) * g**2
    buffer = mu * (-2 * a + h * a * b) + g / sympy.sqrt(v)
    theta = g - buffer
    def first(f):
        return sympy.simplify(sympy.diff(f, h).subs(h, 0))
    w_new = rho * w + 2 * (1 - rho) * e
    p = mu * b + 2 * (1 + mu) * (e - w_new / 2)
    assert zero(theta.subs(h, 0) + a) and zero(buffer.subs(h, 0) - 2 * a)
    # the other side of the cycle: all signs but that of v are turned
    assert zero(first(-theta / a) - (p - e))
    assert zero(first(-buffer / a) + p)
    assert zero(first(v / a**2) - w_new)
    assert tuple(map(sympy.expand, momentum.cycle_step(e, b, w, rho=rho, mu=mu))) == tuple(
        map(sympy.expand, (p - e, -p, w_new)))


def test_eq_7_22_the_bound():
    one = [momentum.cycle_step(*row, rho=rho, mu=mu) for row in sympy.eye(3).tolist()]
    poly = characteristic(sympy.Matrix(one).T)
    said = (z**3 + (1 - 3 * rho + mu - 2 * mu * rho) * z**2 + (rho + mu + mu * rho) * z - mu * rho)
    assert zero(poly - said)
    assert zero(poly.subs(z, 1) - 2 * (1 - rho) * (1 + mu))
    assert zero(poly.subs(z, -1) + 4 * rho * (1 + mu))
    s = sympy.symbols("s")
    pair = sympy.expand((z**2 - s * z + 1) * (z - mu * rho) - said)
    found = sympy.solve(pair.coeff(z, 2), s)[0]
    left = sympy.factor(pair.coeff(z, 1).subs(s, found))
    bound = 1 - (1 + 3 * rho) * mu - rho * mu**2
    assert zero(left - (1 - rho) * bound)
    for decay in (0.9, 0.99):
        m = momentum.calm_momentum(decay)
        assert decay * m**2 + (1 + 3 * decay) * m == pytest.approx(1, rel=1e-14)
    assert math.isclose(momentum.calm_momentum(1.0), math.sqrt(5) - 2)


def test_beyond_the_bound_the_jumps_are_gone_and_the_walk_is_nearer():
    calm, wild = plain_rmsprop(0.2, 0.9, 4000), plain_rmsprop(0.9, 0.9, 8000)
    assert np.ptp(abs(calm[-1000:])) < 1e-9
    assert np.ptp(abs(wild[-1000:])) > 0.3
    assert 0.25 < math.sqrt((wild[-2000:] ** 2).mean()) < 0.33
    assert abs(plain_rmsprop(0.2, 0.99, 4000)[-2000:]).max() > 1  # stable, and not drawn in


def test_eq_7_27_the_spread_of_a_constant_gradient():
    c, decay, v, m = Fraction(3), Fraction(19, 20), Fraction(0), Fraction(0)
    for k in range(1, 60):
        v, m = decay * v + (1 - decay) * c * c, decay * m + (1 - decay) * c
        assert v - m * m == c * c * decay**k * (1 - decay**k) == momentum.variance_on_slope(
            c, decay, k)
        assert v - m * m <= c * c / 4 and v - m * m != c * c * decay**k


def test_eq_7_28_the_quotient_grows():
    v, spread = 1 - rho**t, rho**t * (1 - rho**t)
    assert zero(sympy.sqrt(v / spread) - rho ** (-t / 2))


@pytest.mark.parametrize("c", [1.0, -0.1, 0.01])
def test_eq_7_29_the_pace_on_a_slope(c):
    decay, m, eta, eps = 0.95, 0.9, 1e-4, 1e-4
    v = mean = b = 0.0
    for _ in range(600):
        v, mean = decay * v + (1 - decay) * c * c, decay * mean + (1 - decay) * c
        b = m * b + eta * c / math.sqrt(v - mean * mean + eps)
    assert b == pytest.approx(eta / math.sqrt(eps) / (1 - m) * c, rel=1e-6)
    assert b == pytest.approx(momentum.graves_pace(c, lr=eta, eps=eps, mu=m), rel=1e-6)


def test_eq_7_30_the_variance_without_a_difference():
    v, m, g = sympy.symbols("v m g")
    s = v - m**2
    new = rho * v + (1 - rho) * g**2 - (rho * m + (1 - rho) * g) ** 2
    assert zero(new - rho * (s + (1 - rho) * (g - m) ** 2))
