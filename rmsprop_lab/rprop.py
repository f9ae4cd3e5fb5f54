"""Lesson 4: Rprop, steps that look at the sign of the gradient and never at its size."""

from rmsprop_lab.arrays import maximum, minimum, sign, where
from rmsprop_lab.errors import HyperparameterError
from rmsprop_lab.hyper import Number
from rmsprop_lab.optimizer import Optimizer
from rmsprop_lab.rule import rule

__all__ = ["Rprop", "rprop", "sign_descent"]


@rule()
def sign_descent(theta, g, *, lr):
    """One step of length lr against the sign of g. A zero gradient does not move.

    theta, g: one shape; lr in units of theta. Lesson 4, eq. (4.1).

    >>> sign_descent(1.0, 0.001, lr=0.25)
    0.75
    """
    return theta - lr * sign(g)  # (4.1)


@rule(state=("d", "last"))
def rprop(theta, g, d, last, *, up, down, smallest, largest):
    """One Rprop step: the step length d grows while the sign persists and shrinks when it flips.

    d: step lengths, in units of theta. last: the sign of the previous gradient, 0 after a flip,
    so that the step after a flip neither grows nor shrinks. up > 1 > down: the factors.
    Riedmiller and Braun 1993, without weight backtracking (iRprop-, Igel and Huesken 2000).

    >>> rprop(1.0, 0.1, 0.5, 1.0, up=1.5, down=0.5, smallest=0.0, largest=50.0)
    (0.25, 0.75, 1.0)
    """
    now = sign(g)
    same = now * last
    d = where(same > 0, minimum(d * up, largest), where(same < 0, maximum(d * down, smallest), d))
    now = where(same < 0, 0.0, now)
    return theta - now * d, d, now


class Rprop(Optimizer):
    """Rprop: every coordinate has a step length of its own, steered by signs. For full batches.

    lr: the first step length, in units of theta. up > 1 and down < 1: the factors. smallest,
    largest: bounds of the step length. Raises HyperparameterError for numbers out of range.
    Source: Riedmiller and Braun 1993; factors and bounds are theirs.

    >>> import numpy as np
    >>> theta = np.array([1.0])
    >>> Rprop(lr=0.25).step(theta, np.array([1e-9]))
    >>> theta
    array([0.75])
    """

    rule = rprop
    lr, up, down = Number(), Number(low=1.0), Number(high=1.0)
    smallest, largest = Number(), Number()

    def __init__(self, lr=0.01, up=1.2, down=0.5, smallest=1e-6, largest=50.0, executor="auto"):
        """All choices; see the class."""
        super().__init__(executor)
        self.up, self.down, self.smallest, self.largest = up, down, smallest, largest
        self.lr = lr
        self.choices()

    def choices(self):
        """No words; refuses bounds that contradict."""
        if self.smallest > self.largest:
            raise HyperparameterError(
                f"smallest={self.smallest!r} must not exceed largest={self.largest!r}")
        return {}

    def starts(self):
        """Every coordinate's first step length."""
        return {"d": self.lr}

    def numbers(self):
        """The numbers of `rprop` at the coming step."""
        return {name: getattr(self, name) for name in ("up", "down", "smallest", "largest")}
