"""Gradients that do not depend on theta: a slope, a slope under noise, a fixed cycle."""

import math

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import HyperparameterError, ShapeMismatch
from rmsprop_lab.problems.base import Constant, Start, check_theta
from rmsprop_lab.problems.formula import Formula

__all__ = ["Stream", "constant", "hinton_cycle", "noisy"]


class Stream:
    """A recorded list of gradients, repeated: step t sees gradients[(t - 1) % n].

    gradients: (n,) for one parameter, or (n, ...) for a theta of the shape that remains.
    theta0: that shape (a single parameter is (1,)); zeros of the default library if None.
    The cost of step t is the linear function sum(g_t theta); `loss(theta)` is its mean over the
    n steps of one round, whose gradient is the mean gradient.

    >>> p = Stream([1.0, 2.0, -6.0])
    >>> [float(p.grad(p.theta0, t)[0]) for t in (1, 2, 3, 4)]
    [1.0, 2.0, -6.0, 1.0]
    >>> p.loss(p.theta0 + 2)
    -2.0
    """

    def __init__(self, gradients, theta0=None, *, name="stream", dtype=None):
        """dtype: of theta0, where it is not to keep its own."""
        try:
            gradients = np.array(arrays.to_host(gradients), dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise HyperparameterError(
                "gradients must be numbers, one row of equal length for each step"
            ) from error
        if gradients.ndim == 0 or gradients.size == 0:
            raise HyperparameterError(
                "a stream needs a list of at least one gradient; for one slope use constant(g)"
            )
        if gradients.ndim == 1:
            gradients = gradients[:, None]
        shape = gradients.shape[1:]
        if theta0 is None:
            self._start = Start(np.zeros(shape), dtype, xp=arrays.default())
        else:
            self._start = Start(theta0, dtype)
        if self._start.shape != shape:
            raise ShapeMismatch(
                f"theta0 of shape {self._start.shape} does not fit gradients of shape {shape}; "
                "gradients are (steps,) + theta0.shape"
            )
        self.name = name
        self._gradients = Constant(gradients)
        columns = gradients.reshape(len(gradients), -1).T
        # fsum: the mean of the cycle is what it is, not what the order of adding makes of it
        self._mean = Constant(
            np.reshape([math.fsum(column) / len(gradients) for column in columns], shape)
        )

    @property
    def theta0(self):
        """The starting point, a fresh copy."""
        return self._start.copy()

    @property
    def gradients(self):
        """One round of gradients, a read-only host array of shape (n,) + theta0.shape."""
        return self._gradients.host

    def grad(self, theta, t):
        """The gradient of step t, t from 1; theta gives shape, dtype and library only."""
        check_theta(theta, self._start.shape, self.name)
        if t < 1:
            raise HyperparameterError(f"steps count from 1, got t = {t}")
        row = self._gradients.beside(theta)[(t - 1) % len(self.gradients), ...]
        return row * 1  # a new array: the caller may write it

    def loss(self, theta):
        """The mean linear cost of one round, a float."""
        check_theta(theta, self._start.shape, self.name)
        return float(arrays.namespace(theta).sum(self._mean.beside(theta) * theta))

    def losses(self, thetas):
        """The loss of many points at once: (...) + theta0.shape gives (...)."""
        leading = tuple(thetas.shape[: thetas.ndim - len(self._start.shape)])
        check_theta(thetas[(0,) * len(leading)], self._start.shape, self.name)
        xp = arrays.namespace(thetas)
        terms = self._mean.beside(thetas) * thetas
        return xp.sum(xp.reshape(terms, (*leading, -1)), axis=-1)

    def formula(self):
        """The gradient as an expression: of step t, its row, whatever theta is."""
        rows = self._gradients.host
        return Formula(_row, streams={"row": rows.reshape(len(rows), -1)})

    def __repr__(self):
        return f"Stream({self.name!r}, {len(self.gradients)} gradients of {self._start.shape})"


def _row(x, *, row):
    return (row,)


def constant(g, theta0=None, *, dtype=None):
    """The same gradient at every step: a slope without curvature.

    g: a number (one parameter) or an array of theta's shape.

    >>> p = constant(3.0)
    >>> p.grad(p.theta0, 1).tolist(), p.grad(p.theta0, 100).tolist()
    ([3.0], [3.0])
    """
    row = np.atleast_1d(np.array(arrays.to_host(g), dtype=np.float64))
    return Stream(row[None], theta0, name="constant gradient", dtype=dtype)


def noisy(mean=0.0, sigma=1.0, *, steps=1000, seed=0, theta0=None, dtype=None):
    """A constant gradient under normal noise: mean + sigma N(0, 1), drawn once for `steps` steps.

    mean, sigma: numbers or arrays that broadcast to theta's shape. The draws are made on the host
    by NumPy's Generator from the seed: a GPU sees the same numbers. After `steps` they repeat.

    >>> p = noisy(0.5, [0.0, 2.0], steps=100, seed=1)
    >>> p.gradients.shape, float(p.gradients[7, 0])
    ((100, 2), 0.5)
    """
    mean, sigma = (np.array(arrays.to_host(x), dtype=np.float64) for x in (mean, sigma))
    if steps < 1:
        raise HyperparameterError(f"steps is {steps}; draw at least one gradient")
    if not (sigma >= 0).all():
        raise HyperparameterError(f"sigma is {sigma.tolist()}; a spread is 0 or more")
    shape = np.broadcast_shapes(mean.shape, sigma.shape) or (1,)
    draws = np.random.default_rng(seed).standard_normal((steps, *shape))
    return Stream(mean + sigma * draws, theta0, name="noisy gradient", dtype=dtype)


def hinton_cycle(*, theta0=None, dtype=None):
    """Nine gradients of +.1, then one of -.9: they sum to zero, so a weight should stay put.

    The example by which Hinton (2012, lecture 6e) shows why Rprop fails on minibatches.

    >>> hinton_cycle().gradients[:, 0].tolist()
    [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, -0.9]
    """
    return Stream([0.1] * 9 + [-0.9], theta0, name="Hinton's cycle", dtype=dtype)
