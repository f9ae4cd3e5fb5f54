"""Lesson 7: momentum on a quadratic, in RMSprop, and in the method of Graves.

The rules are the equations of the lesson. The other functions are what the lesson derives from
them: numbers or arrays in, the same out. `descent.family` and `rmsprop.family` hold the optimizers.
"""

import math

from rmsprop_lab.arrays import abs, sqrt, where
from rmsprop_lab.averages import ema
from rmsprop_lab.errors import HyperparameterError
from rmsprop_lab.rule import rule

__all__ = ["best", "buffer", "calm_momentum", "ceiling", "critical", "cycle_step", "double_root",
           "graves", "graves_pace", "heavy_ball", "jump", "kinked_slope", "limit", "nesterov",
           "nesterov_rate", "rate", "variance_on_slope", "window"]


@rule(state=("b",))
def heavy_ball(theta, g, b, *, lr, mu):
    """One step of descent with plain momentum: the buffer sums gradients, and leaks.

    theta, g, b: one shape, b in units of g. Lesson 7, eqs (7.1) and (7.2); Polyak 1964.

    >>> heavy_ball(1.0, 0.5, 1.0, lr=0.5, mu=0.5)
    (0.5, 1.0)
    """
    b = mu * b + g  # (7.1)
    theta = theta - lr * b  # (7.2)
    return theta, b


@rule(state=("b",))
def nesterov(theta, g, b, *, lr, mu):
    """One step of Nesterov's momentum as libraries write it: theta is the point looked at.

    theta, g, b: one shape. Lesson 7, eqs (7.1) and (7.17); Nesterov 1983.

    >>> nesterov(1.0, 0.5, 1.0, lr=0.5, mu=0.5)
    (0.5, 1.0)
    """
    b = mu * b + g  # (7.1)
    theta = theta - lr * (mu * b + g)  # (7.17)
    return theta, b


@rule(state=("v", "m", "b"))
def graves(theta, g, v, m, b, *, lr, rho, eps, mu):
    """One step of Graves's method: RMSprop divided by the spread of g, with plain momentum.

    theta, g, v, m, b: one shape; b in units of theta. Lesson 7, eqs (7.23) to (7.26); Graves 2013,
    eqs (38) to (41), whose Delta is -b.

    >>> graves(1.0, 2.0, 0.0, 0.0, 0.25, lr=0.5, rho=0.5, eps=0.0, mu=0.5)
    (-0.125, 2.0, 1.0, 1.125)
    """
    v = ema(v, g * g, rho)  # (7.23)
    m = ema(m, g, rho)  # (7.24)
    b = mu * b + lr * (g / sqrt(v - m * m + eps))  # (7.25)
    theta = theta - b  # (7.26)
    return theta, v, m, b


def buffer(mu, t):
    """What the buffer holds after t equal gradients, as a multiple of one; 1 / (1 - mu) at last.

    Lesson 7, eq. (7.3).

    >>> buffer(0.5, 1), buffer(0.5, 2), buffer(0.5, math.inf)
    (1.0, 1.5, 2.0)
    """
    return (1 - mu**t) / (1 - mu)  # (7.3)


def _larger(p, q):
    """The modulus of the larger root of z^2 - p z + q."""
    d = p * p - 4 * q
    real = (abs(p) + sqrt(abs(d))) / 2
    return where(d < 0, sqrt(abs(q)), real)


def rate(x, mu):
    """By how much a heavy ball's distance shrinks per step in the long run, for x = lr lam.

    x: numbers or arrays; mu in [0, 1). Above 1 it grows. The larger root of lesson 7, eq. (7.6).

    >>> rate(0.5, 0.0), rate(1.0, 0.25), rate(3.0, 0.5)
    (0.5, 0.5, 1.0)
    """
    return _larger(1 + mu - x, mu)  # (7.6)


def nesterov_rate(x, mu):
    """The same for Nesterov's momentum: the larger root of lesson 7, eq. (7.18).

    >>> nesterov_rate(1.0, 0.9), nesterov_rate(0.5, 0.0)
    (0.0, 0.5)
    """
    return _larger((1 + mu) * (1 - x), mu * (1 - x))  # (7.18)


def window(mu):
    """Between which values of lr lam the roots are complex, so that the rate is sqrt(mu).

    Lesson 7, eq. (7.7).

    >>> window(0.25)
    (0.25, 2.25)
    """
    return (1 - math.sqrt(mu)) ** 2, (1 + math.sqrt(mu)) ** 2  # (7.7)


