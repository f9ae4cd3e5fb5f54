"""The door to an unknown optimizer: whatever it is, a fresh one that maps (theta, g) to theta.

A `Subject` counts every call of the optimizer's step and refuses to go over its allowance.
"""

import inspect

import numpy as np

from rmsprop_lab.dialects.dialect import Dialect
from rmsprop_lab.dialects.probe_kinds import (
    PROTOCOL,
    ProbeRefused,
    is_torch,
    is_transformation,
    of_callable,
    of_lab,
    of_optax,
    of_torch,
    unused,
)
from rmsprop_lab.errors import LabError
from rmsprop_lab.optimizer import Optimizer

__all__ = ["CALLS", "ProbeRefused", "Subject"]

#: How often identify may call a step.
CALLS = 200

class Subject:
    """An optimizer under probe.

    step: see `identify`. name: what it is, for the report. calls: steps made so far, over all
    fresh copies. repeatable: whether a fresh copy can be made. has_lr: whether its learning rate
    can be set (known after the first `start`).
    """

    def __init__(self, step, allowance=CALLS):
        """Find out which kind of object `step` is; nothing is called yet."""
        self.name, self._make, self.repeatable = _recognise(step)
        self.calls, self.allowance, self.has_lr, self.started = 0, allowance, False, 0

    def start(self, size):
        """Make a fresh optimizer for `size` parameters; the next `step` is its first.

        size: None for one plain number. Raises ProbeRefused when it was a step in use, which
        cannot be made afresh.
        """
        if self.started and not self.repeatable:
            raise ProbeRefused(f"{self.name} cannot be started afresh; {PROTOCOL}")
        self.started += 1
        try:
            self._live = self._make(size)
        except LabError:
            raise
        except Exception as error:
            raise ProbeRefused(
                f"a fresh {self.name} could not be made: {type(error).__name__}: {error}; "
                f"{PROTOCOL}") from error
        self.has_lr = self._live.scale_lr is not None

    def step(self, theta, g):
        """One step from theta with gradient g, float64 arrays; a new array of any float dtype."""
        if self.calls >= self.allowance:
            raise ProbeRefused(f"the allowance of {self.allowance} calls is used up")
        self.calls += 1
        try:
            with np.errstate(all="ignore"):
                out = self._live.step(theta, g)
        except Exception as error:
            raise ProbeRefused(
                f"call {self.calls} of {self.name} raised {type(error).__name__}: {error}"
            ) from error
        return self._checked(out, theta)

    def scale_lr(self, factor):
        """Multiply the learning rate of the running optimizer."""
        self._live.scale_lr(factor)

    def _checked(self, out, theta):
        kind = type(out).__name__
        try:
            out = np.asarray(out)
            if out.dtype.kind not in "fiu" and out.dtype.name != "bfloat16":
                raise TypeError
        except (TypeError, ValueError):
            raise ProbeRefused(
                f"{self.name} returned {kind} and not the new theta; {PROTOCOL}"
            ) from None
        if out.shape != np.shape(theta):
            raise ProbeRefused(
                f"{self.name} returned shape {out.shape} for a theta of shape {np.shape(theta)}; "
                "a step returns the new theta")
        return out


def _recognise(step):
    """Name, maker of Live from a size, and whether it can be made again."""
    if isinstance(step, Dialect):
        return step.name, lambda size: of_lab(step.optimizer(lr=step.lr or 1e-3), size), True
    if isinstance(step, Optimizer):
        return f"lab.{type(step).__name__}", lambda size: of_lab(unused(step), size), True
    if is_torch(step):
        name = f"{type(step).__module__.partition('.')[0]}'s {type(step).__name__}"
        return name, lambda size: of_torch(step, size), True
    if is_transformation(step):
        return "optax transformation", lambda size: of_optax(step, size), True
    if inspect.isclass(step) or not callable(step):
        raise ProbeRefused(f"{step!r} is no optimizer that can be probed; {PROTOCOL}")
    needed = _needed(step)
    name = getattr(step, "__name__", type(step).__name__)
    if needed == 0:
        return name, lambda size: _made(step(), size, name), True
    if needed == 2:
        return name, lambda size: of_callable(step), False
    raise ProbeRefused(
        f"{name} takes {needed} arguments; a factory takes none, a step takes theta and g; "
        f"{PROTOCOL}")


def _needed(function):
    """How many arguments must be given by position."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some built-in callables do not say
        return 0
    return sum(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
               for p in parameters)


def _made(fresh, size, name):
    """What a factory returned: a step, or any of the other kinds."""
    if isinstance(fresh, Optimizer):
        return of_lab(fresh, size)
    if is_torch(fresh):
        return of_torch(fresh, size)
    if is_transformation(fresh):
        return of_optax(fresh, size)
    if not callable(fresh) and callable(getattr(fresh, "step", None)):
        return of_callable(fresh.step, owner=fresh)
    if callable(fresh) and not inspect.isclass(fresh):
        return of_callable(fresh)
    raise ProbeRefused(f"{name}() returned {type(fresh).__name__}; {PROTOCOL}")
