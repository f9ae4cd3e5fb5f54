"""A network of 673 weights whose runs are the same bits on every processor, and its Hessian.

A walk at the edge of stability makes small differences large: a last digit grows until it is seen.
Matrix products and NumPy's tanh round differently from processor to processor. So this network
uses nothing but + - * / and sums in a fixed order.
"""

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import HyperparameterError
from rmsprop_lab.problems.base import Constant, Start, check_theta

__all__ = ["TanhNet", "chebyshev", "tanh"]


def tanh(x):
    """The hyperbolic tangent by + - * / alone, right to about 1e-14.

    x: a number or an array. Lambert's continued fraction, cut after 11, at x / 8, and then
    tanh 2y = 2 tanh y / (1 + tanh^2 y) three times. Beyond 20 tanh is 1 to the last bit.

    >>> tanh(0.0), tanh(-1e300), round(tanh(0.5), 10)
    (0.0, -1.0, 0.4621171573)
    """
    y = _clipped(x) * 0.125
    s = y * y
    t = y * (10395 + s * (1260 + s * 21)) / (10395 + s * (4725 + s * (210 + s)))
    for _ in range(3):
        t = (t + t) / (1 + t * t)
    return t


def _clipped(x):
    """x within -20 and 20; NaN stays NaN."""
    if arrays.is_array(x):
        return arrays.namespace(x).clip(x, -20.0, 20.0)  # one pass: this is called most of all
    return arrays.maximum(arrays.minimum(x, 20.0), -20.0)


def chebyshev(x):
    """T_4, which swings between -1 and 1 four times on [-1, 1]: 8 x^4 - 8 x^2 + 1.

    >>> chebyshev(1.0), chebyshev(0.5)
    (1.0, -0.5)
    """
    s = x * x
    return 8 * s * (s - 1) + 1


