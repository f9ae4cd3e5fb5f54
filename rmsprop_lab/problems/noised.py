"""A problem whose gradients tremble, as those of small batches do."""

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import HyperparameterError
from rmsprop_lab.problems.base import Constant, Regraded

__all__ = ["Noised"]


class Noised(Regraded):
    """The problem's own loss; its gradient under normal noise, grad + sigma N(0, 1).

    problem: any. sigma: a number or an array that broadcasts to theta's shape. The draws are made
    once for `steps` steps on the host, from the seed: every run and every device sees the same
    noise at step t. After `steps` it repeats.

    >>> from rmsprop_lab.problems import bench
    >>> p = Noised(bench(), [0.0, 0.5], steps=10, seed=1)
    >>> float(p.grad(p.theta0, 3)[0]), bool(p.grad(p.theta0, 3)[1] == p.grad(p.theta0, 13)[1])
    (-1.0, True)
    """

    def __init__(self, problem, sigma, *, steps=1000, seed=0):
        """Draw the noise; see the class."""
        sigma = np.array(arrays.to_host(sigma), dtype=np.float64)
        if steps < 1:
            raise HyperparameterError(f"steps is {steps}; draw the noise of at least one step")
        if not (sigma >= 0).all():
            raise HyperparameterError(f"sigma is {sigma.tolist()}; a spread is 0 or more")
        self.problem, self.name = problem, f"{problem.name} under noise"
        shape = tuple(problem.theta0.shape)
        draws = np.random.default_rng(seed).standard_normal((steps, *shape))
        self._noise = Constant(sigma * draws)

    def losses(self, thetas):
        """The loss of many points at once, where the problem can."""
        return self.problem.losses(thetas)

    def grad(self, theta, t):
        """The gradient that step t sees at theta, t from 1."""
        if t < 1:
            raise HyperparameterError(f"steps count from 1, got t = {t}")
        noise = self._noise.beside(theta)
        return self.problem.grad(theta, t) + noise[(t - 1) % noise.shape[0], ...]

    def __repr__(self):
        return f"Noised({self.problem!r})"
