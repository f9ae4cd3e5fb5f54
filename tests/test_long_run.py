"""Lesson 5's module: exact where the numbers are powers of two, and what it refuses."""

import math

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab import long_run
from rmsprop_lab.errors import HyperparameterError, LabError


def test_kappa_and_amplitude_in_exact_numbers():
    assert long_run.kappa(0.5, 8.0, 0.25) == 16.0
    assert long_run.kappa(0.5, 8.0, 0.25, "inside") == 8.0
    assert long_run.kappa(0.5, 8.0, 0.0) == math.inf
    assert long_run.amplitude(0.5, 8.0, 0.25) == 0.5 * (0.5 - 1 / 16)
    assert long_run.amplitude(1.0, 4.0, 3.0, "inside") == pytest.approx(0.25, rel=1e-15)
    assert long_run.amplitude(1.0, 4.0, 3.0, "outside") == 0.0


@pytest.mark.parametrize("place, eps", [("outside", 1.0), ("inside", 1.0)])
def test_at_the_border_there_is_no_cycle(place, eps):
    assert long_run.amplitude(0.5, 4.0, eps, place) == 0.0
    assert long_run.amplitude(0.5, 4.25, eps, place) > 0.0


@pytest.mark.parametrize("bad", [dict(lr=0.0), dict(lam=0.0), dict(lam=-1.0), dict(eps=-1.0),
                                 dict(lr=math.nan)])
def test_numbers_out_of_range_are_refused(bad):
    with pytest.raises(HyperparameterError, match="must be positive, eps not"):
        long_run.kappa(**{"lr": 1.0, "lam": 1.0, "eps": 1.0, **bad})


def test_an_unknown_place_of_the_guard_is_refused():
    with pytest.raises(HyperparameterError, match='say "outside" or "inside"'):
        long_run.amplitude(1.0, eps_at="below")


@pytest.mark.parametrize("rho", [0.0, 0.25, 0.5, 0.75])
def test_the_cycle_is_a_cycle_to_the_bit(rho):
    assert long_run.own_units(0.5, 0.25, rho=rho) == (-0.5, 0.25)
    assert long_run.own_units(-0.5, 0.25, rho=rho) == (0.5, 0.25)


def test_arrays_are_not_written():
    y, w = np.array([0.5, 0.3]), np.array([0.25, 0.2])
    y.flags.writeable = w.flags.writeable = False
    new, _ = long_run.own_units(y, w, rho=0.5)
    assert new[0] == -0.5


def test_share_settled_sees_the_ones_that_are_not_there():
    assert long_run.share_settled(0.9, starts=200, steps=1000) == 1.0
    assert long_run.share_settled(0.9, starts=200, steps=5) < 0.1
    assert long_run.share_settled(0.0, starts=200, steps=1000) < 0.1  # the sign method: no pull


def test_floor_of_the_bench():
    assert long_run.valley_floor([0.2, 4.0], 0.1) == pytest.approx(5.25e-3, rel=1e-14)
    assert long_run.valley_floor([0.2, 4.0], 0.4) == pytest.approx(8.40e-2, rel=1e-14)


def test_corners_and_their_losses():
    h = [[2.0, -1.0], [-1.0, 2.0]]
    assert [long_run.corner_loss(h, s, 2.0) for s in long_run.corners(h)] == [1.0, 3.0]
    assert long_run.corners(np.array([0.2, 4.0])) == [(1, 1), (1, -1)]  # a diagonal
    assert long_run.corners([[1.0]]) == [(1,)]


def test_too_many_corners_are_refused():
    with pytest.raises(LabError, match="take 20 or fewer"):
        long_run.corners(np.ones(21))


def test_a_low_corner_attracts_only_in_a_valley_that_is_hardly_turned():
    hardly, turned = (lab.problems.bench(angle).H for angle in (0.1, 1))
    assert long_run.corners(hardly) == long_run.corners(turned) == [(1, 1), (1, -1)]
    assert long_run.corner_is_stable(hardly, (1, 1), 0.9)
    assert not long_run.corner_is_stable(turned, (1, 1), 0.9)
    assert long_run.corner_is_stable(turned, (1, -1), 0.9)


def test_schedules_in_powers_of_two_and_of_one_step():
    assert long_run.linear(1.0, 4) == [1.0, 0.75, 0.5, 0.25]
    assert long_run.linear(1.0, 6, hold=2) == [1.0, 1.0, *long_run.linear(1.0, 4)]
    assert long_run.linear(1.0, 1) == long_run.cosine(1.0, 1) == [1.0]
    assert long_run.cosine(1.0, 2) == [1.0, pytest.approx(0.5, rel=1e-15)]


def test_the_cycle_that_follows_ends_at_the_root_of_rho():
    assert long_run.followed(0.5, 1.0, rho=0.25) == long_run.amplitude(0.5)
    assert math.isnan(long_run.followed(0.5, 0.5, rho=0.25))
    assert 0 < long_run.followed(0.5, 0.5 + 1e-9, rho=0.25) < 1e-4
    assert long_run.steps_left(0.0625, 2) == 2.0
