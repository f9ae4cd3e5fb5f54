"""RMSprop against the same formulas written a second time, the exact equivalences, the numbers."""

import itertools
import math

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.rmsprop import family, rmsprop
from tests.core.formulas import follow, furthest, rmsprop_path, stream

BASE = {"lr": 0.01, "rho": 0.9, "eps": 1e-8, "eps_at": "outside", "v0": 0.0, "centered": False,
        "momentum": 0.0, "nesterov": False, "lr_at": "outside", "debias": False,
        "weight_decay": 0.0, "decay": "l2"}
AXES = {
    "rho": (0.9, 0.99), "eps_at": ("outside", "inside"), "v0": (0.0, 1.0, "g2"),
    "centered": (False, True), "momentum": (0.0, 0.9), "nesterov": (False, True),
    "lr_at": ("outside", "inside"), "debias": (False, True), "weight_decay": (0.0, 0.1),
    "decay": ("l2", "decoupled")}


def settings():
    """Every combination that the optimizer accepts."""
    for values in itertools.product(*AXES.values()):
        chosen = BASE | dict(zip(AXES, values, strict=True))
        if chosen["debias"] and (chosen["centered"] or chosen["v0"] != 0):
            continue
        if chosen["nesterov"] and not chosen["momentum"]:
            continue
        yield chosen


def test_every_combination_of_the_axes():
    """v - m^2 cancels where ours does not, so that centred paths agree to fewer digits."""
    theta, gradients = stream(1)
    count = 0
    for chosen in settings():
        # A centred first step divides by a small variance: eps must not hide in its rounding.
        chosen = chosen | ({"eps": 1e-3} if chosen["centered"] else {})
        error = furthest(rmsprop_path(theta, gradients, **chosen),
                         follow(lab.RMSprop(**chosen), theta, gradients))
        assert error < (1e-10 if chosen["centered"] else 1e-14), chosen
        count += 1
    assert count == 672


FLIPS = {
    "rho": (0.99, {}), "eps": (1e-3, {}), "eps_at": ("inside", {"eps": 1e-3}), "v0": (1.0, {}),
    "v0 g2": ("g2", {}), "centered": (True, {}), "momentum": (0.5, {}),
    "nesterov": (True, {"momentum": 0.5}), "debias": (True, {}), "weight_decay": (0.1, {}),
    "decay": ("decoupled", {"weight_decay": 0.1})}


@pytest.mark.parametrize("axis", FLIPS)
def test_a_flipped_axis_is_another_path(axis):
    """Each axis alone is seen by the comparison above: it is no comparison of two defaults."""
    value, context = FLIPS[axis]
    theta, gradients = stream(1)
    flipped = BASE | context | {axis.split()[0]: value}
    path = rmsprop_path(theta, gradients, **BASE | context)
    assert furthest(path, follow(lab.RMSprop(**flipped), theta, gradients)) > 1e-6
    assert furthest(path, follow(lab.RMSprop(**BASE | context), theta, gradients)) < 1e-14


def drop(lr_at, mu, before, after):
    """A path whose rate drops halfway, and the buffer at the drop (in units of u)."""
    theta, gradients = stream(2, steps=40)
    opt = lab.RMSprop(lr=before, momentum=mu, lr_at=lr_at)
    for t, g in enumerate(gradients):
        if t == 20:
            opt.lr, buffer = after, opt.state["b"].copy()
        opt.step(theta, g)
    return theta, buffer, opt


def test_the_place_of_lr_is_seen_by_a_schedule_only():
    theta, gradients = stream(2)
    paths = [follow(lab.RMSprop(lr=0.01, momentum=0.9, lr_at=at), theta, gradients)
             for at in ("outside", "inside")]
    assert furthest(*paths) < 1e-14
    (a, buffer, out), (b, _, _) = (drop(at, 0.5, 0.01, 0.001) for at in ("outside", "inside"))
    # What the drop leaves in the buffer is spent at the old rate: mu / (1 - mu) of it, in the end.
    rest = (1 - 0.5**20) * 0.5 / (1 - 0.5) * (0.01 - 0.001) * buffer
    assert np.allclose(a - b, rest, rtol=1e-10) and np.abs(a - b).max() > 1e-3


def test_v0_of_one_is_a_guard_that_fades():
    """v0 = 1 with eps inside is v0 = 0 with eps + rho^t inside."""
    theta, gradients = stream(3)
    one, path = lab.RMSprop(rho=0.9, eps=1e-7, eps_at="inside", v0=1.0), [theta.copy()]
    zero, there = lab.RMSprop(rho=0.9, eps_at="inside"), theta.copy()
    for t, g in enumerate(gradients, 1):
        zero.eps = 1e-7 + 0.9**t
        zero.step(there, g)
        path.append(there.copy())
    assert furthest(follow(one, theta, gradients), np.array(path)) < 1e-14


def test_without_eps_its_place_does_not_matter():
    theta, gradients = stream(4)
    paths = [follow(lab.RMSprop(eps=0.0, eps_at=at), theta, gradients)
             for at in ("outside", "inside")]
    assert paths[0].tobytes() == paths[1].tobytes()


def test_matched_guards_agree_within_the_root_of_two():
    from rmsprop_lab.guard import guard

    v = 2.0 ** np.arange(-60, 40)
    ratio = guard(v, 0.5, "outside") / guard(v, 0.25, "inside")
    assert ratio.max() == ratio[v == 0.25] and abs(ratio.max() - 2**0.5) < 1e-15
    assert (ratio > 1 - 1e-15).all()


