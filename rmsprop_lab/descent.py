"""Lesson 2: gradient descent, with and without momentum."""

from rmsprop_lab.errors import HyperparameterError
from rmsprop_lab.hyper import Number, Word
from rmsprop_lab.optimizer import Optimizer
from rmsprop_lab.rule import rule

__all__ = ["SGD", "descent", "family"]


@rule()
def descent(theta, g, *, lr):
    """One step down the gradient. theta, g: one shape; lr in units of theta per unit of g.

    Lesson 2, eq. (2.1).

    >>> descent(1.0, 0.5, lr=0.5)
    0.75
    """
    return theta - lr * g  # (2.1)


@rule(state=("b",), words={"momentum": ("none", "plain", "nesterov"), "decay": ("none", "l2")})
def family(theta, g, b, *, lr, mu, w, momentum, decay):
    """Gradient descent with momentum mu in the buffer b and l2 decay of strength w.

    The buffer sums gradients, b = mu b + g, as PyTorch and Keras do; Polyak 1964, Nesterov 1983.

    >>> family.variant(momentum="plain")(1.0, 0.5, 1.0, lr=0.5, mu=0.5)
    (0.5, 1.0)
    """
    if decay == "l2":
        g = g + w * theta
    if momentum == "none":
        return theta - lr * g, b
    b = mu * b + g
    d = mu * b + g if momentum == "nesterov" else b
    return theta - lr * d, b


class SGD(Optimizer):
    """Gradient descent: `theta - lr g`, with momentum and Nesterov's look-ahead where asked.

    lr: step per unit of gradient. momentum in [0, 1). weight_decay: w in g + w theta.
    executor, state_dtype, seed: see `Optimizer`.
    Raises HyperparameterError for a number out of range.

    >>> import numpy as np
    >>> theta = np.array([1.0])
    >>> SGD(lr=0.5).step(theta, np.array([0.5]))
    >>> theta
    array([0.75])
    """

    rule = family
    lr, momentum, weight_decay = Number(), Number(high=1.0), Number()
    nesterov = Word(False, True)

    def __init__(self, lr, momentum=0.0, nesterov=False, weight_decay=0.0, executor="auto",
                 state_dtype=None, seed=0):
        """All choices; see the class."""
        super().__init__(executor, state_dtype, seed)
        self.lr, self.momentum, self.nesterov = lr, momentum, nesterov
        self.weight_decay = weight_decay
        if nesterov and not momentum:
            raise HyperparameterError("nesterov looks ahead along a momentum; set momentum above 0")

    def choices(self):
        """The words of `family` that these settings choose."""
        return {
            "momentum": "none" if not self.momentum else "nesterov" if self.nesterov else "plain",
            "decay": "l2" if self.weight_decay else "none",
        }

    def numbers(self):
        """The numbers of `family` at the coming step."""
        return {"lr": self.lr, "mu": self.momentum, "w": self.weight_decay}