class TanhNet:
    """Learn T_4 at evenly spaced points: two hidden layers of tanh, half the mean squared error.

    width: of both hidden layers, w^2 + 4 w + 1 weights. points: how many of [-1, 1]. seed: of the
    start, drawn on the host: weights normal with variance 1 / inputs, the rest 0. theta holds
    a, b, W, c, w, d of lesson 13, eq. (13.4), one after the other. theta0 is a host array: the
    network is too small for a GPU to help. A theta of another library is answered in its own.

    >>> p = TanhNet()
    >>> p
    TanhNet(673 weights, 20 points)
    >>> [part.shape for part in p.split(p.theta0)]
    [(24,), (24,), (24, 24), (24,), (24,), (1,)]
    """

    name = "tanh network"

    def __init__(self, width=24, points=20, seed=0):
        """Place the points and draw the start."""
        if not (width >= 1 and points >= 2):
            raise HyperparameterError(
                f"width {width} and {points} points; take at least 1 and 2")
        self.width, self.points = width, points
        x = (2 * np.arange(points) - (points - 1)) / (points - 1)
        self._x, self._y = Constant(x), Constant(chebyshev(x))
        draw, n, root = np.random.default_rng(seed).standard_normal, width, width**0.5
        self._start = Start(np.concatenate(
            [draw(n), np.zeros(n), draw(n * n) / root, np.zeros(n), draw(n) / root, np.zeros(1)]))
        self._last = None, None

    @property
    def theta0(self):
        """The start, a fresh copy of shape (w^2 + 4 w + 1,)."""
        return self._start.copy()

    def split(self, theta):
        """The parts a, b, W, c, w, d of theta, as views; W is (from, to)."""
        check_theta(theta, self._start.shape, self.name)
        n, xp = self.width, arrays.namespace(theta)
        at = 2 * n + n * n
        return (theta[:n], theta[n:2 * n], xp.reshape(theta[2 * n:at], (n, n)),
                theta[at:at + n], theta[at + n:at + 2 * n], theta[at + 2 * n:])

    def output(self, theta):
        """What the network says at each point, shape (points,)."""
        return self._forward(self.split(theta), theta)[2] + self._y.beside(theta)

    def loss(self, theta):
        """Half the mean squared error, a float."""
        r = self._forward(self.split(theta), theta)[2]
        return float(arrays.namespace(theta).sum(r * r)) / (2 * self.points)

    def grad(self, theta, t=None):
        """The gradient over all points; t plays no part. Lesson 13, eqs (13.5) and (13.6)."""
        a, b, W, c, w, d = parts = self.split(theta)
        xp, x = arrays.namespace(theta), self._x.beside(theta)
        h, k, r = self._forward(parts, theta)
        e = r / self.points
        dk = w[:, None] * e * (1 - k * k)  # (13.5)
        dh = _into(xp, W, dk) * (1 - h * h)
        return _flat(xp, dh * x, dh, h[:, None, :] * dk[None, :, :], dk, k * e, e)  # (13.6)

    def curvature(self, theta):
        """The function u -> H u at theta, exact: H is the Hessian, u of theta's shape.

        What does not depend on u is computed once. Lesson 13, eqs (13.7) and (13.8): a dot there,
        an underscore here, is the derivative along u. Pearlmutter 1994.
        """
        a, b, W, c, w, d = parts = self.split(theta)
        xp, x = arrays.namespace(theta), self._x.beside(theta)
        h, k, r = self._forward(parts, theta)
        e, slope_h, slope_k = r / self.points, 1 - h * h, 1 - k * k
        ek = w[:, None] * e
        dk = ek * slope_k
        eh = _into(xp, W, dk)

        def product(u):
            a_, b_, W_, c_, w_, d_ = self.split(u)
            h_ = slope_h * (a_[:, None] * x + b_[:, None])  # (13.7)
            k_ = slope_k * (_out(xp, W_, h) + _out(xp, W, h_) + c_[:, None])
            e_ = (xp.sum(w_[:, None] * k + w[:, None] * k_, axis=0) + d_) / self.points
            dk_ = slope_k * (w_[:, None] * e + w[:, None] * e_) - 2 * k * k_ * ek
            dh_ = slope_h * (_into(xp, W_, dk) + _into(xp, W, dk_)) - 2 * h * h_ * eh
            pairs = h_[:, None, :] * dk[None, :, :] + h[:, None, :] * dk_[None, :, :]
            return _flat(xp, dh_ * x, dh_, pairs, dk_, k_ * e + k * e_, e_)  # (13.8)

        return product

    def _forward(self, parts, theta):
        """The two layers, (width, points), and the errors, (points,): (13.4).

        A run asks for the loss and then for the gradient at the same theta: the last answer is
        kept, under the bytes of its theta.
        """
        key = theta.tobytes() if isinstance(theta, np.ndarray) else None
        kept, answer = self._last
        if key is not None and key == kept:
            return answer
        a, b, W, c, w, d = parts
        xp, x = arrays.namespace(theta), self._x.beside(theta)
        h = tanh(a[:, None] * x + b[:, None])  # (13.4)
        k = tanh(_out(xp, W, h) + c[:, None])
        answer = h, k, xp.sum(w[:, None] * k, axis=0) + d - self._y.beside(theta)
        self._last = key, answer
        return answer

    def __repr__(self):
        return f"TanhNet({self._start.shape[0]} weights, {self.points} points)"


def _out(xp, W, h):
    """W^T h without a matrix product: its order of summation would depend on the processor."""
    return xp.sum(W[:, :, None] * h[:, None, :], axis=0)


def _into(xp, W, k):
    """W k, likewise: the same sums in the same order, over a transposed copy, which is faster."""
    return _out(xp, xp.reshape(xp.reshape(W.T, (-1,)), W.T.shape), k)


def _flat(xp, *per_point):
    """Sums over the points, one after the other in one vector."""
    return xp.concat([xp.reshape(xp.sum(part, axis=-1), (-1,)) for part in per_point])
