"""Rprop against PyTorch's and optax's: where they are the same rule, and three places where not."""

import numpy as np
import pytest

import rmsprop_lab as lab
from tests.relatives import LR, apart, distance, recorded, start, stream

SAME = {"plain": {}, "settings": {"down": 0.25, "up": 1.75, "smallest": 0.05, "largest": 0.3}}


@pytest.mark.parametrize("run", SAME)
def test_it_is_torchs_rule(run):
    """Without weight backtracking, and no step after a flip; etas=(.5, 1.2) is (down, up)."""
    assert apart(lab.Rprop(LR, **SAME[run]), "torch_rprop", run) < 1e-14


@pytest.mark.parametrize(("run", "wrong"), [
    ("plain", {"up": 1.3}), ("plain", {"down": 0.6}), ("settings", {"largest": 50.0}),
    ("settings", {"smallest": 1e-6}), ("settings", {"up": 1.25, "down": 0.75})])
def test_another_setting_is_seen(run, wrong):
    assert apart(lab.Rprop(LR, **SAME[run] | wrong), "torch_rprop", run) > 1e-4


def test_the_recorded_gradients_flip_vanish_and_persist():
    signs = np.sign(stream("vector"))
    pairs = signs[1:] * signs[:-1]
    assert all((pairs == k).sum() > 10 for k in (-1, 0, 1))


def test_torch_multiplies_gradients_where_the_lab_multiplies_signs():
    """Two gradients of 1e-170 have the product 0: torch then neither grows nor shrinks a step.

    In float32 this begins at 3e-23.
    """
    _, theirs = recorded("torch_rprop", "tiny")
    moved = np.abs(np.diff(theirs, axis=0))
    made = stream("tiny")[1:] != 0
    assert np.allclose(moved[made], LR, rtol=1e-13)
    assert apart(lab.Rprop(LR), "torch_rprop", "tiny") > 1
    theta, opt = start("vector"), lab.Rprop(LR)
    for g in stream("vector"):
        opt.step(theta, np.sign(g) * 1e-170)
    assert distance(theta, recorded("torch_rprop", "plain")[1][-1]) < 1e-14


def test_torch_clamps_the_first_step_too():
    """lr = 100 is cut to step_sizes[1] = 50 at once; the lab's bounds hold for changes of d."""
    theirs = recorded("torch_rprop", "out of bounds")[1]
    assert (np.abs(theirs[0] - start("vector")) == 50).all()
    assert apart(lab.Rprop(50.0), "torch_rprop", "out of bounds") < 1e-14
    theta = start("vector")
    lab.Rprop(100.0).step(theta, stream("vector")[0])
    assert (np.abs(theta - start("vector")) == 100).all()


def test_optax_steps_one_step_late():
    """In 0.2.8 the update of step t is that of step t - 1, dropped when the sign flips at t."""
    gradients, theta, opt = stream("vector"), start("vector"), lab.Rprop(LR)
    late, before, there, path = np.zeros(6), np.zeros(6), start("vector"), []
    for g in gradients:
        last = np.array(opt.state["last"]) if opt.t else np.zeros(6)
        before[:] = theta
        opt.step(theta, g)
        there = there + np.where(np.sign(g) * last < 0, 0.0, late)
        late = theta - before
        path.append(there)
    theirs = recorded("optax_rprop", "plain")[1]
    assert (theirs[0] == start("vector")).all()
    assert distance(np.array(path), theirs) < 1e-13
    assert apart(lab.Rprop(LR), "optax_rprop", "plain") > 0.01
