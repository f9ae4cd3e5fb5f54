"""What the tests of Adam's relatives share: recorded runs, and the lab on the same gradients."""

import functools
import json
from pathlib import Path

import numpy as np

from rmsprop_lab.authoring.relatives_runs import LR, RUNS, digest, rate, start, stream

FOLDER = Path(__file__).parent / "golden" / "relatives"


@functools.cache
def recorded(name, run):
    """The gradient stream of a run of a library, and theta after each step, as rows."""
    saved = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["runs"][run]
    assert (saved["stream"], saved["call"]) == RUNS[name][run], "record it again"
    assert saved["digest"] == digest(saved["stream"]), "the gradients are no longer those recorded"
    rows = [[float.fromhex(x) for x in row.split()] for row in saved["theta"]]
    return saved["stream"], np.array(rows)


def followed(opt, kind, run="plain"):
    """Theta after each step of an optimizer of the lab on the gradients of a stream, as rows."""
    theta, path = start(kind), []
    for t, g in enumerate(stream(kind), 1):
        if run.endswith("drop"):
            opt.lr = rate(run, t)
        opt.step(theta, g)
        path.append(theta.ravel().copy())
    return np.array(path)


def apart(opt, name, run):
    """How far the lab is from a recorded run: `distance`."""
    kind, theirs = recorded(name, run)
    return distance(followed(opt, kind, run), theirs)


def distance(ours, theirs):
    """The largest difference of two paths in units of the larger of 1 and theta. inf for NaN."""
    worst = np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs)))
    return float(worst) if np.isfinite(worst) else float("inf")


def moves(opt, gradients, theta=0.0):
    """How far each step goes from one and the same place, without the rounding of theta."""
    seen = []
    for g in gradients:
        here = np.full(np.shape(g), float(theta))
        opt.step(here, np.asarray(g, dtype=np.float64))
        seen.append(here - theta)
    return np.array(seen)


def matrices(seed, shape=(6, 4), steps=20):
    """A start and gradients of one shape."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal(shape), rng.standard_normal((steps, *shape))


def walk(opt, theta, gradients):
    """Theta after each step, from a copy of theta."""
    theta, path = theta.copy(), []
    for g in gradients:
        opt.step(theta, g)
        path.append(theta.copy())
    return np.array(path)


__all__ = ["LR", "RUNS", "apart", "distance", "followed", "matrices", "moves", "recorded", "start",
           "stream", "walk"]
