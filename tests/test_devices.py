"""Lesson 16's several devices: a ring that counts, and which steps may be made in shards."""

from functools import partial

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab import devices, executors
from rmsprop_lab.errors import HyperparameterError
from rmsprop_lab.executors import identity


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("shape", [(42,), (84, 3), (10,), (2, 2)])  # even and uneven pieces
def test_a_ring_gives_every_device_exactly_the_sum(n, shape):
    rows = np.random.default_rng(n).integers(-10**6, 10**6, (n, *shape))
    before = rows.copy()
    copies, sent = devices.all_reduce(rows)
    assert len(copies) == len(sent) == n
    assert all((copy == rows.sum(axis=0)).all() for copy in copies)
    assert (rows == before).all()
    assert sum(sent) == 2 * (n - 1) * rows[0].size
    if shape[0] % n == 0:
        assert set(sent) == {devices.ring(n, item=1) * rows[0].size}


def test_each_device_ends_the_first_half_with_its_own_piece():
    rows = np.arange(24).reshape(4, 6)
    pieces, sent = devices.reduce_scatter(rows)
    expected = np.array_split(rows.sum(axis=0), 4)
    assert all((a == b).all() for a, b in zip(pieces, expected, strict=True))
    assert sum(sent) == 3 * 6


def test_the_copies_have_the_same_bits_where_own_sums_would_not():
    rows = np.random.default_rng(0).standard_normal((8, 1000)).astype(np.float32)
    copies, _ = devices.all_reduce(rows)
    assert all((copy == copies[0]).all() for copy in copies)
    own = [sum(np.roll(rows, -i, axis=0)[1:], rows[i]) for i in range(8)]  # each begins at itself
    assert not all((total == own[0]).all() for total in own)


def sharded_and_whole(make, steps=12, n=4, shape=(40, 25), **options):
    """The parameters after some steps, made on shards and made at once."""
    single, several = make(), [make() for _ in range(n)]
    whole, cut = np.ones(shape, np.float32), np.ones(shape, np.float32)
    for shares in np.random.default_rng(1).standard_normal((steps, n, *shape), np.float32):
        single.step(whole, devices.all_reduce(shares)[0][0] / n, **options)
        copies, sent = devices.sharded(several, cut, shares, **options)
        assert all((copy == copies[0]).all() for copy in copies)
        assert sent == devices.all_reduce(shares)[1]  # no number more
        cut = copies[0]
    return cut, whole, several, single


@pytest.mark.parametrize("make", [
    lab.RMSprop, partial(lab.RMSprop, centered=True, momentum=0.9), lab.Adam,
    partial(lab.AdaGrad, lr=0.1), partial(lab.SGD, lr=0.1, momentum=0.9)])
@pytest.mark.parametrize("shape", [(1000,), (40, 25), (41,)])
def test_elementwise_steps_in_shards_have_the_same_bits(make, shape):
    cut, whole, several, single = sharded_and_whole(make, shape=shape)
    assert not (whole == 1).any() and (cut == whole).all()
    for name, state in single.state.items():
        assert sum(opt.state[name].size for opt in several) == state.size
        assert (np.concatenate([opt.state[name] for opt in several]) == state).all()


@pytest.mark.parametrize("case", [c for c in identity.cases() if c.once], ids=repr)
def test_every_rule_can_be_sharded(case):
    def in_shards(job, given):
        for piece in zip(*(np.array_split(x, 4) for x in job), strict=True):
            executors.step("reference", case.rule, [piece], given)

    assert identity.differences(case.rule, in_shards, np.dtype(np.float32), size=103) == 0


def test_a_norm_and_a_column_mean_cross_the_shards():
    cut, whole, *_ = sharded_and_whole(lab.RMSprop, clip_norm=1.0)
    assert (cut != whole).mean() > 0.9
    make = partial(lab.Adafactor, lr=0.1, scaled=False, clip="off")
    cut, whole, *_ = sharded_and_whole(make)
    assert (cut != whole).mean() > 0.9
    cut, whole, *_ = sharded_and_whole(lab.RMSprop, clip_norm=1e9)  # not clipped: the same again
    assert (cut == whole).all()


def test_theta_is_not_written():
    theta = np.zeros(4)
    devices.sharded([lab.SGD(lr=1.0), lab.SGD(lr=1.0)], theta, np.ones((2, 4)))
    assert (theta == 0).all()


def test_counts():
    adam = lab.Adam().variant
    assert [devices.ring(n) for n in (1, 2, 4, 8)] == [0, 4, 6, 7]
    assert devices.ring(10**6) < 8 and devices.ring(8, item=2) == 3.5
    assert [devices.server(n) for n in (1, 8)] == [4, 32]
    assert devices.balance(adam, 8) == 28 / 7 and devices.balance(adam, 8, item=2) == 28 / 7
    assert [devices.kept(adam, n) for n in (1, 8)] == [16, 9]


@pytest.mark.parametrize("wrong", [0, -1, 2.5, float("nan"), float("inf")])
def test_devices_are_counted_in_whole_numbers(wrong):
    for count in (devices.ring, devices.server, partial(devices.kept, lab.RMSprop().variant),
                  partial(devices.balance, lab.RMSprop().variant)):
        with pytest.raises(HyperparameterError, match="use a whole number, at least"):
            count(wrong)
    with pytest.raises(HyperparameterError, match="devices=1: use a whole number, at least 2"):
        devices.balance(lab.RMSprop().variant, 1)
