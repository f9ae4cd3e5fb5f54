"""An online problem with rare features: one example and one hinge loss for each round."""

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import HyperparameterError, ShapeMismatch
from rmsprop_lab.problems.base import Constant, Start, check_theta

__all__ = ["SparseHinge"]


class SparseHinge:
    """Rounds of yes or no: a few features are on, theta scores them, the label is +1 or -1.

    Round t costs max(0, 1 - label * score), the score being the sum of theta over the features
    that are on. active: how many are on, an odd number; feature i is drawn with weight 1 / (i + 1),
    so the last ones are rare. The label is the sign of a hidden vector's score. Its entries are
    +1 and -1, an odd number of them adds up to at least 1 in size, and so `hidden` pays nothing in
    any round: no fixed vector is better. Drawn by NumPy's Generator on the host from the seed.

    >>> p = SparseHinge(rounds=100, features=8, active=3)
    >>> p, p.loss(p.theta0), p.loss(p.hidden)
    (SparseHinge(100 rounds, 3 of 8 features), 1.0, 0.0)
    """

    name = "sparse hinge"

    def __init__(self, *, rounds=5000, features=100, active=5, seed=0):
        """Draw the rounds; see the class."""
        if rounds < 1 or not 1 <= active <= features:
            raise HyperparameterError(
                f"{rounds} rounds with {active} of {features} features; give at least one round, "
                "and no more active features than there are"
            )
        if active % 2 == 0:
            raise HyperparameterError(
                f"active is {active}; an even number of signs can add up to 0, take an odd one"
            )
        rng = np.random.default_rng(seed)
        # The first of exponential clocks with these rates: a weighted draw without replacement.
        clocks = rng.standard_exponential((rounds, features)) * np.arange(1.0, features + 1)
        self.on = np.argsort(clocks, axis=1, kind="stable")[:, :active].copy()
        hidden = np.where(rng.random(features) < 0.5, -1.0, 1.0)
        self.labels = np.sign(_sum(hidden[column] for column in self.on.T))
        rows = np.zeros((rounds, features))
        np.put_along_axis(rows, self.on, -self.labels[:, None], axis=1)
        for array in (self.on, self.labels):
            array.setflags(write=False)
        self._columns = [column.copy() for column in self.on.T]
        self._rows = Constant(rows)  # row t - 1 is the gradient of round t where its cost is not 0
        self._start = Start(np.zeros(features), xp=arrays.default())
        self._hidden = Start(hidden, xp=arrays.default())

    @property
    def theta0(self):
        """The starting point, zeros; a fresh copy of shape (features,)."""
        return self._start.copy()

    @property
    def hidden(self):
        """The vector that pays nothing; a fresh copy of shape (features,)."""
        return self._hidden.copy()

    def grad(self, theta, t):
        """The (sub)gradient of round t at theta, t from 1; after the last round they repeat."""
        check_theta(theta, self._start.shape, self.name)
        if t < 1:
            raise HyperparameterError(f"rounds count from 1, got t = {t}")
        i = (t - 1) % len(self.labels)
        score = _sum(float(theta[int(k)]) for k in self.on[i])
        row = self._rows.beside(theta)[i, ...]
        return row * 1 if self.labels[i] * score < 1 else row * 0

    def loss(self, theta):
        """The mean cost of theta over all rounds, a float."""
        check_theta(theta, self._start.shape, self.name)
        theta = arrays.to_host(theta)
        scores = _sum(theta.take(column) for column in self._columns)
        return float(np.mean(np.maximum(0, 1 - self.labels * scores)))

    def paid(self, thetas):
        """What a learner paid in each round: round t is played with row t - 1 of thetas.

        thetas: (rounds or more, features), for example the theta of a Trajectory; rows beyond the
        last round are not played. Returns a host array of shape (rounds,).
        """
        played = arrays.to_host(thetas)[: len(self.labels)]
        if played.shape != (len(self.labels), *self._start.shape):
            raise ShapeMismatch(
                f"thetas of shape {tuple(thetas.shape)} do not cover {len(self.labels)} rounds of "
                f"{self._start.shape[0]} features; run the problem for that many steps"
            )
        scores = _sum(np.take_along_axis(played, self.on, axis=1).T)
        return np.maximum(0, 1 - self.labels * scores)

    def __repr__(self):
        rounds, active = self.on.shape
        return f"SparseHinge({rounds} rounds, {active} of {self._start.shape[0]} features)"


def _sum(columns):
    """The sum of the columns from left to right: the same bits whatever the library."""
    columns = iter(columns)
    total = next(columns)
    for column in columns:
        total = total + column
    return total
