"""Lesson 7: AdaDelta, RMSprop whose step length is the root mean square of its own past steps."""

from rmsprop_lab.arrays import sqrt
from rmsprop_lab.averages import ema
from rmsprop_lab.hyper import Number
from rmsprop_lab.optimizer import Optimizer
from rmsprop_lab.rule import rule

__all__ = ["AdaDelta", "adadelta"]


@rule(state=("v", "a"))
def adadelta(theta, g, v, a, *, lr, rho, eps):
    """One AdaDelta step. v: mean square of g; a: mean square of the steps, in squared theta units.

    eps does two jobs: it guards the denominator and it is the length of the first step.
    Lesson 7, eqs (7.5) to (7.7); Zeiler 2012.

    >>> adadelta(1.0, 2.0, 0.0, 0.0, lr=1.0, rho=0.75, eps=0.0)
    (1.0, 1.0, 0.0)
    """
    v = ema(v, g * g, rho)  # (7.5)
    d = sqrt(a + eps) / sqrt(v + eps) * g  # (7.6)
    a = ema(a, d * d, rho)  # (7.7)
    return theta - lr * d, v, a


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
