"""A saddle between two valleys: the slope vanishes at three places, and two of them are minima."""

from rmsprop_lab import arrays
from rmsprop_lab.errors import LabError
from rmsprop_lab.problems.base import Start, check_theta

__all__ = ["Saddle"]


class Saddle:
    """f(x, y) = x^2 / 2 - y^2 / 2 + y^4 / 4 + tilt y.

    Without a tilt its slope vanishes at the saddle (0, 0) and at the minima (0, 1) and (0, -1).
    theta0: where to start, (2,). tilt: makes one of the two valleys the deeper one.

    >>> p = Saddle([2.0, 2.0])
    >>> p.loss(p.theta0), p.grad(p.theta0).tolist(), p.curvatures(p.theta0).tolist()
    (4.0, [2.0, 6.0], [1.0, 11.0])
    """

    minimum = None  # there are two

    def __init__(self, theta0=(-0.7, 0.01), *, tilt=0.0):
        """Remember the start and the tilt; see the class."""
        self._start, self.tilt = Start(theta0), float(tilt)
        if self._start.shape != (2,):
            raise LabError(f"theta0 has shape {self._start.shape}; a saddle has two parameters")
        self.name = f"saddle, tilt {tilt:g}" if tilt else "saddle"

    @property
    def theta0(self):
        """The starting point, a fresh copy."""
        return self._start.copy()

    def loss(self, theta):
        """The loss as a float."""
        check_theta(theta, (2,), self.name)
        return float(self.losses(theta))

    def losses(self, thetas):
        """The loss of many points at once: (..., 2) gives (...). For contour plots."""
        x, y = thetas[..., 0], thetas[..., 1]
        return x * x / 2 - y * y / 2 + y * y * y * y / 4 + self.tilt * y

    def grad(self, theta, t=None):
        """The slopes (x, y^3 - y + tilt); t is not used."""
        check_theta(theta, (2,), self.name)
        x, y = theta[0], theta[1]
        return arrays.namespace(theta).stack([x, y * y * y - y + self.tilt])

    def curvatures(self, theta):
        """The second derivatives along x and along y, (2,): 1 and 3 y^2 - 1. The mixed one is 0."""
        check_theta(theta, (2,), self.name)
        y = theta[1]
        return arrays.namespace(theta).stack([0 * y + 1, 3 * y * y - 1])

    def __repr__(self):
        return f"Saddle({self.name!r})"
