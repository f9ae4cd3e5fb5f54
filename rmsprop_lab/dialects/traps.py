"""Traps in shipped code, in NumPy: what the libraries compute, written out to be looked at.

These are not the lab's rules. Each function repeats the arithmetic of a library on purpose.
"""

import numpy as np

__all__ = ["debiased_variance", "first_negative", "step_length", "zero_step"]


def first_negative(g, rho, steps, by_lerp=True):
    """The first step at which v - m^2 is below zero for a constant gradient, 0 where it never is.

    g: array; its dtype is the arithmetic's. by_lerp: m moves by (1 - rho) (g - m), as in PyTorch
    today; otherwise m = rho m + (1 - rho) g, as it was before and as in stable-baselines3. In exact
    arithmetic v - m^2 is g^2 rho^t (1 - rho^t), never negative.

    >>> first_negative(np.float32([0.1, 0.3]), 0.99, 2000, by_lerp=False)
    array([1202,    0])
    """
    old, new = g.dtype.type(rho), g.dtype.type(1 - rho)
    v, m, first = np.zeros_like(g), np.zeros_like(g), np.zeros(g.shape, int)
    for t in range(1, steps + 1):
        v = old * v + new * (g * g)
        m = m + new * (g - m) if by_lerp else old * m + new * g
        first[(v - m * m < 0) & (first == 0)] = t
    return first


def debiased_variance(g, rho):
    """What optax divides by at the first step, centred and debiased: v/c - (m/c)^2, exactly 0.

    g: array; its dtype is the arithmetic's. What is not 0 is rounding.

    >>> debiased_variance(np.float64([1.0, 2.0]), 0.5)
    array([0., 0.])
    """
    new = g.dtype.type(1 - rho)
    v, m = new * (g * g), new * g
    return v / new - (m / new) * (m / new)


def zero_step(dtype, eps):
    """g / (sqrt(v) + eps) for a gradient that is zero and always was, in this dtype.

    >>> float(zero_step(np.float32, 1e-8)), float(zero_step(np.float16, 1e-8))
    (0.0, nan)
    """
    zero = np.zeros((), dtype)
    with np.errstate(all="ignore"):
        return zero / (np.sqrt(zero) + dtype(eps))


def step_length(dialect, g, t=1, **overrides):
    """The length of step t in learning rates, when every gradient so far was g.

    t: the step, from 1. overrides: settings as for `dialect.optimizer`.

    >>> from rmsprop_lab import dialects
    >>> f"{step_length(dialects.PYTORCH, 1e-3):.4g}, {step_length(dialects.TF1, 1e-3):.4g}"
    '9.999, 0.001054'
    """
    opt, theta = dialect.optimizer(lr=1.0, executor="reference", **overrides), np.zeros(1)
    for _ in range(t):
        before = float(theta[0])
        opt.step(theta, np.array([g]))
    return before - float(theta[0])
