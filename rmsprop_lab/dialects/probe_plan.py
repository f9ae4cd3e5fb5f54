"""What an unknown optimizer is shown: lanes of gradients, each an experiment of its own.

An elementwise optimizer treats every coordinate alone. One call therefore makes one step of all
experiments: a lane is a coordinate with gradients chosen for what they reveal. Before every call
theta is set back to what the lane says, mostly 0, so that the step is read with full precision.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["HUGE", "Lane", "Plan", "full_plan", "held_out", "short_plan"]

#: A scale at which no eps and no start of v shows, and whose square is finite in float32.
HUGE = 1e10


@dataclass(frozen=True, eq=False)
class Lane:
    """One experiment: its kind, the scale of its gradients, and both sequences, shape (T,)."""

    kind: str
    scale: float
    g: np.ndarray
    theta: np.ndarray


@dataclass(frozen=True, eq=False)
class Plan:
    """Lanes side by side. g, theta: shape (T, lanes). lr: the factor on lr, shape (T,)."""

    lanes: tuple
    lr: np.ndarray

    @property
    def g(self):
        """The gradients, one column a lane."""
        return np.stack([lane.g for lane in self.lanes], axis=1)

    @property
    def theta(self):
        """What theta is set to before each call, one column a lane."""
        return np.stack([lane.theta for lane in self.lanes], axis=1)

    def find(self, kind, scale=None):
        """The positions of the lanes of a kind, of one scale if it is given."""
        return [i for i, lane in enumerate(self.lanes)
                if lane.kind == kind and scale in (None, lane.scale)]

    def pick(self, positions, steps):
        """The plan of these lanes and the first `steps` steps."""
        lanes = tuple(Lane(x.kind, x.scale, x.g[:steps], x.theta[:steps])
                      for x in (self.lanes[i] for i in positions))
        return Plan(lanes, self.lr[:steps])


def full_plan(steps=128, after=12, drop=0.25):
    """All lanes for `steps` steps, then `after` steps with the learning rate times `drop`."""
    total = steps + after
    shapes = _shapes(total)
    zero = np.zeros(total)
    lanes = [Lane(kind, HUGE, HUGE * shapes[kind], zero)
             for kind in ("noise", "constant", "flip", "pulse", "stair", "turn", "fall")]
    lanes += [Lane("constant", 10 * HUGE, 10 * HUGE * shapes["constant"], zero)]
    scales = [10.0**k for k in range(7, -15, -1)] + [1e-18, 1e-22, 1e-30]
    lanes += [Lane("constant", s, s * shapes["constant"], zero) for s in scales]
    lanes += [Lane("noise", s, s * shapes["noise"], zero) for s in scales if s >= 1e-14]
    lanes += [Lane("pulse", s, s * shapes["pulse"], zero) for s in (1e2, 1.0, 1e-3, 1e-6, 1e-10)]
    lanes += _decay_lanes(shapes, total)
    lanes += [Lane("again", HUGE, HUGE * shapes["noise"], zero)]
    lr = np.where(np.arange(total) < steps, 1.0, drop)
    return Plan(tuple(lanes), lr)


def short_plan(steps=14):
    """Few lanes for a step that takes one number at a time: every lane costs its own calls."""
    shapes = _shapes(steps)
    zero = np.zeros(steps)
    lanes = [Lane(kind, HUGE, HUGE * shapes[kind], zero)
             for kind in ("noise", "constant", "flip", "pulse", "fall")]
    lanes += [Lane("constant", s, s * shapes["constant"], zero) for s in (1.0, 1e-4, 1e-8, 1e-14)]
    lanes += [Lane("noise", 1e-2, 1e-2 * shapes["noise"], zero)]
    lanes += [lane for lane in _decay_lanes(shapes, steps) if lane.scale in (0.0, 1e-3)][1:]
    return Plan(tuple(lanes), np.ones(steps))


def held_out(steps=36, lanes=24):
    """Gradients and starts no fit has seen: theta runs freely here. Two arrays, (T, n) and (n,)."""
    draw = np.random.default_rng(20)
    scale = 10.0 ** draw.uniform(-9, 3, size=lanes)
    g = scale * draw.standard_normal((steps, lanes)) * 4.0 ** draw.uniform(-1, 1, (steps, lanes))
    g[draw.random((steps, lanes)) < 0.1] = 0.0
    g[0] = scale  # a zero first gradient with eps = 0 would be 0 / 0
    return g, draw.standard_normal(lanes)


def _shapes(total):
    """The sequences, in units of a lane's scale."""
    t = np.arange(total)
    draw = np.random.default_rng(12)
    size = 4.0 ** draw.uniform(-1, 1, total)
    size[:2] = 1.0, 2.0  # the second step must show what the first was divided by
    return {
        "constant": np.ones(total),
        "pulse": np.where(t == 0, 1.0, 0.0),
        "flip": np.where(t == 0, -1.0, 1.0),
        "turn": np.where(t % 2 == 0, 1.0, -1.0),
        "stair": 2.0 ** (t // 8),
        "fall": np.where(t < 6, 8.0, 1.0),
        "noise": size * draw.choice([-1.0, 1.0], total),
    }


def _decay_lanes(shapes, total):
    """Lanes with theta away from 0. The first step is at 0: it fills v before a decay shows."""
    ones, after = np.ones(total), np.where(np.arange(total) == 0, 0.0, 1.0)
    zero = np.zeros(total)
    lanes = [Lane("rest", 0.0, zero, 2 * ones), Lane("rest", 0.0, zero, ones)]
    lanes += [Lane("pull", s, s * shapes["pulse"], after) for s in (1e3, 1.0, 1e-3, 1e-6)]
    lanes += [Lane("drag", s, s * shapes["noise"], shapes["noise"]) for s in (1.0, 1e-3)]
    return lanes
