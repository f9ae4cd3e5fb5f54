"""Lesson 2: gradient descent, and what curvature, turning and units do to it."""

import math

from rmsprop_lab import arrays
from rmsprop_lab.errors import HyperparameterError
from rmsprop_lab.hyper import Number, Word
from rmsprop_lab.optimizer import Optimizer
from rmsprop_lab.rule import rule

__all__ = ["SGD", "best_contraction", "best_diagonal", "best_rate", "condition_number",
           "contraction", "descent", "diagonal_condition", "factor", "fall", "family",
           "preconditioned", "steps_to", "steps_to_leave"]


@rule()
def descent(theta, g, *, lr):
    """One step down the gradient. theta, g: one shape; lr in units of theta per unit of g.

    Lesson 2, eq. (2.1).

    >>> descent(1.0, 0.5, lr=0.5)
    0.75
    """
    return theta - lr * g  # (2.1)


def fall(g, lam, *, lr):
    """How much one step lowers the loss of a parabola; negative where it raises it.

    g: slope before the step. lam: curvature, its unit loss / theta^2. Lesson 2, eq. (2.2).

    >>> fall(8.0, 4.0, lr=0.25), fall(8.0, 4.0, lr=0.5)
    (8.0, 0.0)
    """
    return lr * (g * g) * (1 - lr * lam / 2)  # (2.2)


def factor(lam, *, lr):
    """What one step multiplies the distance to the minimum by, in a coordinate of curvature lam.

    Between -1 and 1 it converges, below 0 it changes sides. Lesson 2, eq. (2.3).

    >>> factor(4.0, lr=0.375)
    -0.5
    """
    return 1 - lr * lam  # (2.3)


def contraction(lams, *, lr):
    """The largest factor in size over all curvatures: the slowest coordinate, or the wildest.

    lams: positive numbers. Lesson 2, eq. (2.4).

    >>> contraction([1.0, 4.0], lr=0.25)
    0.75
    """
    low, high = _ends(lams)
    return max(abs(factor(low, lr=lr)), abs(factor(high, lr=lr)))  # (2.4)


def best_rate(lams):
    """The learning rate with the smallest contraction: 2 / (smallest + largest curvature).

    lams: positive numbers, else HyperparameterError. Lesson 2, eq. (2.5).

    >>> best_rate([1.0, 2.0, 7.0])
    0.25
    """
    low, high = _ends(lams)
    return 2 / (low + high)  # (2.5)


def condition_number(lams):
    """The largest curvature over the smallest: kappa, at least 1, a pure number.

    >>> condition_number([1.0, 2.0, 7.0])
    7.0
    """
    low, high = _ends(lams)
    return high / low


def best_contraction(kappa):
    """The contraction at the best rate. Lesson 2, eq. (2.6).

    >>> best_contraction(7.0)
    0.75
    """
    return (kappa - 1) / (kappa + 1)  # (2.6)


def steps_to(kappa, fraction):
    """The first step at which the best rate has brought the distance down to a fraction of itself.

    fraction: in (0, 1). At most kappa / 2 ln(1 / fraction), rounded up. Lesson 2, eq. (2.7).

    >>> steps_to(3.0, 0.25)
    2
    """
    if not 0 < fraction < 1:
        raise HyperparameterError(f"fraction is {fraction}; give one between 0 and 1")
    q = best_contraction(kappa)
    if q == 0:
        return 1
    t = max(1, math.floor(math.log(fraction) / math.log(q)) - 1)
    while q**t > fraction:  # the logarithms may be an ulp off at a whole number
        t += 1
    return t


def preconditioned(theta, g, P, *, lr):
    """One step down the gradient after a change of units, written in the old ones.

    P: (A^T A)^-1 for new parameters A theta; (d,) for a diagonal, one number for each coordinate,
    or (d, d). Its unit is what makes lr P g a theta. Lesson 2, eq. (2.8).

    >>> preconditioned(8.0, 16.0, 0.5, lr=0.5)
    4.0
    """
    if getattr(P, "ndim", 0) == 2:
        return theta - lr * arrays.namespace(P).sum(P * g, axis=-1)
    return theta - lr * (P * g)  # (2.8)


def best_diagonal(H):
    """The reciprocal of each coordinate's own curvature: 1 / H_ii, shape (d,).

    H: (d, d) symmetric. For two coordinates no other diagonal conditions P H better.
    Lesson 2, eq. (2.10).

    >>> import numpy as np
    >>> best_diagonal(np.array([[2.0, 1.0], [1.0, 4.0]])).tolist()
    [0.5, 0.25]
    """
    return 1 / H.diagonal()  # (2.10)


def diagonal_condition(H):
    """The smallest condition number that a fixed diagonal P can give P H, for two coordinates.

    H: (2, 2), symmetric with positive curvatures, else HyperparameterError. Lesson 2, eq. (2.12).

    >>> import numpy as np
    >>> diagonal_condition(np.array([[4.0, 1.0], [1.0, 1.0]]))
    3.0
    """
    (a, b), (_, d) = H.tolist()
    if not (a > 0 and d > 0 and a * d > b * b):
        raise HyperparameterError("H has a curvature that is not positive; it has no minimum")
    r = abs(b) / math.sqrt(a * d)
    return (1 + r) / (1 - r)  # (2.12)


def steps_to_leave(lam, distance, reach, *, lr):
    """The steps in which descent along a negative curvature goes from `distance` to `reach`.

    A real number, so that it can be compared; the first step beyond is the next whole one. lam:
    negative, and 0 < distance <= reach, else HyperparameterError. Lesson 2, eq. (2.14).

    >>> steps_to_leave(-2.0, 0.125, 1.0, lr=0.5)
    3.0
    """
    if not (lam < 0 and lr > 0 and 0 < distance <= reach):
        raise HyperparameterError(f"lam={lam!r}, lr={lr!r}, from {distance!r} to {reach!r}: a walk "
                                  "leaves along a negative curvature, and not from the ridge")
    return math.log2(reach / distance) / math.log2(factor(lam, lr=lr))  # (2.14)


def _ends(lams):
    """The smallest and the largest curvature."""
    low, high = min(lams), max(lams)
    if not low > 0:
        raise HyperparameterError(f"a curvature is {low}; a bowl has only positive ones")
    return low, high


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
