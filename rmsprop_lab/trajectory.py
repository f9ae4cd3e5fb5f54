"""`run`: the one loop of the course. It walks an optimizer down a problem and keeps every step."""

import copy
import operator
import sys
import time
from dataclasses import dataclass

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import DtypeRefused, LabError, ShapeMismatch

__all__ = ["Trajectory", "run"]

_PATIENCE = 2.0  # seconds before a bar appears


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """All that happened in n steps.

    theta (n + 1, ...): row 0 is the start, row t what step t left behind. loss (n + 1,): the loss
    of each row, a host array of float64. grad (n, ...): row t - 1 is the gradient that step t
    used, taken at theta[t - 1]. state {name: (n + 1, ...)}: row 0 is the state before the first
    step. theta, grad and state are arrays of the library in which the run was made.
    """

    theta: object
    loss: np.ndarray
    grad: object
    state: dict

    @property
    def steps(self):
        """How many steps were made."""
        return self.grad.shape[0]

    @property
    def final(self):
        """theta after the last step."""
        return self.theta[-1, ...]

    @property
    def effective_step(self):
        """How far each coordinate moved: |theta_t - theta_{t-1}|, shape (n, ...)."""
        return arrays.abs(self.theta[1:, ...] - self.theta[:-1, ...])

    @property
    def effective_rate(self):
        """How far each coordinate moved for each unit of its gradient, shape (n, ...).

        For RMSprop without momentum this is lr / (sqrt(v) + eps). NaN where the gradient is 0.
        """
        with np.errstate(all="ignore"):
            rate = self.effective_step / arrays.abs(self.grad)
        return arrays.where(self.grad == 0, self.grad * 0 + float("nan"), rate)

    def to_host(self):
        """The same trajectory in NumPy arrays."""
        return Trajectory(
            arrays.to_host(self.theta),
            self.loss,
            arrays.to_host(self.grad),
            {name: arrays.to_host(rows) for name, rows in self.state.items()},
        )

    def __repr__(self):
        names = ", ".join(self.state) or "none"
        return (
            f"Trajectory({self.steps} steps of shape {tuple(self.theta.shape[1:])}, "
            f"loss {self.loss[0]:.6g} -> {self.loss[-1]:.6g}, state: {names})"
        )


def run(opt, problem, steps, theta0=None, *, rates=None):
    """Walk `steps` steps from theta0 and return the Trajectory.

    opt: an optimizer; it is copied, so the caller's is the same before and after. One that has
    made steps goes on from its state, and the problem sees t = opt.t + 1, opt.t + 2, ...
    problem: see `lab.problems`. theta0: where to start, of the shape of problem.theta0, which it
    replaces; never written. rates: a schedule, one learning rate for each step, in place of opt.lr.
    A run that diverges is recorded as it is: inf and NaN, no warning.

    >>> import rmsprop_lab as lab
    >>> path = lab.run(lab.SGD(lr=0.25), lab.problems.Quadratic([2.0, 4.0], [8.0, 8.0]), steps=2)
    >>> path.theta.tolist()
    [[8.0, 8.0], [4.0, 0.0], [2.0, 0.0]]
    >>> path
    Trajectory(2 steps of shape (2,), loss 192 -> 4, state: none)
    """
    steps = _count(steps)
    _check_parts(opt, problem)
    rates = _schedule(opt, steps, rates)
    theta = _start(problem, theta0)
    opt = copy.deepcopy(opt)
    book = _Rows(arrays.namespace(theta), steps + 1)
    loss = np.empty(steps + 1)
    with np.errstate(all="ignore"):
        g = problem.grad(theta, opt.t + 1)
        if not opt.state and hasattr(opt, "init"):
            opt.init(theta, g)  # with g: a state may start from the first gradient
        loss[0] = problem.loss(theta)
        book.write(0, "theta", theta)
        for name, value in opt.state.items():
            book.write(0, ("state", name), value)
        for i in _watched(steps):
            book.write(i, "grad", g)  # before the step: an optimizer may write into its gradient
            if rates is not None:
                opt.lr = rates[i]
            opt.step(theta, g)
            book.write(i + 1, "theta", theta)
            loss[i + 1] = problem.loss(theta)
            for name, value in opt.state.items():
                book.write(i + 1, ("state", name), value)
            if i + 1 < steps:
                g = problem.grad(theta, opt.t + 1)
    rows = book.rows
    grad = rows["grad"][:-1, ...] if steps else rows["theta"][:0, ...]
    state = {key[1]: value for key, value in rows.items() if key[0] == "state"}
    return Trajectory(rows["theta"], loss, grad, state)


