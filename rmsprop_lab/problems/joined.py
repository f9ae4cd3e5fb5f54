"""Several batches of a problem as one: what a larger batch sees of the same samples."""

import copy

import numpy as np

from rmsprop_lab.errors import HyperparameterError
from rmsprop_lab.problems.base import Regraded
from rmsprop_lab.problems.classify import Classifier

__all__ = ["Joined"]


class Joined(Regraded):
    """The problem's own loss; a step averages the gradients of kappa steps of the problem.

    Step t takes those of steps (t - 1) kappa + 1 to t kappa, all at the same theta: the gradient of
    kappa batches joined. A walk of n / kappa steps here and a walk of n steps on the problem itself
    see the same samples in the same order. problem: any whose gradient depends on t. kappa: a whole
    number, 1 or more.

    >>> from rmsprop_lab.problems import Stream
    >>> p = Joined(Stream([1.0, 2.0, 3.0, 6.0]), 2)
    >>> [float(p.grad(p.theta0, t)[0]) for t in (1, 2, 3)]
    [1.5, 4.5, 1.5]
    """

    def __init__(self, problem, kappa):
        """Remember the problem; see the class."""
        if type(kappa) is not int or kappa < 1:
            raise HyperparameterError(f"kappa is {kappa!r}; join a whole number of batches, from 1")
        self.problem, self.kappa = problem, kappa
        self._whole = None
        if isinstance(problem, Classifier) and problem.batch is not None:
            self._whole = copy.copy(problem)  # one batch of all samples costs less than kappa
            self._whole.rows = lambda t: np.concatenate([problem.rows(k) for k in self._steps(t)])
        self.name = f"{problem.name}, {kappa} batches joined"

    def grad(self, theta, t):
        """The mean gradient of the batches of step t at theta, t from 1."""
        if t < 1:
            raise HyperparameterError(f"steps count from 1, got t = {t}")
        if self._whole is not None:
            return self._whole.grad(theta, t)
        first, *others = self._steps(t)
        total = self.problem.grad(theta, first)
        for k in others:
            total = total + self.problem.grad(theta, k)
        return total / self.kappa

    def _steps(self, t):
        """The steps of the problem that step t joins."""
        return range((t - 1) * self.kappa + 1, t * self.kappa + 1)

    def __repr__(self):
        return f"Joined({self.problem!r}, {self.kappa})"
