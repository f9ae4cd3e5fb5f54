"""What `run` asks of a problem, and how a problem keeps its constants beside theta."""

from importlib import import_module
from typing import Protocol, runtime_checkable

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import DtypeRefused, LabError, ShapeMismatch

__all__ = ["Constant", "Problem", "Regraded", "Start", "check_theta"]


@runtime_checkable
class Problem(Protocol):
    """Anything with a name, a starting point, a loss and a gradient.

    theta0: array, a fresh copy at each reading. loss(theta): Python float. grad(theta, t): array
    of theta's shape, dtype and library; t counts the steps from 1, and a problem whose gradient
    does not change ignores it. Neither method writes to theta.

    >>> import rmsprop_lab as lab
    >>> isinstance(lab.problems.bench(), lab.problems.Problem)
    True
    """

    name: str

    @property
    def theta0(self):
        """The starting point."""

    def loss(self, theta):
        """The objective at theta, a Python float."""

    def grad(self, theta, t):
        """The gradient that step t sees at theta."""


class Regraded:
    """A problem as another one, with another gradient: start and loss are those of `problem`.

    A subclass sets `problem` and gives `grad`.
    """

    @property
    def theta0(self):
        """The starting point, a fresh copy."""
        return self.problem.theta0

    def loss(self, theta):
        """The loss of the problem itself at theta, a float."""
        return self.problem.loss(theta)


class Constant:
    """Numbers of a problem, kept on the host and copied once to wherever a theta lives.

    values: anything NumPy reads; the host copy is float64 and read-only.

    >>> Constant([1, 2]).beside(np.zeros(3, dtype="float32"))
    array([1., 2.], dtype=float32)
    """

    def __init__(self, values):
        """Copy the values to the host."""
        self.host = np.array(arrays.to_host(values), dtype=np.float64)
        self.host.setflags(write=False)
        self._copies = {}

    def __getstate__(self):
        """What is pickled: the host copy; others are made again where they are needed."""
        return {"host": self.host, "_copies": {}}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.host.setflags(write=False)  # which a pickle forgets

    def beside(self, theta):
        """The numbers in theta's library, dtype and device; the same array at each call."""
        device = getattr(theta, "device", None)
        key = (type(theta), theta.dtype, str(device))
        copy = self._copies.get(key)
        if copy is None:
            copy = place(self.host, arrays.namespace(theta), theta.dtype, device)
            self._copies[key] = copy
        return copy


class Start:
    """A starting point: a list goes to the default library, an array stays where it is.

    theta0: list of numbers (read as float64, or as `dtype`), or a float array. Anything that is
    not real floating point raises DtypeRefused, a value that is not finite LabError.

    >>> Start([-5, -2]).copy().tolist()
    [-5.0, -2.0]
    """

    def __init__(self, theta0, dtype=None, *, xp=None):
        """xp: where a host array made by a problem belongs; None goes by theta0 itself."""
        if xp is None and arrays.is_array(theta0):
            xp = arrays.namespace(theta0)
            wanted = theta0.dtype if dtype is None else getattr(xp, str(np.dtype(dtype)))
            values = xp.asarray(theta0, dtype=wanted, copy=True)
        else:
            host = np.asarray(theta0, dtype=dtype or np.float64)
            xp = xp or arrays.default()
            values = place(host, xp, getattr(xp, str(host.dtype)), None)
        if not xp.isdtype(values.dtype, "real floating"):
            raise DtypeRefused(
                f"theta0 has dtype {values.dtype}, and a step of whole numbers rounds to nothing; "
                "start from floats, for example [-5.0, -2.0]"
            )
        if not bool(xp.all(xp.isfinite(values))):
            raise LabError("theta0 holds a value that is not finite; start from finite numbers")
        self._xp, self._values, self.shape = xp, values, tuple(values.shape)

    def __getstate__(self):
        """What is pickled: the library by its name."""
        return self.__dict__ | {"_xp": self._xp.__name__}

    def __setstate__(self, state):
        self.__dict__.update(state, _xp=import_module(state["_xp"]))

    def copy(self):
        """A new array that the caller may write."""
        return self._xp.asarray(self._values, copy=True)


def place(host, xp, dtype, device):
    """A new array in library xp from a host array; the device is left to the library if None."""
    if device is None or xp.__name__ == "cupy":  # CuPy allocates on the current device
        return xp.asarray(host, dtype=dtype, copy=True)
    return xp.asarray(host, dtype=dtype, device=device, copy=True)


def check_theta(theta, shape, name):
    """Raise unless theta is an array of this shape: a wrong one would broadcast in silence."""
    if not arrays.is_array(theta):
        raise LabError(
            f"{name} needs an array, not {type(theta).__name__}; start from problem.theta0"
        )
    if tuple(theta.shape) != tuple(shape):
        raise ShapeMismatch(
            f"{name} has parameters of shape {tuple(shape)}, got {tuple(theta.shape)}; "
            "start from problem.theta0"
        )
