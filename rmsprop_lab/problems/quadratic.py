"""Quadratic functions f(theta) = theta^T H theta / 2, and the bench that every lesson shares."""

from decimal import Decimal, localcontext

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import HyperparameterError, ShapeMismatch
from rmsprop_lab.problems.base import Constant, Start, check_theta
from rmsprop_lab.problems.formula import Formula

__all__ = ["Quadratic", "bench"]

_PI = Decimal("3.14159265358979323846264338327950288419716939937510582097")


class Quadratic:
    """f(theta) = theta^T H theta / 2, gradient H theta, minimum 0 at the origin.

    H: (d, d) symmetric, or (d,) for the diagonal of a diagonal one (d may then be millions).
    theta0: (d,). A shape or symmetry that does not fit raises with the repair.

    Sums of products are written out, without matmul: its rounding differs between processors.

    >>> p = Quadratic([[2.0, 1.0], [1.0, 4.0]], [1.0, -1.0])
    >>> p.loss(p.theta0), p.grad(p.theta0).tolist()
    (2.0, [1.0, -3.0])
    """

    def __init__(self, H, theta0, *, name="quadratic", dtype=None):
        """dtype: of theta0, where it is not to keep its own."""
        self._start = Start(theta0, dtype)
        self._curvature = Constant(H)
        self.name = name
        h, shape = self._curvature.host, self._start.shape
        if len(shape) != 1 or h.shape not in (shape, shape * 2):
            raise ShapeMismatch(
                f"H of shape {h.shape} does not fit theta0 of shape {shape}; for d parameters "
                "theta0 is (d,) and H is (d, d), or (d,) for a diagonal"
            )
        if not np.isfinite(h).all():
            raise HyperparameterError("H holds a value that is not finite; give finite numbers")
        if h.ndim == 2 and not np.array_equal(h, h.T):
            raise HyperparameterError(
                "H is not symmetric, so H theta is not the gradient; use (H + H.T) / 2"
            )

    @property
    def theta0(self):
        """The starting point, a fresh copy."""
        return self._start.copy()

    @property
    def H(self):
        """The matrix of curvatures, a read-only host array of shape (d, d) or (d,)."""
        return self._curvature.host

    @property
    def minimum(self):
        """Where f is smallest: the origin, a host array (d,); None if f has no minimum."""
        h = self._curvature.host
        lowest = np.min(h) if h.ndim == 1 else np.linalg.eigvalsh(h)[0]
        if lowest < -1e-12 * np.abs(h).max():  # less is rounding
            return None
        return np.zeros(self._start.shape)

    def grad(self, theta, t=None):
        """H theta, shape (d,); t is not used."""
        check_theta(theta, self._start.shape, self.name)
        return self._times(theta)

    def loss(self, theta):
        """theta^T H theta / 2 as a float."""
        check_theta(theta, self._start.shape, self.name)
        return float(self._half_product(theta))

    def losses(self, thetas):
        """The loss of many points at once: (..., d) gives (...). For contour plots."""
        check_theta(thetas[(0,) * (thetas.ndim - 1)], self._start.shape, self.name)
        return self._half_product(thetas)

    def grads(self, thetas, t=None):
        """The gradient at many points at once: (..., d) gives (..., d), each as `grad` has it."""
        check_theta(thetas[(0,) * (thetas.ndim - 1)], self._start.shape, self.name)
        return self._times(thetas)

    def formula(self):
        """The gradient as an expression, for a diagonal H or two parameters; else None."""
        h = self._curvature.host
        if h.ndim == 1:
            return Formula(_diagonal, constants={"h": h})
        if h.shape[0] == 2:
            (a, b), (c, d) = h
            return Formula(_pair, 2, {"a": [a], "b": [b], "c": [c], "d": [d]})
        return None

    def _times(self, theta):
        h = self._curvature.beside(theta)
        if h.ndim == 1:
            return h * theta
        if h.shape[0] == 2:  # one order of operations: column by column
            return h[:, 0] * theta[..., 0:1] + h[:, 1] * theta[..., 1:2]
        return arrays.namespace(theta).sum(h * theta[..., None, :], axis=-1)

    def _half_product(self, theta):
        terms = theta * self._times(theta)
        if terms.shape[-1] == 2:
            return 0.5 * (terms[..., 0] + terms[..., 1])
        return 0.5 * arrays.namespace(theta).sum(terms, axis=-1)

    def __repr__(self):
        return f"Quadratic({self.name!r}, {self._start.shape[0]} parameters)"


def _diagonal(x, *, h):
    return (h * x,)


def _pair(x, y, *, a, b, c, d):
    return a * x + b * y, c * x + d * y


def bench(angle=0.0, *, dtype="float64"):
    """The function of every lesson: f(x, y) = .1 x^2 + 2 y^2 from (-5, -2).

    angle: degrees; function and start are turned together about the origin, so the picture is the
    same picture, turned. Its curvatures stay .2 and 4. H and the start are computed in decimal
    arithmetic and rounded once: the same bits on every machine, and no residue at 90 degrees.

    >>> p = bench()
    >>> p.loss(p.theta0), p.grad(p.theta0, 1).tolist()
    (10.5, [-1.0, -8.0])
    >>> bench(90).H.tolist()
    [[4.0, 0.0], [0.0, 0.2]]
    """
    try:
        degrees = Decimal(angle) if isinstance(angle, int) else Decimal(repr(float(angle)))
    except (TypeError, ValueError) as error:
        raise HyperparameterError(f"angle is {angle!r}; give degrees as one number") from error
    if not degrees.is_finite():
        raise HyperparameterError(f"angle is {angle!r}; give finite degrees")
    with localcontext() as context:
        context.prec = 50
        c, s = _cos_sin(degrees)
        flat, steep = Decimal("0.2"), Decimal(4)
        diagonal = [float(c * c * flat + s * s * steep), float(s * s * flat + c * c * steep)]
        mixed = float(c * s * (flat - steep)) + 0.0
        x, y = Decimal(-5), Decimal(-2)
        start = [float(c * x - s * y) + 0.0, float(s * x + c * y) + 0.0]
    h = [[diagonal[0], mixed], [mixed, diagonal[1]]]
    name = "bench" if degrees == 0 else f"bench turned by {degrees.normalize():f} degrees"
    return Quadratic(h, start, name=name, dtype=dtype)


def _cos_sin(degrees):
    """Cosine and sine of an angle in degrees by Taylor series, within a quarter turn of 0."""
    quarters = (degrees / 90).to_integral_value()
    x = (degrees - 90 * quarters) * _PI / 180
    c = s = Decimal(0)
    term, k = Decimal(1), 0
    while abs(term) > Decimal("1e-45"):
        if k % 2:
            s += -term if k % 4 == 3 else term
        else:
            c += -term if k % 4 == 2 else term
        k += 1
        term = term * x / k
    for _ in range(int(quarters) % 4):
        c, s = -s, c
    return c, s