class _Rows:
    """Preallocated arrays, one row a step: half the memory of stacking a list at the end."""

    def __init__(self, xp, count):
        self.xp, self.count, self.rows = xp, count, {}

    def write(self, i, key, value):
        if key not in self.rows:
            shape = (self.count, *value.shape)
            place = {} if self.xp.__name__ == "cupy" else {"device": value.device}
            # rows before the first write say "unknown": an optimizer without init has no state yet
            empty = float("nan") if self.xp.isdtype(value.dtype, "real floating") else 0
            self.rows[key] = self.xp.full(shape, empty, dtype=value.dtype, **place)
        self.rows[key][i, ...] = value


def _count(steps):
    try:
        steps = operator.index(steps)
    except TypeError as error:
        raise LabError(f"steps is {steps!r}; give a whole number, 0 or more") from error
    if steps < 0:
        raise LabError(f"steps is {steps}; give 0 or more")
    return steps


def _schedule(opt, steps, rates):
    if rates is None:
        return None
    if not hasattr(opt, "lr"):
        raise LabError(f"{type(opt).__name__} has no lr for `rates` to set; leave rates out")
    rates = list(rates)
    if len(rates) != steps:
        raise LabError(f"rates holds {len(rates)} learning rates for {steps} steps; give one each")
    return rates


def _check_parts(opt, problem):
    if isinstance(opt, type):
        raise LabError(f"{opt.__name__} is a class; make an optimizer of it: {opt.__name__}(...)")
    if not all(hasattr(opt, name) for name in ("step", "state", "t")):
        raise LabError(
            f"{type(opt).__name__} is not an optimizer (step, state and t are needed); "
            "run(opt, problem, steps) takes one such as lab.RMSprop(lr=0.1) first"
        )
    if isinstance(problem, type) or not all(
        hasattr(problem, name) for name in ("theta0", "loss", "grad")
    ):
        raise LabError(
            f"{getattr(problem, '__name__', type(problem).__name__)} is not a problem (theta0, "
            "loss and grad are needed); take one such as lab.problems.bench()"
        )


def _start(problem, theta0):
    own = problem.theta0
    xp = arrays.namespace(own)
    if theta0 is None:
        return xp.asarray(own, copy=True)
    if not arrays.is_array(theta0):
        theta0 = xp.asarray(theta0, dtype=own.dtype)
    xp = arrays.namespace(theta0)
    if not xp.isdtype(theta0.dtype, "real floating"):
        raise DtypeRefused(
            f"theta0 has dtype {theta0.dtype}, in which a step rounds to nothing; start from floats"
        )
    if tuple(theta0.shape) != tuple(own.shape):
        raise ShapeMismatch(
            f"theta0 has shape {tuple(theta0.shape)}, {getattr(problem, 'name', 'the problem')} "
            f"has parameters of shape {tuple(own.shape)}; start from problem.theta0"
        )
    return xp.asarray(theta0, copy=True)


def _watched(steps):
    """range(steps), with a bar on a terminal once the run has lasted two seconds."""
    begun, bar, task = time.monotonic(), None, None
    try:
        for i in range(steps):
            yield i
            if bar is not None:
                bar.update(task, completed=i + 1)
            elif time.monotonic() - begun > _PATIENCE and _terminal():
                from rich.console import Console
                from rich.progress import Progress

                bar = Progress(console=Console(stderr=True), transient=True)
                bar.start()
                task = bar.add_task("steps", total=steps, completed=i + 1)
    finally:
        if bar is not None:
            bar.stop()


def _terminal():
    """A notebook's stderr is none: a bar there would end up in the stored output."""
    return sys.stderr is not None and sys.stderr.isatty()
