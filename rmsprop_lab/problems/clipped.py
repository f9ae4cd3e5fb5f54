"""A problem whose gradients are never longer than a given norm."""

from rmsprop_lab import arrays
from rmsprop_lab.errors import HyperparameterError
from rmsprop_lab.problems.base import Regraded

__all__ = ["Clipped"]


class Clipped(Regraded):
    """The problem's own loss; its gradient, where longer than `limit`, shortened to it.

    problem: any. limit: a Euclidean norm over all parameters, in units of the gradient, above 0. A
    sweep of it is a sweep of steps with clip_norm=limit. Lesson 15,
    eq. (15.36); Pascanu, Mikolov and Bengio 2013.

    >>> from rmsprop_lab.problems import constant
    >>> p = Clipped(constant([3.0, 4.0]), 2.5)
    >>> p.grad(p.theta0, 1).tolist()
    [1.5, 2.0]
    """

    def __init__(self, problem, limit):
        """The problem and the largest norm; see the class."""
        if not 0 < limit < float("inf"):
            raise HyperparameterError(f"limit is {limit}; clip to a finite norm above 0")
        self.problem, self.limit, self.name = problem, float(limit), f"{problem.name}, clipped"

    def losses(self, thetas):
        """The loss of many points at once, where the problem can."""
        return self.problem.losses(thetas)

    def grad(self, theta, t):
        """The gradient that step t sees at theta, shortened where it is too long."""
        g = self.problem.grad(theta, t)
        return g * self._scales(g.reshape(-1))

    def grads(self, thetas, t):
        """The gradient at many points at once, where the problem can: (n, ...) gives (n, ...)."""
        g = self.problem.grads(thetas, t)
        scales = self._scales(g.reshape(g.shape[0], -1))
        return g * scales.reshape(-1, *[1] * (g.ndim - 1))

    def _scales(self, rows):
        """What each row is multiplied by; where the norm overflows, 0, and NaN stays NaN."""
        xp = arrays.namespace(rows)
        norms = arrays.sqrt(xp.sum(rows * rows, axis=-1))
        return self.limit / arrays.maximum(norms, self.limit)  # (15.36)

    def __repr__(self):
        return f"Clipped({self.problem!r}, {self.limit:g})"
