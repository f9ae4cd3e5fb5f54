"""What was seen: the step of every lane at every call, and how exactly it can be read."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rmsprop_lab.dialects.probe_plan import Plan

__all__ = ["Record", "record", "record_singly"]


@dataclass(frozen=True, eq=False)
class Record:
    """Steps u = theta before - theta after, shape (T, lanes), of a plan, with their precision.

    rounding: the unit of rounding in which the optimizer computes, 2^-53 or 2^-24. noise: the
    relative difference between two lanes with the same gradients, 0 for an exact optimizer.
    lr_seen: whether the learning rate was changed as the plan says.
    """

    plan: Plan
    u: np.ndarray
    rounding: float
    noise: float
    lr_seen: bool

    @cached_property
    def sigma(self):
        """The error to expect in each step, in units of theta; shape (T, lanes).

        A step is exact to a few roundings of itself and, through a momentum buffer, of the step
        before; to a rounding of theta, where theta is not 0.
        """
        u = np.abs(np.where(np.isfinite(self.u), self.u, 0.0))
        before = np.vstack([u[:1], u[:-1]])
        relative = max(16 * self.rounding, self.noise)
        size = u + 0.1 * before + 1e-6 * u.max(axis=0)
        return relative * size + 2 * self.rounding * np.abs(self.plan.theta) + 1e-290

    @property
    def acceptable(self):
        """The relative error at which a rule still counts as the one that was seen."""
        return max(1e-7 if self.rounding < 1e-12 else 2e-3, 6 * self.noise)

    @property
    def slack(self):
        """The mean squared error, in units of sigma, that says nothing.

        Noise is independent, and its mean over thousands of steps is sharp. Roundings come back in
        every later step: 100 of them are not a number that was seen.
        """
        return 0.02 if self.noise else 40.0

    def lane(self, kind, scale=None):
        """The steps of the one lane of this kind and scale, shape (T,)."""
        return self.u[:, self.plan.find(kind, scale)[0]]

    def pick(self, positions, steps=None):
        """The record of these lanes and the first `steps` steps."""
        steps = len(self.u) if steps is None else steps
        return Record(self.plan.pick(positions, steps), self.u[:steps, positions], self.rounding,
                      self.noise, self.lr_seen)


def record(subject, plan, progress):
    """Show all lanes at once, a coordinate each; len(plan.lr) calls. progress(calls) after each."""
    g, theta = plan.g, plan.theta
    subject.start(g.shape[1])
    rows, last = [], 1.0
    for t, factor in enumerate(plan.lr):
        if factor != last and not subject.has_lr:
            break
        if factor != last:
            subject.scale_lr(factor / last)
            last = factor
        rows.append(subject.step(theta[t], g[t]))
        progress(subject.calls)
    seen = plan.pick(range(len(plan.lanes)), len(rows))
    return _read(seen, np.stack(rows), subject.has_lr)


def record_singly(subject, plan, progress):
    """Show one lane after the other to fresh copies, for a step that takes plain numbers."""
    g, theta = plan.g, plan.theta
    out = np.empty_like(g)
    for lane in range(g.shape[1]):
        subject.start(None)
        for t in range(len(g)):
            out[t, lane] = subject.step(float(theta[t, lane]), float(g[t, lane]))
            progress(subject.calls)
    return _read(plan, out, False)


def _read(plan, after, lr_seen):
    rounding = 2.0**-53 if after.dtype.itemsize > 4 else 2.0**-24
    after = after.astype(np.float64)
    with np.errstate(all="ignore"):
        u = plan.theta - after
        free = u[:, (plan.theta == 0).all(axis=0)]
        free = free[np.isfinite(free) & (free != 0)]
        # An optimizer may compute in float32 whatever it is given, and return float64.
        if free.size and np.mean(free.astype(np.float32) == free) > 0.99:
            rounding = 2.0**-24
    seen = Record(plan, u, rounding, _noise(plan, u), lr_seen)
    if rounding < 1e-12:
        return seen
    # In float32 the square of anything smaller is subnormal, and has few digits.
    return seen.pick([i for i, x in enumerate(plan.lanes) if not 0 < x.scale < 1e-15])


def _noise(plan, u):
    """The relative difference, root mean square, of the lanes that were shown the same."""
    again = plan.find("again")
    if not again:
        return 0.0
    one, two = u[:, plan.find("noise", plan.lanes[again[0]].scale)[0]], u[:, again[0]]
    with np.errstate(all="ignore"):
        ratio = (one - two) / (np.abs(one) + np.abs(two)) * np.sqrt(2)
    ratio = ratio[np.isfinite(ratio)]
    return float(np.sqrt(np.mean(ratio**2))) if ratio.size else 0.0
