"""Lesson 8's Adam: the formulas a second time, its relation to RMSprop, and the numbers."""

import itertools
import math

import numpy as np
import pytest

import rmsprop_lab as lab
from tests.core.formulas import adam_path, follow, furthest, stream

BASE = {"lr": 0.01, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8, "eps_at": "outside", "debias": True,
        "amsgrad": "off", "weight_decay": 0.0, "decay": "l2"}
AXES = {
    "beta1": (0.0, 0.9), "beta2": (0.5, 0.999), "eps": (1e-8, 1e-3),
    "eps_at": ("outside", "inside", "hat"), "debias": (True, False),
    "amsgrad": ("off", "raw", "debiased"), "weight_decay": (0.0, 0.1), "decay": ("l2", "decoupled")}
FLIPS = {
    "beta1": (0.5, {}), "beta2": (0.9, {}), "eps": (1e-3, {}), "eps_at": ("inside", {"eps": 1e-3}),
    "eps_at hat": ("hat", {"eps": 1e-3}), "debias": (False, {}), "amsgrad": ("raw", {}),
    "amsgrad debiased": ("debiased", {}), "weight_decay": (0.1, {}),
    "decay": ("decoupled", {"weight_decay": 0.1})}


def test_every_combination_of_the_axes():
    theta, gradients = stream(1)
    count = 0
    for values in itertools.product(*AXES.values()):
        chosen = BASE | dict(zip(AXES, values, strict=True))
        if chosen["amsgrad"] == "debiased" and (not chosen["debias"] or chosen["eps_at"] == "hat"):
            continue
        error = furthest(adam_path(theta, gradients, **chosen),
                         follow(lab.Adam(**chosen), theta, gradients))
        assert error < 1e-13, chosen
        count += 1
    assert count == 448


@pytest.mark.parametrize("axis", FLIPS)
def test_a_flipped_axis_is_another_path(axis):
    value, context = FLIPS[axis]
    theta, gradients = stream(1)
    path = adam_path(theta, gradients, **BASE | context)
    flipped = lab.Adam(**BASE | context | {axis.split()[0]: value})
    assert furthest(path, follow(flipped, theta, gradients)) > 1e-6


def test_the_two_maxima_differ():
    """Of raw v the peak is a late one, of debiased v it may be the first."""
    theta, gradients = stream(1)
    assert furthest(*(follow(lab.Adam(0.01, beta2=0.99, amsgrad=which), theta, gradients)
                      for which in ("raw", "debiased"))) > 1e-6


def test_adamw_is_adam_with_decoupled_decay():
    theta, gradients = stream(2)
    a = follow(lab.AdamW(0.01, weight_decay=0.1), theta, gradients)
    b = follow(lab.Adam(0.01, weight_decay=0.1, decay="decoupled"), theta, gradients)
    assert a.tobytes() == b.tobytes()
    assert furthest(a, follow(lab.Adam(0.01, weight_decay=0.1), theta, gradients)) > 1e-4


@pytest.mark.parametrize("eps_at", ["outside", "inside"])
def test_without_a_mean_it_is_debiased_rmsprop(eps_at):
    theta, gradients = stream(3)
    adam = lab.Adam(0.01, beta1=0.0, beta2=0.99, eps=1e-3, eps_at=eps_at)
    rmsprop = lab.RMSprop(0.01, rho=0.99, eps=1e-3, eps_at=eps_at, debias=True)
    a, b = follow(adam, theta, gradients), follow(rmsprop, theta, gradients)
    assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize("eps_at", ["outside", "hat"])
def test_debiasing_is_a_schedule(eps_at):
    """lr_t = lr sqrt(1 - b^t); with eps outside eps_t shrinks alike, with eps hat it stays."""
    theta, gradients = stream(4)
    adam = lab.Adam(0.01, beta1=0.0, beta2=0.99, eps=1e-3, eps_at=eps_at)
    opt, there, path = lab.RMSprop(rho=0.99), theta.copy(), [theta.copy()]
    for t, g in enumerate(gradients, 1):
        root = math.sqrt(1 - 0.99**t)
        opt.lr, opt.eps = 0.01 * root, 1e-3 * (root if eps_at == "outside" else 1.0)
        opt.step(there, g)
        path.append(there.copy())
    path = np.array(path)
    assert furthest(follow(adam, theta, gradients), path) < 1e-14


def test_the_first_step_is_lr():
    theta = np.zeros(3)
    lab.Adam(0.5, eps=0.0).step(theta, np.array([1e-8, -3.0, 1e8]))
    assert np.allclose(theta, [-0.5, 0.5, -0.5], rtol=1e-14)


def test_without_correction_it_starts_three_times_as_far():
    """(1 - b1) / sqrt(1 - b2); the longest step for a gradient that turns on comes at t = 12."""
    theta, opt, steps = np.zeros(1), lab.Adam(1.0, eps=0.0, debias=False), []
    for _ in range(100):
        before = theta.copy()
        opt.step(theta, np.ones(1))
        steps.append((before - theta)[0])
    assert steps[0] == pytest.approx(3.162, abs=5e-4)
    assert max(steps) == pytest.approx(6.5685, abs=5e-5) and steps.index(max(steps)) == 11


def test_the_supremum_of_a_step():
    """Approached by g_t proportional to (b2 / b1)^t; Kingma and Ba's 3.162 is no bound."""
    theta, opt = np.zeros(1), lab.Adam(1.0, eps=0.0, debias=False)
    for t in range(60):
        before = theta.copy()
        opt.step(theta, np.full(1, (0.999 / 0.9) ** t))
    supremum = 0.1 / math.sqrt(0.001 * (1 - 0.81 / 0.999))
    assert supremum == pytest.approx(7.2703, abs=5e-5)
    assert supremum * 0.999 < (before - theta)[0] < supremum


@pytest.mark.parametrize(("eps_at", "share"), [("outside", 0.9901), ("hat", 0.7597)])
def test_one_letter_two_first_steps(eps_at, share):
    theta = np.zeros(1)
    lab.Adam(1.0, eps=1e-8, eps_at=eps_at).step(theta, np.full(1, 1e-6))
    assert -theta[0] == pytest.approx(share, abs=5e-5)


def test_amsgrad_never_forgets_a_large_gradient():
    theta, opt = np.zeros(1), lab.Adam(beta2=0.5, amsgrad="raw")
    for g in (8.0, 0.0, 0.0, 0.0):
        opt.step(theta, np.full(1, g))
    assert opt.state["peak"][0] == 32.0 and opt.state["v"][0] == 4.0
