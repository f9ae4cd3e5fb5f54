"""Lesson 1: leaky averages. One recursion, and what it remembers."""

import math

from rmsprop_lab.errors import HyperparameterError

__all__ = ["debias", "effective_sample_size", "ema", "extra_travel", "half_life", "history", "mean",
           "mean_age", "means", "settling_steps", "share_of_last", "start_up_step", "weights"]


def mean(v, x, t):
    """One step of the plain mean: v is the mean of t - 1 samples, the result that of t.

    v, x: any shape, same units. t counts from 1; at t = 1 the old v weighs nothing.
    Lesson 1, eq. (1.1).

    >>> mean(2.0, 8.0, 4)  # the mean of 2, 2, 2, 8
    3.5
    """
    return (1 - 1 / t) * v + (1 / t) * x  # (1.1)


def ema(v, x, rho):
    """One step of an exponential moving average.

    v, x: any shape, same units. rho: decay in [0, 1); a sample k steps old weighs (1 - rho) rho^k.
    Lesson 1, eq. (1.2).

    >>> ema(0.0, 8.0, 0.75)
    2.0
    """
    return rho * v + (1 - rho) * x  # (1.2)


def means(xs):
    """The plain mean after each sample, a list: `mean` again and again, from the first.

    xs: samples of one shape.

    >>> means([8.0, 4.0])
    [8.0, 6.0]
    """
    seen, v = [], 0.0
    for t, x in enumerate(xs, 1):
        v = mean(v, x, t)
        seen.append(v)
    return seen


def history(xs, rho, v0=0.0):
    """The leaky average after each sample, a list: `ema` again and again, from v0.

    xs: samples of one shape. v0: a number, or an array of that shape.

    >>> history([8.0, 8.0], 0.75)
    [2.0, 3.5]
    """
    seen, v = [], v0
    for x in xs:
        v = ema(v, x, rho)
        seen.append(v)
    return seen


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

    On a ramp the average is this many steps late. Lesson 1, eq. (1.9).

    >>> mean_age(0.75)
    3.0
    """
    return rho / (1 - rho)  # (1.9)


def effective_sample_size(rho):
    """The number of equally weighted independent samples whose mean has the same variance.

    1 / sum of squared weights = (1 + rho) / (1 - rho). Lesson 1, eq. (1.10).

    >>> effective_sample_size(0.75)
    7.0
    """
    return (1 + rho) / (1 - rho)  # (1.10)


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


def start_up_step(rho, t):
    """The length of step t in units of the learning rate, for a constant gradient and v_0 = 0.

    An average that has seen the weight 1 - rho^t is too small by it, and the step divides by its
    root. t counts from 1. Lesson 1, eq. (1.7).

    >>> start_up_step(0.75, 1)
    2.0
    """
    return 1 / math.sqrt(1 - rho**t)  # (1.7)


def extra_travel(rho):
    """How far the start from zero carries theta too far, in learning rates: the sum of (1.7) - 1.

    rho: in [0, 1), else HyperparameterError. About 25 / (1 - rho) terms count.
    Lesson 1, eq. (1.8).

    >>> extra_travel(0.0), round(extra_travel(0.9), 6)
    (0.0, 9.141713)
    """
    if not 0 <= rho < 1:
        raise HyperparameterError(f"rho is {rho}; only for 0 <= rho < 1 does the excess die out")
    terms, unseen = [], rho
    while unseen > 2.0**-60:
        root = math.sqrt(1 - unseen)
        terms.append(unseen / (root * (1 + root)))  # 1 / root - 1, without its cancellation
        unseen *= rho
    return math.fsum(terms)  # (1.8)