def critical(x):
    """The momentum with the best rate at one curvature, x = lr lam in (0, 4); the rate is its root.

    Lesson 7, eq. (7.10).

    >>> critical(0.25), critical(1.0), critical(2.25)
    (0.25, 0.0, 0.25)
    """
    return (1 - sqrt(x)) ** 2  # (7.10)


def best(low, high):
    """The learning rate and momentum with the best rate for curvatures from low to high; the rate.

    0 < low <= high, else HyperparameterError. Lesson 7, eqs (7.11) and (7.12).

    >>> best(1.0, 9.0)
    (0.25, 0.25, 0.5)
    """
    if not 0 < low <= high:
        raise HyperparameterError(f"curvatures from {low} to {high}; give 0 < low <= high")
    small, large = math.sqrt(low), math.sqrt(high)
    r = (large - small) / (large + small)  # (7.11)
    return 4 / (small + large) ** 2, r * r, r  # (7.12)


def double_root(z, t):
    """theta_t / theta_0 at rest at the start, where both roots are z. Lesson 7, eq. (7.14).

    >>> double_root(0.5, 0), double_root(0.5, 2)
    (1.0, 0.5)
    """
    return (1 + (1 - z) * t) * z**t  # (7.14)


def jump(lr, mu):
    """How far from the minimum RMSprop with momentum stands in a two-cycle. Lesson 7, eq. (7.20).

    >>> jump(1.0, 0.0), jump(0.75, 0.5)
    (0.5, 0.25)
    """
    return lr / (2 * (1 + mu))  # (7.20)


def cycle_step(e, b, w, *, rho, mu):
    """What becomes in one step of a small disturbance of the two-cycle, to first order.

    e, b, w: the disturbances of theta, of lr times the buffer and of v, relative to the cycle's
    theta, theta and v. Signs are turned with the cycle. Lesson 7, eq. (7.21).

    >>> cycle_step(1.0, 0.0, 0.0, rho=0.5, mu=0.0)
    (0.0, -1.0, 1.0)
    """
    w_new = rho * w + 2 * (1 - rho) * e
    push = mu * b + 2 * (1 + mu) * (e - w_new / 2)
    return push - e, -push, w_new  # (7.21)


def calm_momentum(rho):
    """Below this momentum the two-cycle draws its neighbours in: the bound of lesson 7, eq. (7.22).

    rho mu^2 + (1 + 3 rho) mu = 1, written so that rho = 0 is allowed.

    >>> calm_momentum(0.0), round(calm_momentum(1.0), 6)
    (1.0, 0.236068)
    """
    p = 1 + 3 * rho
    return 2 / (p + math.sqrt(p * p + 4 * rho))  # (7.22)


def variance_on_slope(c, rho, t):
    """Graves's v - m^2 after t equal gradients c, from zero. Lesson 7, eq. (7.27).

    >>> variance_on_slope(2.0, 0.5, 1)
    1.0
    """
    return c**2 * rho**t * (1 - rho**t)  # (7.27)


def graves_pace(c, *, lr, eps, mu):
    """Graves's step on a slope c in the long run: that of momentum without any division.

    Lesson 7, eq. (7.29).

    >>> graves_pace(2.0, lr=0.5, eps=0.25, mu=0.5)
    4.0
    """
    return lr / math.sqrt(eps) / (1 - mu) * c  # (7.29)


def limit(r, t, n=math.inf):
    """The share of its first distance that every method still has after t steps on a chain of n.

    r: of (7.11); t <= n. r^t on a chain without an end. Lesson 7, eq. (7.40); Nesterov 2004.

    >>> limit(0.5, 3), limit(0.5, 4, n=4), round(limit(0.5, 1, n=2), 6)
    (0.125, 0.0, 0.447214)
    """
    return r**t * math.sqrt((1 - r ** (2 * (n - t))) / (1 - r ** (2 * n)))  # (7.40)


def ceiling(r, t):
    """The share that the best heavy ball keeps at most, on any quadratic. Lesson 7, eq. (7.42).

    >>> ceiling(0.5, 0), ceiling(0.5, 2)
    (1.0, 1.0)
    """
    return (1 + (1 + r) * t) * r**t  # (7.42)


def kinked_slope(x):
    """The slope 25 x, with a gentler stretch of x + 24 between 1 and 2: curvatures 25, 1, 25.

    x: a number. On it the best heavy ball of a quadratic goes round for ever. Lessard, Recht and
    Packard 2016.

    >>> [kinked_slope(x) for x in (-1.0, 1.0, 2.0, 3.0)]
    [-25.0, 25.0, 26.0, 51.0]
    """
    return 25 * x if x < 1 else x + 24 if x < 2 else 25 * x - 24
