"""Lesson 7's AdaDelta: the formulas a second time, and what its eps does."""

import math

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.adadelta import adadelta
from tests.core.formulas import adadelta_path, follow, furthest, stream

BASE = {"lr": 1.0, "rho": 0.95, "eps": 1e-6}


@pytest.mark.parametrize("chosen", [
    {}, {"lr": 0.5}, {"rho": 0.9}, {"rho": 0.0}, {"eps": 1e-3}, {"eps": 1e-12}])
def test_the_formulas(chosen):
    theta, gradients = stream(0)
    path = adadelta_path(theta, gradients, **BASE | chosen)
    assert furthest(path, follow(lab.AdaDelta(**BASE | chosen), theta, gradients)) < 1e-14
    if chosen:  # each setting alone is another path
        assert furthest(path, follow(lab.AdaDelta(**BASE), theta, gradients)) > 1e-6


def test_eps_is_the_first_step():
    """sqrt(eps / (1 - rho)) for any gradient well above sqrt(eps)."""
    for g in (1.0, 1e3, -1e3):
        moved = 1.0 - adadelta(1.0, g, 0.0, 0.0, **BASE)[0]
        assert math.copysign(4.472e-3, g) == pytest.approx(moved, abs=5e-7)
    assert 1.0 - adadelta(1.0, 1e-6, 0.0, 0.0, **BASE)[0] < 2e-6  # and not for a small one
    assert adadelta(1.0, 2.0, 0.0, 0.0, lr=1.0, rho=0.75, eps=0.0)[0] == 1.0  # none, no step


@pytest.mark.parametrize(("eps", "steps"), [(1e-8, 930), (1e-6, 131), (1e-4, 14)])
def test_eps_is_the_learning_rate(eps, steps):
    """Steps until x has halved on x^2/2 from 1."""
    x, v, a, count = 1.0, 0.0, 0.0, 0
    while x > 0.5:
        x, v, a = adadelta(x, x, v, a, lr=1.0, rho=0.95, eps=eps)
        count += 1
    assert count == steps


def test_its_steps_have_the_units_of_theta():
    """With eps scaled as a square length, a problem stretched by 2^k is stretched step by step."""
    x, y, state, other = np.array([1.0, -3.0]), np.array([8.0, -24.0]), lab.AdaDelta(), None
    other = lab.AdaDelta()
    # v and a need an eps each, in units of their own; where g is theta itself one eps serves both.
    other.eps = state.eps * 64
    for _ in range(50):
        state.step(x, x.copy())
        other.step(y, y.copy())
    assert y.tolist() == (8 * x).tolist()
