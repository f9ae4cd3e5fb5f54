"""Lesson 12: which of many solutions a method picks, and Wilson's data on which it matters.

f(theta) = |X theta - y|^2 / 2, with more features (columns of X) than examples (rows).
"""

import copy

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.arrays import abs, sign
from rmsprop_lab.errors import LabError, ShapeMismatch
from rmsprop_lab.rmsprop import rmsprop

__all__ = ["class_weights", "error_rate", "logistic_grad", "minimum_norm", "multiples",
           "nearest_ridge", "ridge_gap", "said", "settle", "sign_factor", "sign_solution",
           "stopped", "wilson_data"]


def minimum_norm(X, y):
    """The shortest theta with X theta = y: X^T a, where X X^T a = y. The pseudo-inverse solution.

    X: (n, d) with independent rows, so d >= n. y: (n,). Lesson 12, eqs (12.4) and (12.5).

    >>> import numpy as np
    >>> minimum_norm(np.array([[3.0, 1.0]]), np.array([4.0])).round(6)
    array([1.2, 0.4])
    """
    a = arrays.namespace(X, y).linalg.solve(X @ X.T, y)  # (12.4)
    return X.T @ a


def sign_factor(X, y):
    """The c > 0 of the condition X sign(X^T y) = c y, a float; None where no such c fits.

    X: (n, d), y: (n,), not zero. One example, not zero, always has one. Lesson 12, eq. (12.8);
    lemma 3.1 of Wilson et al. 2017.

    >>> import numpy as np
    >>> sign_factor(np.array([[3.0, 1.0]]), np.array([4.0]))
    1.0
    >>> sign_factor(np.eye(2), np.array([1.0, 2.0])) is None
    True
    """
    xp = arrays.namespace(X, y)
    image = X @ sign(X.T @ y)
    c = float(image @ y) / float(y @ y)  # the only candidate: the projection on y
    gap = float(xp.max(abs(image - c * y)))
    return c if c > 0 and gap <= 1e-12 * float(xp.max(abs(image))) else None  # 0: no slope at all


def sign_solution(X, y):
    """The solution of equal sizes, sign(X^T y) / c: no solution has a smaller largest weight.

    Raises LabError where the condition (12.8) does not hold. Lesson 12, eqs (12.12), (12.13).

    >>> import numpy as np
    >>> sign_solution(np.array([[3.0, 1.0]]), np.array([4.0]))
    array([1., 1.])
    """
    c = sign_factor(X, y)
    if c is None:
        raise LabError("X sign(X^T y) is no multiple of y, so no multiple of sign(X^T y) fits "
                       "these data; run the method instead")
    return sign(X.T @ y) / c  # (12.12)


def multiples(c, steps, *, lr, rho):
    """The factors l_t of RMSprop's walk l_t sign(X^T y) from 0, with eps = 0: steps + 1 floats.

    c: the factor of (12.8). The walk in d dimensions is a walk of one number: RMSprop with the
    slope c l - 1. Lesson 12, eqs (12.9) and (12.11).

    >>> multiples(4.0, 2, lr=0.0625, rho=0.75)[:2]
    [0.0, 0.125]
    """
    factor, square, walk = 0.0, 0.0, [0.0]
    for _ in range(steps):
        mu = c * factor - 1  # (12.9)
        factor, square = rmsprop(factor, mu, square, lr=lr, rho=rho, eps=1e-300)  # (12.11)
        walk.append(factor)
    return walk


def wilson_data(labels, *, private=(1, 5), label=1.0, constants=(1.0, 1.0)):
    """The features of Wilson's data, a host array: one row an example.

    labels: n numbers, +1 or -1. A row begins with `label` times its label, then the constants.
    Then each example has columns of its own, max(private) of them, of which private[0] hold 1 if
    the label is +1 and private[1] if it is -1; the others are never used.
    Lesson 12, eq. (12.14); section 3.3 of Wilson et al. 2017.

    >>> wilson_data([1, -1]).astype(int)
    array([[ 1,  1,  1,  1,  0,  0,  0,  0,  0,  0,  0,  0,  0],
           [-1,  1,  1,  0,  0,  0,  0,  0,  1,  1,  1,  1,  1]])
    """
    labels = np.asarray(arrays.to_host(labels), dtype=float)
    if labels.ndim != 1 or not (np.abs(labels) == 1).all():
        raise ShapeMismatch("labels must be a row of +1 and -1")
    shared, width = 1 + len(constants), max(private)
    X = np.zeros((len(labels), shared + width * len(labels)))
    X[:, 0], X[:, 1:shared] = label * labels, constants
    for i, y in enumerate(labels):
        first = shared + width * i
        X[i, first:first + private[0 if y > 0 else 1]] = 1.0
    return X


