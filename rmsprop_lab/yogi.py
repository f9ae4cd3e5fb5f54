"""Lesson 10: Yogi, whose v moves towards the newest square by a share of that square alone.

A round is (C, -1, ..., -1) with n gradients, as in `failure`. Plain numbers but for the rule.
"""

from rmsprop_lab.arrays import sign, sqrt
from rmsprop_lab.rule import rule

__all__ = ["band", "recovery", "threshold_law", "yogi"]


@rule(state=("v",))
def yogi(theta, g, v, *, lr, rho, eps):
    """One step of Yogi without momentum: v goes up or down by (1 - rho) g^2, whatever v is.

    theta, g, v: one shape; v in squared units of g. Lesson 10, eq. (10.21), over (4.3); Zaheer,
    Reddi, Sachan, Kale and Kumar 2018.

    >>> yogi(1.0, 2.0, 3.0, lr=0.5, rho=0.75, eps=0.0), yogi(1.0, 2.0, 5.0, lr=1.0, rho=0.75, eps=0)
    ((0.5, 4.0), (0.0, 4.0))
    """
    v = v + (1 - rho) * sign(g * g - v) * (g * g)  # (10.21)
    theta = theta - lr * (g / (sqrt(v) + eps))  # (4.3)
    return theta, v


def band(C, rho):
    """Between what the v of a large gradient lies in late rounds, C^2 > n - 1.

    As long as v stays above 1: rho C^2 >= 1 + (n - 1) (1 - rho). Lesson 10, eq. (10.22).

    >>> band(4.0, 0.75)
    (12.0, 20.0)
    """
    return rho * C * C, (2 - rho) * C * C  # (10.22)


def threshold_law(C, n):
    """The threshold of Yogi on a round, to first order in 1 - rho; below 0 there is none.

    Lesson 10, eq. (10.23).

    >>> threshold_law(9, 10), round(threshold_law(2.01, 3), 4), threshold_law(10, 10) < 0
    (1.0, 0.9731, True)
    """
    return 1 - 4 * C * C * (C - n + 1) / (n * (n - 1))  # (10.23)


def recovery(spike, rho, pace=0.5):
    """Steps after a spike until Yogi's step is back at `pace` learning rates, a real number.

    v had settled to 1, the other gradients are 1. Lesson 10, eq. (10.24). 0 where it never fell so
    low.

    >>> recovery(10.0, 0.75)
    88.0
    """
    return max(0.0, spike**2 - (1 / pace**2 - 1) / (1 - rho)) if spike > 1 else 0.0  # (10.24)
