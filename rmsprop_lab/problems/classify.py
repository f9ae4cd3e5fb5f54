"""What every classifier shares: cross-entropy, accuracy, minibatches drawn from a seed."""

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import HyperparameterError, LabError
from rmsprop_lab.problems.base import Constant, Start, check_theta, place

__all__ = ["Classifier"]


class Classifier:
    """A model with one flat theta, trained by cross-entropy on a `Dataset`.

    A subclass sets the shapes of its tensors and says how to compute logits and how to send their
    gradient back. data: a Dataset, the digits if None. l2: the loss gains l2/2 |theta|^2.
    batch: None for the full training set, or the number of samples drawn for each step, without
    replacement, by a Generator of (seed, t): step t sees the same samples in every run.
    """

    name = "classifier"

    def __init__(self, data, shapes, theta0, *, l2, batch, seed, dtype):
        """shapes: of the tensors in theta, in order. theta0: the flat start, on the host."""
        if not (l2 >= 0 and np.isfinite(l2)):
            raise HyperparameterError(f"l2 is {l2}; the strength of the penalty is 0 or more")
        samples = len(data.y_train)
        if batch is not None and not 1 <= batch <= samples:
            raise HyperparameterError(
                f"batch is {batch}; draw 1 to {samples} samples, or None for all of them"
            )
        self.data, self.l2, self.batch, self.seed = data, float(l2), batch, seed
        self._shapes = tuple(shapes)
        self._start = Start(theta0, dtype, xp=arrays.default())
        self._x = {"train": Constant(data.x_train), "test": Constant(data.x_test)}
        self._one_hot = Constant(np.eye(data.classes)[data.y_train])

    @property
    def theta0(self):
        """The starting point, a fresh copy of shape (parameters,)."""
        return self._start.copy()

    def split(self, theta):
        """The tensors of theta as views of the flat vector, in order."""
        check_theta(theta, self._start.shape, self.name)
        parts, at, xp = [], 0, arrays.namespace(theta)
        for shape in self._shapes:
            size = int(np.prod(shape))
            parts.append(xp.reshape(theta[at : at + size], shape))
            at += size
        return parts

    def loss(self, theta):
        """Mean cross-entropy over the whole training set, plus the penalty; a float."""
        logits, _ = self._forward(self.split(theta), self._x["train"].beside(theta))
        xp = arrays.namespace(theta)
        likelihoods = self._one_hot.beside(theta) * log_softmax(logits, xp)
        value = -xp.sum(likelihoods) / len(self.data.y_train)
        return float(value + (0.5 * self.l2) * xp.sum(theta * theta))

    def grad(self, theta, t=None):
        """The gradient of the loss, or of the loss on the minibatch of step t, t from 1."""
        x, one_hot = self._x["train"].beside(theta), self._one_hot.beside(theta)
        xp = arrays.namespace(theta)
        if self.batch is not None:
            rows = place(self.rows(t), xp, xp.int64, getattr(theta, "device", None))
            x, one_hot = xp.take(x, rows, axis=0), xp.take(one_hot, rows, axis=0)
        parts = self.split(theta)
        logits, memory = self._forward(parts, x)
        error = (xp.exp(log_softmax(logits, xp)) - one_hot) / one_hot.shape[0]
        pieces = self._backward(parts, memory, error)
        flat = xp.concat([xp.reshape(piece, (-1,)) for piece in pieces])
        return flat + self.l2 * theta if self.l2 else flat

    def rows(self, t):
        """The training samples of step t, host integers of shape (batch,)."""
        if t is None or t < 1:
            raise LabError(f"a minibatch belongs to a step, counted from 1; got t = {t}")
        draw = np.random.default_rng([self.seed, t])
        return draw.choice(len(self.data.y_train), self.batch, replace=False)

    def predict(self, theta, part="test"):
        """The most likely class of each sample, host integers of shape (samples,)."""
        if part not in self._x:
            raise LabError(f'part is {part!r}; say "train" or "test"')
        logits, _ = self._forward(self.split(theta), self._x[part].beside(theta))
        return arrays.to_host(arrays.namespace(theta).argmax(logits, axis=1))

    def accuracy(self, theta, part="test"):
        """The share of samples classified correctly, a float in [0, 1]."""
        labels = self.data.y_test if part == "test" else self.data.y_train
        return float(np.mean(self.predict(theta, part) == labels))

    def __repr__(self):
        batch = "full batch" if self.batch is None else f"batches of {self.batch}"
        size = self._start.shape[0]
        return f"{type(self).__name__}({self.data.name}, {size} parameters, {batch})"


def log_softmax(logits, xp):
    """log of the softmax of each row; the shift by the maximum keeps exp from overflowing."""
    shifted = logits - xp.max(logits, axis=1, keepdims=True)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=1, keepdims=True))
