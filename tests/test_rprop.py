"""Lesson 4's beginning: sign descent and Rprop, and why neither may see small batches."""

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.rprop import rprop, sign_descent
from tests.core.formulas import follow, rprop_path, stream

BASE = {"lr": 0.01, "up": 1.2, "down": 0.5, "smallest": 1e-6, "largest": 50.0}


def test_sign_descent_looks_at_the_sign_alone():
    assert sign_descent(1.0, 1e-300, lr=0.25) == sign_descent(1.0, 1e300, lr=0.25) == 0.75
    assert sign_descent(1.0, -0.0, lr=0.25) == 1.0
    theta = sign_descent(np.zeros(3), np.array([-2.0, 0.0, np.nan]), lr=1.0)
    assert np.array_equal(theta, [1.0, 0.0, np.nan], equal_nan=True)


def test_hintons_cycle_drifts_by_eight():
    """Nine gradients of .1 and one of -.9 sum to zero; their signs sum to eight."""
    theta = 0.0
    for k in range(10):
        theta = sign_descent(theta, 0.1 if k < 9 else -0.9, lr=1.0)
    assert theta == -8.0


def test_it_is_rmsprop_without_memory():
    theta, gradients = stream(0)
    opt, there = lab.RMSprop(lr=0.25, rho=0.0, eps=0.0), theta.copy()
    for g in gradients:
        opt.step(there, g)
        theta = sign_descent(theta, g, lr=0.25)
        assert np.allclose(theta, there, rtol=0, atol=1e-14)  # sqrt(g * g) may round


def test_grow_shrink_and_rest_after_a_flip():
    """Exact: up 2, down 1/2. After a flip the step is neither made nor changed."""
    theta, d, last, seen = 0.0, 0.25, 0.0, []
    for g in (1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 0.0, -1.0, -1.0):
        theta, d, last = rprop(theta, g, d, last, up=2.0, down=0.5, smallest=0.0, largest=0.75)
        seen.append((theta, d, last))
    assert seen == [(-0.25, 0.25, 1.0), (-0.75, 0.5, 1.0), (-1.5, 0.75, 1.0), (-1.5, 0.375, 0.0),
                    (-1.125, 0.375, -1.0), (-0.375, 0.75, -1.0), (-0.375, 0.75, 0.0),
                    (0.375, 0.75, -1.0), (1.125, 0.75, -1.0)]


@pytest.mark.parametrize("chosen", [
    {}, {"lr": 0.5}, {"up": 1.5, "down": 0.25}, {"largest": 0.0105}, {"smallest": 0.009}])
def test_the_branches_written_out(chosen):
    theta, gradients = stream(3, steps=40)
    gradients[5] = 0.0
    path = rprop_path(theta, gradients, **BASE | chosen)
    assert np.abs(path - follow(lab.Rprop(**BASE | chosen), theta, gradients)).max() < 1e-14
    if chosen:  # each setting alone is another path
        assert np.abs(path - follow(lab.Rprop(**BASE), theta, gradients)).max() > 1e-4


def test_the_size_of_a_gradient_does_not_matter():
    theta, gradients = stream(4)
    scaled = gradients * np.random.default_rng(0).uniform(1e-9, 1e9, gradients.shape)
    assert follow(lab.Rprop(), theta, gradients).tobytes() == (
        follow(lab.Rprop(), theta, scaled).tobytes())


def test_full_batches_converge_on_the_bench():
    theta, opt = np.array([-5.0, -2.0]), lab.Rprop(lr=0.1)
    for _ in range(150):
        opt.step(theta, np.array([0.2, 4.0]) * theta)
    assert np.abs(theta).max() < 1e-5
    assert (opt.state["d"] >= 1e-6).all()


def test_bounds_of_the_step_length_are_kept():
    theta, opt = np.zeros(1), lab.Rprop(lr=1.0, largest=2.0, smallest=0.5)
    for _ in range(20):
        opt.step(theta, np.ones(1))
    assert opt.state["d"][0] == 2.0
    for k in range(20):
        opt.step(theta, np.full(1, (-1.0) ** (k // 2)))
    assert opt.state["d"][0] >= 0.5
