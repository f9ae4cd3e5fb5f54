"""A small multilayer perceptron on one flat theta, with its backward pass written by hand."""

from itertools import pairwise

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import HyperparameterError
from rmsprop_lab.problems.classify import Classifier
from rmsprop_lab.problems.digits import digits

__all__ = ["MLP"]


class MLP(Classifier):
    """h_0 = x, h_k = tanh(h_{k-1} W_k + b_k), logits = h W + b, mean cross-entropy.

    data: a Dataset, the digits if None. hidden: the widths of the hidden layers. l2, batch, seed:
    see `Classifier`. theta holds W_1, b_1, W_2, b_2, ...; the start is drawn by NumPy from the
    seed, W normal with standard deviation 1/sqrt(inputs), b zero (LeCun et al. 1998, section 4.6).

    tanh is smooth, so finite differences can check the gradient everywhere.

    >>> p = MLP(hidden=(32,), batch=64)
    >>> p
    MLP(digits, 2410 parameters, batches of 64)
    >>> [part.shape for part in p.split(p.theta0)]
    [(64, 32), (32,), (32, 10), (10,)]
    """

    name = "multilayer perceptron"

    def __init__(self, data=None, hidden=(32,), *, l2=0.0, batch=None, seed=0, dtype="float64"):
        """Take the data and draw the start; dtype is that of theta0."""
        data = digits() if data is None else data
        if not hidden or min(hidden) < 1:
            raise HyperparameterError(
                f"hidden is {hidden!r}; give the width of each hidden layer, as in (32,)"
            )
        widths = [data.features, *hidden, data.classes]
        draw = np.random.default_rng(seed)
        shapes, start = [], []
        for inputs, outputs in pairwise(widths):
            shapes += [(inputs, outputs), (outputs,)]
            start += [draw.standard_normal(inputs * outputs) / np.sqrt(inputs), np.zeros(outputs)]
        super().__init__(
            data, shapes, np.concatenate(start), l2=l2, batch=batch, seed=seed, dtype=dtype
        )

    def _forward(self, parts, x):
        xp = arrays.namespace(x)
        layers = [x]
        for w, b in zip(parts[:-2:2], parts[1:-2:2], strict=True):
            layers.append(xp.tanh(layers[-1] @ w + b))
        return layers[-1] @ parts[-2] + parts[-1], layers

    def _backward(self, parts, layers, error):
        xp = arrays.namespace(error)
        pieces = []
        for k in reversed(range(len(layers))):
            pieces = [layers[k].T @ error, xp.sum(error, axis=0), *pieces]
            if k:  # through W, then through tanh, whose slope is 1 - h^2
                error = (error @ parts[2 * k].T) * (1 - layers[k] * layers[k])
        return pieces
