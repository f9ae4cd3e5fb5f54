"""Lesson 3: AdaGrad, divide the gradient by the root of the sum of all its squares."""

import math

from rmsprop_lab.arrays import sqrt, to_host
from rmsprop_lab.guard import guard
from rmsprop_lab.hyper import Number, Word
from rmsprop_lab.optimizer import Optimizer
from rmsprop_lab.rule import rule

__all__ = ["AdaGrad", "adagrad", "family", "regret_bound"]


@rule(state=("s",))
def adagrad(theta, g, s, *, lr, eps):
    """One AdaGrad step: the sum of squared gradients, then a step in units of its root.

    theta, g, s: one shape; s in squared units of g. lr: in units of theta. eps: in units of g.
    Lesson 3, eqs (3.1) and (3.2); Duchi, Hazan and Singer 2011.

    >>> adagrad(1.0, 3.0, 16.0, lr=0.5, eps=0.0)
    (0.7, 25.0)
    """
    s = s + g * g  # (3.1)
    theta = theta - lr * (g / (sqrt(s) + eps))  # (3.2)
    return theta, s


@rule(state=("s",), words={"eps_at": ("outside", "inside"), "decay": ("none", "l2")})
def family(theta, g, s, *, lr, eps, w, eps_at, decay):
    """`adagrad` with eps inside or outside the root, and l2 decay of strength w.

    >>> family.variant(eps_at="inside")(1.0, 2.0, 0.0, lr=0.5, eps=12.0)
    (0.75, 4.0)
    """
    if decay == "l2":
        g = g + w * theta
    s = s + g * g
    return theta - lr * (g / guard(s, eps, eps_at)), s


def regret_bound(s, *, lr, reach):
    """What AdaGrad can lose to any fixed u at most: (reach^2 / (2 lr) + lr) times the sum of roots.

    s: the sums of squares at the end, any shape. reach: the largest |theta_{t-1} - u| of any
    coordinate and step. Convex costs, no eps. lr = reach / sqrt(2) makes it the smallest.
    Lesson 3, eq. (3.14); Duchi, Hazan and Singer 2011, theorem 5.

    >>> regret_bound([4.0, 16.0], lr=1.0, reach=2.0)
    18.0
    """
    roots = math.fsum(math.sqrt(x) for x in to_host(s).ravel().tolist())
    return (reach**2 / (2 * lr) + lr) * roots  # (3.14)


class AdaGrad(Optimizer):
    """AdaGrad: each coordinate's step shrinks with all the slope that coordinate has seen.

    lr: in units of theta. eps: in units of g (eps_at="outside") or g squared ("inside").
    accumulator0: what the sum starts from, in squared units of g; TensorFlow starts from 0.1.
    weight_decay: w in g + w theta. executor, state_dtype, seed: see `Optimizer`.
    Raises HyperparameterError for a number out of range.

    >>> import numpy as np
    >>> theta = np.array([1.0])
    >>> AdaGrad(lr=0.5, eps=0.0).step(theta, np.array([2.0]))
    >>> theta
    array([0.5])
    """

    rule = family
    lr, eps, weight_decay, accumulator0 = Number(), Number(), Number(), Number()
    eps_at = Word("outside", "inside")

    def __init__(self, lr, eps=1e-10, eps_at="outside", accumulator0=0.0, weight_decay=0.0,
                 executor="auto", state_dtype=None, seed=0):
        """All choices; see the class."""
        super().__init__(executor, state_dtype, seed)
        self.lr, self.eps, self.eps_at, self.weight_decay = lr, eps, eps_at, weight_decay
        self.accumulator0 = accumulator0

    def choices(self):
        """The words of `family` that these settings choose."""
        return {"eps_at": self.eps_at, "decay": "l2" if self.weight_decay else "none"}

    def starts(self):
        """What the sum starts from."""
        return {"s": self.accumulator0}

    def numbers(self):
        """The numbers of `family` at the coming step."""
        return {"lr": self.lr, "eps": self.eps, "w": self.weight_decay}