@pytest.mark.parametrize(("size", "factor"), [(1e-6, 99.0), (1e-2, 1.0)])
def test_where_the_guard_stands_matters_for_small_gradients(size, factor):
    steps = []
    for at in ("outside", "inside"):
        theta, opt = np.zeros(1), lab.RMSprop(lr=1.0, eps=1e-8, eps_at=at, v0="g2")
        opt.step(theta, np.full(1, size))
        steps.append(theta[0])
    assert steps[0] / steps[1] == pytest.approx(factor, rel=0.01)


def test_a_start_from_one_holds_small_gradients_back():
    theta = np.zeros(1)
    lab.RMSprop(lr=1.0, rho=0.9, eps=1e-10, eps_at="inside", v0=1.0).step(theta, np.full(1, 1e-3))
    assert -theta[0] == pytest.approx(0.00105, rel=0.005)


def test_start_up():
    """From v = 0 the first step is 1 / sqrt(1 - rho) of lr, and the rest follows."""
    for rho, first in ((0.9, 3.16228), (0.99, 10.0), (0.999, 31.6228)):
        theta, _ = rmsprop(0.0, 1.0, 0.0, lr=1.0, rho=rho, eps=0.0)
        assert -theta == pytest.approx(first, abs=1e-4)
    theta, v, steps = 0.0, 0.0, []
    for _ in range(5):
        before = theta
        theta, v = rmsprop(theta, 1.0, v, lr=1.0, rho=0.9, eps=0.0)
        steps.append(round(before - theta, 2))
    assert steps == [3.16, 2.29, 1.92, 1.71, 1.56]


@pytest.mark.parametrize(("rho", "extra"), [
    (0.9, 9.14), (0.95, 21.07), (0.99, 123.9), (0.999, 1340)])
def test_extra_travel_of_a_cold_start(rho, extra):
    """Over an unbiased start, in lr: the sum of 1 / sqrt(1 - rho^t) - 1, here stepped."""
    steps = 16000 if rho > 0.99 else 4000
    cold, warm = np.zeros(1), np.zeros(1)
    one = lab.RMSprop(lr=1.0, rho=rho, eps=0.0)
    two = lab.RMSprop(lr=1.0, rho=rho, eps=0.0, debias=True)
    for _ in range(steps):
        one.step(cold, np.ones(1))
        two.step(warm, np.ones(1))
    assert warm[0] == pytest.approx(-steps, rel=1e-12)
    assert warm[0] - cold[0] == pytest.approx(extra, rel=5e-4)


@pytest.mark.parametrize(("rho", "drift"), [(0.9, -0.6795), (0.99, -0.0667), (0.999, -0.00667)])
def test_hintons_cycle(rho, drift):
    """Nine gradients of .1 and one of -.9: the steady drift of a cycle is nearly zero."""
    theta = v = 0.0
    for _ in range(int(4 / (1 - rho))):
        before = theta
        for k in range(10):
            theta, v = rmsprop(theta, 0.1 if k < 9 else -0.9, v, lr=1.0, rho=rho, eps=0.0)
    assert theta - before == pytest.approx(drift, rel=1e-3)


def test_bench_after_twenty_and_after_a_thousand_steps():
    theta, opt = np.array([-5.0, -2.0]), lab.RMSprop(0.4, rho=0.9, eps=1e-6, eps_at="inside")
    for t in range(1000):
        opt.step(theta, np.array([0.2, 4.0]) * theta)
        if t == 19:
            assert np.allclose(theta, [-0.010599, 0.0], atol=1e-6)
    assert np.allclose(np.abs(theta), 0.2, atol=1e-3)  # the two-cycle of amplitude lr / 2


def test_a_constant_gradient_does_not_break_the_centred_rule():
    """v - m^2 in single precision goes below zero near step 1200; the kept variance does not."""
    g, rho = np.float32(0.1), np.float32(0.99)
    v = m = np.float32(0)
    left = []
    for _ in range(1300):
        v, m = rho * v + (1 - rho) * g * g, rho * m + (1 - rho) * g
        left.append(v - m * m)
    assert min(left) < 0
    theta, opt = np.zeros(1, np.float32), lab.RMSprop(centered=True, rho=0.99)
    for _ in range(1300):
        opt.step(theta, np.full(1, g))
        assert opt.state["v"][0] >= 0 and math.isfinite(theta[0])


def test_the_variance_is_what_the_difference_of_averages_is():
    rho, m, s, v, n = 0.9, 0.0, 0.25, 0.25, 0.0
    for g in (1.0, -2.0, 0.5, 4.0, 0.125):
        _, s, m = family.variant(centered="yes")(0.0, g, s, m, lr=0.0, rho=rho, eps=1.0)
        v, n = rho * v + (1 - rho) * g * g, rho * n + (1 - rho) * g
        assert s == pytest.approx(v - n * n, rel=1e-13) and m == n


def test_the_default_of_the_family_is_the_rule_of_the_lesson():
    plain = rmsprop.source("c")
    assert family.variant().source("c").replace("family", "rmsprop") == plain
    assert family.variant(eps_at="inside").source("c").replace("family", "rmsprop") != plain
    for language in ("cuda", "numba"):
        assert family.variant().source(language).replace("family", "rmsprop") == (
            rmsprop.source(language))
