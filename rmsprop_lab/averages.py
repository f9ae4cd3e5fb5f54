"""Lesson 1: leaky averages. One recursion, and what it remembers."""

import math

__all__ = ["debias", "effective_sample_size", "ema", "half_life", "mean_age", "settling_steps",
           "share_of_last", "weights"]


def ema(v, x, rho):
    """One step of an exponential moving average.

    v, x: any shape, same units. rho: decay in [0, 1); a sample k steps old weighs (1 - rho) rho^k.
    Lesson 1, eq. (1.2).

    >>> ema(0.0, 8.0, 0.75)
    2.0
    """
    return rho * v + (1 - rho) * x  # (1.2)


def debias(v, rho, t):
    """The average of the t samples seen, when the recursion started from zero.

    The t weights add up to 1 - rho^t; dividing by it makes them add up to 1. t counts from 1.
    Lesson 1, eq. (1.6).

    >>> debias(ema(0.0, 8.0, 0.75), 0.75, 1)
    8.0
    """
    return v / (1 - rho**t)  # (1.6)


def weights(rho, n):
    """The weights of the last n samples, newest first: (1 - rho) rho^k for k = 0 ... n - 1.

    Lesson 1, eq. (1.3).

    >>> weights(0.5, 3)
    [0.5, 0.25, 0.125]
    """
    return [(1 - rho) * rho**k for k in range(n)]  # (1.3)


def share_of_last(rho, n):
    """The share of all weight that the last n samples hold: 1 - rho^n.

    Lesson 1, eq. (1.4).

    >>> share_of_last(0.5, 2)
    0.75
    """
    return 1 - rho**n  # (1.4)


def half_life(rho):
    """Steps until a sample's weight has halved: ln 2 / -ln rho, a real number. 0 for rho = 0.

    Lesson 1, eq. (1.5).

    >>> half_life(0.5)
    1.0
    """
    return math.log(2) / -math.log(rho) if rho else 0.0  # (1.5)


def mean_age(rho):
    """The weighted mean of the samples' ages in steps, the newest being 0 steps old.

    >>> mean_age(0.75)
    3.0
    """
    return rho / (1 - rho)


def effective_sample_size(rho):
    """The number of equally weighted independent samples whose mean has the same variance.

    1 / sum of squared weights = (1 + rho) / (1 - rho).

    >>> effective_sample_size(0.75)
    7.0
    """
    return (1 + rho) / (1 - rho)


def settling_steps(rho, fraction):
    """The first step t at which the start-up factor 1 - rho^t reaches `fraction`.

    fraction: in (0, 1). The recursion starts from zero and its input is constant.

    >>> settling_steps(0.5, 0.75)
    2
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction={fraction} must lie between 0 and 1, both excluded")
    if rho == 0:
        return 1
    t = max(1, math.floor(math.log(1 - fraction) / math.log(rho)) - 1)
    while share_of_last(rho, t) < fraction:  # the logarithm may be an ulp off at a whole number
        t += 1
    return t
