"""Lesson 7: AdaDelta, RMSprop whose step length is the root mean square of its own past steps."""

import math

from rmsprop_lab.arrays import sqrt
from rmsprop_lab.averages import ema
from rmsprop_lab.hyper import Number
from rmsprop_lab.optimizer import Optimizer
from rmsprop_lab.rule import rule

__all__ = ["AdaDelta", "adadelta", "first_step", "slope_step"]


@rule(state=("v", "a"))
def adadelta(theta, g, v, a, *, lr, rho, eps):
    """One AdaDelta step. v: mean square of g; a: mean square of the steps, in squared theta units.

    eps does two jobs: it guards the denominator and it is the length of the first step.
    Lesson 7, eqs (7.32) to (7.35); Zeiler 2012.

    >>> adadelta(1.0, 2.0, 0.0, 0.0, lr=1.0, rho=0.75, eps=0.0)
    (1.0, 1.0, 0.0)
    """
    v = ema(v, g * g, rho)  # (7.32)
    d = sqrt(a + eps) / sqrt(v + eps) * g  # (7.33)
    a = ema(a, d * d, rho)  # (7.34)
    return theta - lr * d, v, a  # (7.35)


def first_step(g, *, rho, eps):
    """The length of AdaDelta's first step from zero state, for a gradient g.

    About sqrt(eps / (1 - rho)) when g * g is well above eps. Lesson 7, eq. (7.36).

    >>> first_step(6.0, rho=0.75, eps=16.0)
    4.8
    """
    seen = (1 - rho) * g * g
    return math.sqrt(eps / (1 - rho)) * math.sqrt(seen / (seen + eps))  # (7.36)


def slope_step(t, *, rho, eps):
    """The length of step t, from 1, on a constant gradient whose square is far above eps.

    It grows like sqrt(t), and eps only sets its scale. Lesson 7, eq. (7.37).

    >>> slope_step(1, rho=0.75, eps=0.25)
    1.0
    """
    seen = math.fsum(1 / (1 - rho**k) for k in range(1, t + 1))
    return math.sqrt(eps * (rho / (1 - rho) + (1 - rho) * seen))  # (7.37)


class AdaDelta(Optimizer):
    """AdaDelta: no learning rate is needed, since steps are measured by earlier steps.

    lr: a factor on the step, 1 in the paper. rho: decay of both averages in [0, 1). eps: sets the
    first step, sqrt(eps / (1 - rho)) for a gradient well above sqrt(eps).
    Raises HyperparameterError for a number out of range. Source: Zeiler 2012.

    >>> import numpy as np
    >>> theta = np.array([1.0])
    >>> AdaDelta(rho=0.75, eps=1.0).step(theta, np.array([0.0]))
    >>> theta
    array([1.])
    """

    rule = adadelta
    lr, rho, eps = Number(), Number(high=1.0), Number()

    def __init__(self, lr=1.0, rho=0.95, eps=1e-6, executor="auto"):
        """All choices; see the class."""
        super().__init__(executor)
        self.lr, self.rho, self.eps = lr, rho, eps

    def numbers(self):
        """The numbers of `adadelta` at the coming step."""
        return {"lr": self.lr, "rho": self.rho, "eps": self.eps}
