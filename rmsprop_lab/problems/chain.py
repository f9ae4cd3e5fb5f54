"""A chain of springs whose far end learns late: the problem on which no memory of slopes wins."""

import math
import operator

from rmsprop_lab import arrays
from rmsprop_lab.errors import HyperparameterError
from rmsprop_lab.problems.base import Start, check_theta

__all__ = ["Chain"]


class Chain:
    """Springs between neighbours and to the ground, from a hand at 1: curvatures in [1, kappa].

    n: how many coordinates. kappa: a bound on the condition number, above 1. It starts from zeros.
    The minimum is r^i at coordinate i = 1, ..., n, with r = (sqrt(kappa) - 1) / (sqrt(kappa) + 1).
    A slope at a coordinate depends on its neighbours alone, and is 0, not nearly 0, where they and
    it are. Lesson 7, eq. (7.39); Nesterov 2004, section 2.1, whose chain has no end.

    >>> p = Chain(3, 9.0)
    >>> p.grad(p.theta0).tolist(), p.minimum.tolist(), p.grad(p.minimum).tolist()
    ([-2.0, 0.0, 0.0], [0.5, 0.25, 0.125], [0.0, 0.0, 0.0])
    """

    def __init__(self, n, kappa, *, name="chain"):
        """See the class. Raises HyperparameterError without coordinates or with kappa up to 1."""
        n, kappa = operator.index(n), float(kappa)
        if n < 1 or not 1 < kappa < math.inf:
            raise HyperparameterError(
                f"a chain of {n} coordinates with kappa {kappa:g}; give n >= 1 and kappa above 1")
        root = math.sqrt(kappa)
        self.r, self.name = (root - 1) / (root + 1), name
        self._spring = (kappa - 1) / 4
        xp = arrays.default()
        self._start = Start(xp.zeros(n), xp=xp)

    @property
    def theta0(self):
        """The starting point, n zeros, a fresh copy."""
        return self._start.copy()

    @property
    def minimum(self):
        """Where f is smallest: r, r^2, ..., r^n, of the default library."""
        xp = arrays.default()
        return xp.asarray([self.r**i for i in range(1, self._start.shape[0] + 1)])

    def grad(self, theta, t=None):
        """The slope, shape (n,); t is not used."""
        check_theta(theta, self._start.shape, self.name)
        pull = self._stretch(theta)
        return self._spring * (pull[:-1] - pull[1:]) + theta

    def loss(self, theta):
        """Half of what all springs hold, a float."""
        check_theta(theta, self._start.shape, self.name)
        pull, xp = self._stretch(theta), arrays.namespace(theta)
        held = xp.sum(pull[:-1] * pull[:-1]) + pull[-1] * pull[-1] / (1 - self.r)
        return float(0.5 * (self._spring * held + xp.sum(theta * theta)))

    def _stretch(self, theta):
        """Each coordinate less the one before it; at the end, what the rest would pull, (r - 1)."""
        xp = arrays.namespace(theta)
        first, last = theta[:1] - 1, (self.r - 1) * theta[-1:]
        return xp.concat([first, theta[1:] - theta[:-1], last])

    def __repr__(self):
        return f"Chain({self.name!r}, {self._start.shape[0]} parameters)"
