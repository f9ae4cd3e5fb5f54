"""Candidates: a method of the lab with settings, what it would do on a plan, and the best fit.

The steps are made by the lab's own rules, called as they stand: no equation is written twice.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from rmsprop_lab.dialects.dialect import method_class
from rmsprop_lab.errors import HyperparameterError

__all__ = ["Candidate", "misfit", "refine", "simulate", "slopes", "tuned"]

#: Numbers between 0 and 1, fitted as odds; all others as logarithms.
DECAYS = ("rho", "momentum", "beta1", "beta2", "down")


@dataclass(frozen=True)
class Candidate:
    """A method by name, its settings, and which of its numbers the data decides.

    free: the numbers to be fitted; the others stay. loss: mean square of error over expected
    error. worst: the largest relative error of a lane, root mean square over its steps.
    """

    method: str
    settings: dict
    free: tuple
    loss: float = math.inf
    worst: float = math.inf
    lane: int = 0

    def optimizer(self):
        """The lab's optimizer with these settings."""
        return method_class(self.method)(**self.settings)

    def but(self, **changes):
        """The same with other settings; a number that becomes 0 is no longer free."""
        settings = {**self.settings, **changes}
        free = tuple(n for n in dict.fromkeys((*self.free, *changes))
                     if isinstance(settings[n], float) and settings[n] > 0)
        return replace(self, settings=settings, free=free, loss=math.inf, worst=math.inf)


def simulate(candidates, plan):
    """The steps of candidates that differ in numbers only, shape (candidates, T, lanes)."""
    optimizers = [c.optimizer() for c in candidates]
    g, theta = plan.g, plan.theta
    variant, rows = optimizers[0].variant, len(optimizers)
    wide = np.broadcast_to(theta[:, None, :], (len(g), rows, g.shape[1]))
    with np.errstate(all="ignore"):
        started = [opt.init(theta[0].copy(), g[0].copy()).state for opt in optimizers]
        states = [np.stack([s[name] for s in started]) for name in variant.state]
        rates = [opt.lr for opt in optimizers]
        out, counts, last = np.empty((len(optimizers), *g.shape)), "t" in variant.program.numbers, 0
        for t, factor in enumerate(plan.lr):
            if counts or factor != last:
                for opt, rate in zip(optimizers, rates, strict=True):
                    opt.t, opt.lr = t, rate * factor
                numbers, last = _stacked([opt.numbers() for opt in optimizers]), factor
            after = variant(wide[t], g[t], *states, **numbers)
            after, *states = after if isinstance(after, tuple) else (after,)
            out[:, t] = theta[t] - after
    return out


def _stacked(numbers):
    """One dict of columns, so that each candidate is a row; equal numbers stay numbers."""
    return {name: value if all(n[name] == value for n in numbers)
            else np.array([n[name] for n in numbers])[:, None]
            for name, value in numbers[0].items()}


def misfit(predicted, record, weight=1):
    """Errors in units of the expected error, shape (..., T, lanes), 0 where both are no number.

    A number where there should be none, or the reverse, counts as an error of 1e9 units. weight:
    0 where a step shall not count, shape (T, lanes).
    """
    with np.errstate(all="ignore"):
        z = (predicted - record.u) / record.sigma
        # 0 / 0 is NaN for most, but some libraries answer 0: neither says anything here.
        same = ~np.isfinite(predicted) & (~np.isfinite(record.u) | (record.u == 0))
        same |= np.asarray(weight) == 0
        return np.nan_to_num(np.where(same, 0.0, z), nan=1e9, posinf=1e9, neginf=-1e9)


def judged(candidate, z, record):
    """The candidate with its loss and its worst lane."""
    unit = max(16 * record.rounding, record.noise)
    lanes = np.sqrt(np.mean(np.clip(z, -1e100, 1e100)**2, axis=0))
    worst = int(np.argmax(lanes))
    return replace(candidate, loss=float(np.mean(z**2)), worst=float(lanes[worst]) * unit,
                   lane=worst)


def refine(candidate, record, weight=1, rounds=8, unless=math.inf):
    """Fit the free numbers by damped least squares, starting from the candidate's own.

    unless: a loss at the start beyond which nothing is fitted.
    """
    names = candidate.free
    best, z = _evaluate([candidate], record, weight)[0]
    if best is None or not names:
        return candidate if best is None else best
    if best.loss > unless:
        return best
    damping = 1e-6
    for _ in range(rounds):
        x, slope = _inner(best), slopes(best, record, weight)
        if slope is None:
            break
        size = np.linalg.norm(slope, axis=0) + 1e-300
        q, r = np.linalg.qr(slope / size)
        target = np.concatenate([-q.T @ z.ravel(), np.zeros(len(names))])
        while damping < 1e4:
            system = np.vstack([r, math.sqrt(damping) * np.eye(len(names))])
            move = np.clip(np.linalg.lstsq(system, target, rcond=None)[0] / size, -3, 3)
            tried, tried_z = _evaluate([_at(best, x + move)], record, weight)[0]
            if tried is not None and tried.loss < best.loss:
                gain = tried.loss / best.loss
                best, z, damping = tried, tried_z, max(damping / 30, 1e-14)
                break
            damping *= 100
        else:
            break
        if gain > 0.9 or best.loss < 0.02:
            break
    return best


def slopes(candidate, record, weight=1):
    """How every error moves with each free number, shape (errors, numbers); None where refused."""
    names, x = candidate.free, _inner(candidate)
    h = 1e-5 if record.rounding < 1e-12 and record.noise < 1e-9 else 1e-3
    shifts = h * np.vstack([np.eye(len(names)), -np.eye(len(names))])
    moved = [z for _, z in _evaluate([_at(candidate, x + s) for s in shifts], record, weight)]
    if any(z is None for z in moved):
        return None
    return np.stack([(up - down).ravel() / (2 * h) for up, down in zip(
        moved[:len(names)], moved[len(names):], strict=True)], axis=1)


def tuned(candidates, record, weight=1, rounds=8):
    """The candidates, the best first; those that start far behind the best are not refined.

    weight: an array, or a function of a candidate.
    """
    pairs = [(c, weight(c) if callable(weight) else weight) for c in candidates]
    pairs = [(_evaluate([c], record, w)[0][0], w) for c, w in pairs]
    pairs = [(c, w) for c, w in pairs if c is not None]
    best = min((c.loss for c, _ in pairs), default=0.0)
    done = [refine(c, record, w, rounds) if c.loss <= 1e10 * (best + 1) else c for c, w in pairs]
    return sorted(done, key=lambda c: c.loss)


def _evaluate(candidates, record, weight):
    """(judged candidate, misfits) of each; (None, None) where the settings are not allowed."""
    try:
        predicted = simulate(candidates, record.plan)
    except HyperparameterError:
        return [(None, None)] * len(candidates)
    zs = misfit(predicted, record, weight)
    return [(judged(c, z, record), z) for c, z in zip(candidates, zs, strict=True)]


def _inner(candidate):
    """The free numbers on the scale they are fitted on."""
    values = [candidate.settings[n] for n in candidate.free]
    return np.array([math.log(v / (1 - v)) if n in DECAYS else math.log(v)
                     for n, v in zip(candidate.free, values, strict=True)])


def _at(candidate, x):
    """The candidate with its free numbers set from that scale."""
    x = np.clip(x, -700, 700)
    values = {n: 1 / (1 + math.exp(-v)) if n in DECAYS else math.exp(v)
              for n, v in zip(candidate.free, x, strict=True)}
    return replace(candidate, settings={**candidate.settings, **values})
