"""What was seen, in sentences: the measurement behind each axis, and why it is no RMSprop."""

import math

import numpy as np

from rmsprop_lab.dialects.probe_plan import HUGE
from rmsprop_lab.dialects.probe_rmsprop import debuffered
from rmsprop_lab.dialects.words import number

__all__ = ["LANES", "against", "linearity", "measured"]

LANES = {
    "noise": "gradients of changing size and sign", "constant": "a constant gradient",
    "flip": "one gradient of the other sign, then a constant one", "pulse": "one gradient, then 0",
    "stair": "gradients that double every 8 steps", "turn": "gradients that alternate in sign",
    "fall": "gradients that fall to an eighth", "rest": "theta away from 0, no gradient",
    "pull": "one gradient, then theta away from 0 and no gradient",
    "drag": "theta away from 0 with gradients", "again": "the same gradients once more",
}


def _n(x):
    return number(float(f"{x:.4g}"))


def measured(record, settings):
    """Axis -> the sentence that says what was measured, for an RMSprop."""
    mu, pulse = settings["momentum"], record.lane("pulse", HUGE)
    entered = " (as they enter the buffer)" if mu else ""
    with np.errstate(all="ignore"):
        w = debuffered(record.u, mu, settings["nesterov"])
        find = record.plan.find
        constant, flip = (np.abs(w[:, find(kind, HUGE)[0]]) for kind in ("constant", "flip"))
        left, ahead = pulse[2] / pulse[1], pulse[1] / pulse[0]
        tiny = min(record.plan.lanes[i].scale for i in find("constant"))
        rest = abs(w[0, find("constant", tiny)[0]])
    small = f"a gradient of {_n(tiny)} steps {_n(rest)} at first"
    found = {
        "lr": f"the first step of a huge gradient is {_n(constant[0])}",
        "rho": f"steps of a huge constant gradient{entered}: {', '.join(map(_n, constant[:3]))}",
        "eps": small, "eps_at": small, "v0": f"{small}, a huge one {_n(constant[0])}",
        "centered": "turning the sign of the first gradient makes the second step "
                    f"{_n(flip[1] / constant[1])} times as long",
        "momentum": f"after one gradient, a gradient of 0 leaves the fraction {_n(left)} each step"
                    if mu else "a gradient of 0 makes no step",
        "debias": f"the first step of a huge gradient is {_n(constant[0] / settings['lr'])} lr",
    }
    if mu:
        found["nesterov"] = f"the first step that only the buffer makes is {_n(ahead)} of the last"
    if i := find("rest"):
        found["weight_decay"] = (f"theta = {_n(record.plan.theta[0, i[0]])} without a gradient "
                                 f"moves by {_n(abs(record.u[0, i[0]]))} at first")
    if i := find("pull", 1.0):
        found["decay"] = (f"after a gradient of 1, theta = 1 without a gradient moves by "
                          f"{_n(abs(record.u[1, i[0]]))}")
    if record.lr_seen and mu and (record.plan.lr != 1).any():
        t = int((record.plan.lr == 1).sum())
        with np.errstate(all="ignore"):
            found["lr_at"] = (f"lr times {_n(record.plan.lr[t])}: the next step of the buffer "
                              f"alone is {_n(pulse[t] / pulse[t - 1])} of the last")
    return {k: v for k, v in found.items() if "nan" not in v}


def linearity(record, t=0):
    """How many times larger the step of a gradient ten times as large is, first of all at t = 0."""
    one, other = record.plan.find("constant")[:2]
    step = record.u[t, other] / record.u[t, one]
    return step * 10 * record.plan.lanes[one].scale / record.plan.lanes[other].scale


def against(record, method, nearest):
    """Why the steps are no RMSprop: what was seen that no RMSprop does."""
    with np.errstate(all="ignore"):
        huge = record.lane("constant", HUGE)
        times = linearity(record)
        flip = record.lane("flip", HUGE)[1] / huge[1]
        u = np.abs(huge)
        tiny = record.u[0, record.plan.find("constant")[-1]]
    last = min(99, len(u) - 1)
    averaged = (f"turning the sign of the first gradient leaves {_n(flip)} of the second step: the "
                "gradient is averaged before it is divided")
    said = {
        "SGD": f"a gradient ten times as large makes a step {_n(times)} times as large; RMSprop "
               "divides the size out",
        "Adam": averaged, "Adamax": averaged, "NAdam": averaged, "AdaBelief": averaged,
        "AdaGrad": f"under a constant gradient step {last + 1} is {_n(u[last] / u[0])} of the "
                   f"first, and 1/sqrt({last + 1}) is {_n(1 / math.sqrt(last + 1))}: the sum of "
                   "squares forgets nothing",
        "AdaDelta": "under a huge constant gradient the second step is "
                    f"{_n(u[1] / u[0])} times the first: earlier steps set the length",
        "Rprop": f"under a constant gradient each step is {_n(u[1] / u[0])} times the last, "
                 f"and a tiny gradient starts with {_n(abs(tiny))}: only signs count",
    }.get(method)
    sentences = [said] if said and "nan" not in said else []
    if nearest is not None:
        lane = record.plan.lanes[nearest.lane].kind
        sentences.append(f"the nearest RMSprop misses by {nearest.worst:.2g} of the step, most "
                         f"under {LANES[lane]}")
    return sentences