def class_weights(positive, negative):
    """The a of (12.4) on Wilson's data: what one positive and one negative example get.

    positive, negative: how many examples have the label +1 and -1. Lesson 12, eq. (12.19).

    >>> class_weights(1, 0), class_weights(0, 1)
    ((0.25, -0.25), (1.125, -0.125))
    """
    below = 8 * positive * negative + 15 * positive + 3 * negative + 5
    return (4 * negative + 5) / below, -(4 * positive + 1) / below  # (12.19)


def said(positive, negative, label):
    """What the minimum-norm solution of Wilson's data says of a new example with this label.

    Lesson 12, eq. (12.20).

    >>> said(36, 24, -1) < 0 < said(36, 24, 1)
    True
    """
    plus, minus = class_weights(positive, negative)
    own, always = positive * plus - negative * minus, positive * plus + negative * minus
    return label * own + 2 * always  # (12.20)


def error_rate(theta, X, y):
    """The share of examples whose sign is wrong, a float; 0 is no sign, so it is wrong too.

    theta: (d,), or (k, d) for the mean over k solutions.

    >>> import numpy as np
    >>> error_rate(np.array([1.0, 0.0]), np.array([[2.0, 1.0], [3.0, 1.0]]), np.array([1.0, -1.0]))
    0.5
    """
    margins = arrays.to_host(theta @ X.T) * arrays.to_host(y)
    return float(np.mean(margins <= 0))


def settle(opt, grad, theta, rates):
    """The last theta of a walk with one learning rate for each step. opt and theta stay as given.

    grad: function (theta, t), t from 1, as a problem's. rates: learning rates, as
    `decay.halving` gives them.

    >>> from rmsprop_lab.descent import SGD
    >>> from rmsprop_lab.problems import Quadratic
    >>> p = Quadratic([1.0], [8.0])
    >>> settle(SGD(lr=1.0), p.grad, p.theta0, [0.5, 0.5]).tolist()
    [2.0]
    """
    opt, theta = copy.deepcopy(opt), arrays.namespace(theta).asarray(theta, copy=True)
    for t, lr in enumerate(rates, 1):
        opt.lr = lr
        opt.step(theta, grad(theta, t))
    return theta


def logistic_grad(X, y):
    """The gradient of sum log(1 + exp(-y x.theta)), as a function (theta, t) for `settle`.

    Lesson 12, eq. (12.21).

    >>> import numpy as np
    >>> logistic_grad(np.array([[2.0, 4.0]]), np.array([-1.0]))(np.zeros(2), 1)
    array([1., 2.])
    """
    xp = arrays.namespace(X, y)
    return lambda theta, t: -(X.T @ (y / (1 + xp.exp(y * (X @ theta)))))  # (12.21)


def stopped(h, *, lr, steps):
    """The share of a direction that gradient descent from 0 has fitted after some steps.

    h: its curvature, a number or an array: an eigenvalue of X X^T. The share of a ridge is
    `decay.ridge(h, 1.0, lam)`. Lesson 12, eq. (12.24).

    >>> stopped(0.5, lr=1.0, steps=2)
    0.75
    """
    return 1 - (1 - lr * h) ** steps  # (12.24)


def ridge_gap(k):
    """How far 1 - exp(-x) is above x / (x + k) at most, and how far below, over all x > 0.

    The shares of gradient descent with a small lr and of a ridge with 2 lam = k / (lr steps), where
    x = lr steps h. Two floats, on a grid of x. Lesson 12, eq. (12.25).

    >>> [round(part, 3) for part in ridge_gap(1.0)]
    [0.204, 0.0]
    """
    x = np.geomspace(1e-3, 1e3, 10_001)
    ahead = 1 - np.exp(-x) - x / (x + k)  # (12.25)
    return max(0.0, float(ahead.max())), max(0.0, float(-ahead.min()))


def nearest_ridge():
    """The k for which the larger part of `ridge_gap` is smallest, a float, by bisection.

    The first part grows with k and the second shrinks, so it is where they are equal.

    >>> round(nearest_ridge(), 3)
    0.532
    """
    low, high = 0.1, 1.0
    for _ in range(30):
        k = (low + high) / 2
        above, below = ridge_gap(k)
        low, high = (low, k) if above > below else (k, high)
    return k
