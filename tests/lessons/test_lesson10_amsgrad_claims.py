"""Lesson 10, (10.16) to (10.20): AMSGrad, one bad batch, and which maximum; in plain Python."""

import math

import numpy as np
import pytest

from rmsprop_lab import failure
from tests.lessons.test_lesson10_claims import game


@pytest.mark.parametrize("C", [2.1, 3, 10])
@pytest.mark.parametrize("rho", [0.0, 0.1, 0.9])
def test_eq_10_16_and_10_17_each_round_of_amsgrad_goes_down(C, rho):
    path, peak = game(C, rho, 3000, peak=True, wall=math.inf)
    assert all(a <= b for a, b in zip(peak, peak[1:], strict=False)) and peak[-1] <= C * C
    for k in range(0, 3000, 3):
        least = (C - 2) / C * 0.1 / math.sqrt(k + 1)
        assert path[k] - path[k + 3] >= least * (1 - 1e-9)
    assert game(C, rho, 30_000, peak=True)[0][-1] < -0.98 or C < 3


def test_eq_10_17_is_false_for_rmsprop():
    path, _ = game(3, 0.1, 300, wall=math.inf)
    assert all(path[k] < path[k + 3] for k in range(3, 297, 3))


@pytest.mark.parametrize("rho", [0.9, 0.99])
@pytest.mark.parametrize("spike", [7.0, 1000.0])
def test_eq_10_18_and_10_19_after_a_spike(rho, spike):
    v = top = rho + (1 - rho) * spike**2
    assert failure.frozen_pace(spike, rho) == pytest.approx(1 / math.sqrt(top), rel=1e-12)
    k = 0
    while 1 / math.sqrt(v) < 0.5:
        v, k = rho * v + (1 - rho), k + 1
        top = max(top, v)
    assert k == math.ceil(failure.recovery(spike, rho))
    assert top == rho + (1 - rho) * spike**2
    halfway = math.log((1 - rho) * (spike**2 - 1) / 3) / -math.log(rho)
    assert failure.recovery(spike, rho) == pytest.approx(max(halfway, 0), rel=1e-12)


def rates(gradients, rho, kind):
    """Step per unit of gradient of AMSGrad with bias correction, the maximum raw or debiased."""
    v, top, found = 0.0, 0.0, []
    for t, g in enumerate(gradients, 1):
        v, seen = rho * v + (1 - rho) * g * g, 1 - rho**t
        top = max(top, v if kind == "raw" else v / seen)
        found.append(math.sqrt(seen / top) if kind == "raw" else 1 / math.sqrt(top))
    return np.array(found)


@pytest.mark.parametrize("rho", [0.9, 0.999])
def test_eq_10_20_how_much_a_rate_can_grow(rho):
    rng = np.random.default_rng(20)
    largest = 0.0
    for gradients in ([1000.0] + [1.0] * 5000, rng.standard_normal(500) ** 3 + 1e-3):
        raw, debiased = (rates(gradients, rho, kind) for kind in ("raw", "debiased"))
        assert (np.diff(debiased) <= 0).all()
        growth = np.maximum.accumulate(raw[::-1])[::-1] / raw
        t = np.arange(1, len(raw) + 1)
        assert (growth <= (1 + 1e-12) / np.sqrt(1 - rho**t)).all()
        largest = max(largest, growth[0])
    assert largest > 0.95 / math.sqrt(1 - rho)  # the bound is nearly reached, and 1 is passed
