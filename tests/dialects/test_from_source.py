"""Rows that no library of today can confirm: the arithmetic of their source, written out anew."""

import numpy as np
import pytest

from rmsprop_lab import dialects
from rmsprop_lab.dialects import golden


def replay(step, state, lr=0.01):
    """Theta after each golden step; step(theta, g, state, lr) writes theta and the state."""
    theta, seen = golden.start(), []
    for g in golden.gradients():
        step(theta, g.copy(), state, lr)
        seen.append(theta.copy())
    return np.array(seen)


def hinton(w, g, s, lr):
    s["ms"] = 0.9 * s["ms"] + 0.1 * g**2
    w -= lr * g / np.sqrt(s["ms"])


def graves(w, e, s, lr):
    # (38) to (45) of the paper, whose own constants are lr = .0001 and the rest as here.
    s["n"] = 0.95 * s["n"] + 0.05 * e**2
    s["g"] = 0.95 * s["g"] + 0.05 * e
    s["d"] = 0.9 * s["d"] - lr * e / np.sqrt(s["n"] - s["g"] ** 2 + 0.0001)
    w += s["d"]


def dqn(w, g, s, lr):
    dw = -g  # the network is pushed up the gradient there
    s["g"] = 0.95 * s["g"] + 0.05 * dw
    s["g2"] = 0.95 * s["g2"] + 0.05 * (dw * dw)
    tmp = np.sqrt(-(s["g"] * s["g"]) + s["g2"] + 0.01)
    w += 0 * s["deltas"] + lr * dw / tmp


def dqn_decay(w, g, s, lr):
    dqn(w, -(-g - 0.1 * w), s, lr)  # dw:add(-wc, w)


def a3c(w, g, s, lr):
    s["g"] = 0.99 * s["g"] + (1 - 0.99) * g**2
    w -= lr * g / np.sqrt(s["g"] + 0.1)


def caffe2(w, g, s, lr):
    s["ms"] = s["ms"] + (1 - 0.9) * (g * g - s["ms"])
    s["mom"] = s["mom"] * 0.9 + lr * g / np.sqrt(1e-5 + s["ms"])
    w -= s["mom"]


def fastai(p, g, s, lr, wd=0.0):
    p *= 1 - lr * wd
    s["avg"] = g**2 if s["avg"] is None else s["avg"]
    s["avg"] = s["avg"] * 0.99 + g**2 * (1 - 0.99)
    p -= lr * g / (np.sqrt(s["avg"]) + 1e-5)


def fastai_decay(p, g, s, lr):
    fastai(p, g, s, lr, wd=0.1)


@pytest.mark.parametrize(
    ("name", "step", "state", "said"),
    [
        ("HINTON", hinton, {"ms": 0.0}, {}),
        ("GRAVES", graves, {"n": 0.0, "g": 0.0, "d": 0.0}, {}),
        ("DQN", dqn, {"g": 0.0, "g2": 0.0, "deltas": 0.0}, {}),
        ("DQN", dqn_decay, {"g": 0.0, "g2": 0.0, "deltas": 0.0}, {"weight_decay": 0.1}),
        ("A3C", a3c, {"g": 0.0}, {}),
        ("CAFFE2", caffe2, {"ms": 0.0, "mom": 0.0}, {"momentum": 0.9}),
        ("FASTAI", fastai, {"avg": None}, {}),
        ("FASTAI", fastai_decay, {"avg": None}, {"weight_decay": 0.1}),
    ],
)
def test_the_row_is_its_source(name, step, state, said):
    theirs = replay(step, state)
    ours = golden.trajectory(dialects.ALL[name], golden.Case(said, lr=0.01))
    assert golden.difference(ours, theirs) < 1e-12


def test_the_constants_of_the_papers():
    assert (dialects.GRAVES.lr, dialects.DQN.lr, dialects.A3C.lr) == (1e-4, 2.5e-4, None)
    assert dialects.DQN.fixed == ("rho", "eps", "eps_at", "v0", "centered", "momentum", "nesterov",
                                  "lr_at", "debias", "decay")
