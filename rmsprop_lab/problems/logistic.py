"""Multinomial logistic regression: convex, smooth, and its gradient fits on one line."""

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.problems.classify import Classifier
from rmsprop_lab.problems.digits import digits

__all__ = ["Logistic"]


class Logistic(Classifier):
    """logits = x W + b, mean cross-entropy; theta holds W (features, classes), then b (classes,).

    data: a Dataset, the digits if None. l2, batch, seed: see `Classifier`; the start is 0.
    Gradient: W gets x^T (softmax - one_hot) / n, b gets the column sums of the same error.

    >>> p = Logistic()
    >>> p
    Logistic(digits, 650 parameters, full batch)
    >>> round(p.loss(p.theta0), 6)  # ten classes, all equally likely: log 10
    2.302585
    """

    name = "logistic regression"

    def __init__(self, data=None, *, l2=0.0, batch=None, seed=0, dtype="float64"):
        """Take the data; dtype is that of theta0."""
        data = digits() if data is None else data
        shapes = [(data.features, data.classes), (data.classes,)]
        start = np.zeros(sum(int(np.prod(shape)) for shape in shapes))
        super().__init__(data, shapes, start, l2=l2, batch=batch, seed=seed, dtype=dtype)

    def _forward(self, parts, x):
        w, b = parts
        return x @ w + b, x

    def _backward(self, parts, x, error):
        xp = arrays.namespace(error)
        return [x.T @ error, xp.sum(error, axis=0)]
