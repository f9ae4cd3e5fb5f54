"""Yogi's rule: exact steps, what the real library does, the same bits in every kernel."""

import math
import shutil

import numpy as np
import pytest

from rmsprop_lab import failure, yogi
from rmsprop_lab.executors import c
from rmsprop_lab.executors.identity import DTYPES, compiled, differences, executed, numbers
from rmsprop_lab.rmsprop import rmsprop

# optax 0.2.8, float64: optax.yogi(0.125, b1=0.0, b2=0.75), eps 1e-3, from theta 1 and v 1e-6
GIVEN = [2.0, -1.0, 0.25, 3.0, -0.5, 0.1]
OPTAX = [("0x1.c0083232f1da4p-1", "0x1.000010c6f7a0bp+0"),
         ("0x1.f0e01fd9e58e6p-1", "0x1.8000218def416p-1"),
         ("0x1.e2b11f7a48636p-1", "0x1.7800218def416p-1"),
         ("0x1.86d8407a4c004p-1", "0x1.7e0008637bd06p+1"),
         ("0x1.972f7ddf19b30p-1", "0x1.760008637bd06p+1"),
         ("0x1.93ca8f1cff0e2p-1", "0x1.75ae1cde5d181p+1")]


def test_exact_with_powers_of_two():
    assert yogi.yogi(1.0, 4.0, 0.0, lr=0.5, rho=0.75, eps=2.0) == (0.5, 4.0)  # up by a quarter
    assert yogi.yogi(1.0, 4.0, 20.0, lr=0.5, rho=0.75, eps=0.0) == (0.5, 16.0)  # down by as much
    assert yogi.yogi(1.0, 4.0, 16.0, lr=0.5, rho=0.75, eps=0.0) == (0.5, 16.0)  # and at rest
    assert yogi.yogi(1.0, 0.0, 16.0, lr=0.5, rho=0.75, eps=0.0) == (1.0, 16.0)


def test_with_the_rate_and_the_guard_of_a_debiased_v_it_is_optax():
    theta, v, off = 1.0, 1e-6, 0.0
    for t, (g, (its_theta, its_v)) in enumerate(zip(GIVEN, OPTAX, strict=True), 1):
        root = math.sqrt(1 - 0.75**t)
        theta, v = yogi.yogi(theta, g, v, lr=0.125 * root, rho=0.75, eps=1e-3 * root)
        assert v == float.fromhex(its_v)
        assert theta == pytest.approx(float.fromhex(its_theta), abs=1e-15)
        other = rmsprop(1.0, g, 1e-6, lr=0.125, rho=0.75, eps=1e-3)[0]
        off = max(off, abs(other - float.fromhex(its_theta)))
    assert off > 0.01


def test_v_moves_the_way_of_rmsprop_and_never_falls_faster():
    rng = np.random.default_rng(0)
    g, v = rng.standard_normal(400) ** 3, rng.random(400) * 4
    for rho in (0.1, 0.9):
        new = yogi.yogi(g, g, v, lr=1.0, rho=rho, eps=1.0)[1]
        its = rmsprop(g, g, v, lr=1.0, rho=rho, eps=1.0)[1]
        assert (np.sign(new - v) == np.sign(its - v)).all()
        assert (new >= rho * v).all() and (new > 0).all()
        assert abs(new - v) == pytest.approx((1 - rho) * g * g)
        assert abs(new - its).max() > 0.1


def test_the_same_bits_in_every_kernel():
    for dtype in DTYPES:
        for name in ("numpy", "numba"):
            for edge in (False, True):
                assert not differences(yogi.yogi, executed(name, yogi.yogi), dtype, 1031, edge=edge)


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_the_same_bits_from_gpp_and_another_order_is_seen(dtype):
    (run,) = compiled([yogi.yogi], dtype)
    assert not differences(yogi.yogi, run, dtype, 1031)
    text, program = c.render(yogi.yogi.program, dtype.name), yogi.yogi.program
    assert "lr * (" in text
    wrong = c.bind(c.build(text.replace("lr * (", "lr * 1.0000001 * (")), "yogi", dtype)
    host = program.host
    assert differences(yogi.yogi, lambda job, given: wrong(job, host(**given)), dtype, 1031)
    assert set(program.numbers) <= set(numbers(1))


def test_inputs_are_left_alone_and_the_dtype_is_kept():
    given = [np.full(3, x, dtype=np.float32) for x in (1.0, 2.0, 9.0)]
    for x in given:
        x.flags.writeable = False
    assert {x.dtype for x in yogi.yogi(*given, lr=0.1, rho=0.9, eps=1e-3)} == {
        np.dtype(np.float32)}


def test_laws_at_their_ends():
    assert yogi.band(3.0, 1.0) == (9.0, 9.0)
    assert yogi.threshold_law(9, 10) == 1.0 > yogi.threshold_law(9.01, 10)
    assert yogi.recovery(1.0, 0.9) == yogi.recovery(2.0, 0.9) == 0.0
    assert yogi.recovery(100.0, 0.75, pace=0.25) == 10_000 - 60


def test_the_game_of_the_first_figure_goes_to_the_best_place():
    path = failure.play(yogi.yogi, failure.cycle(3, 3), 3000, lr=0.1, rho=0.1, eps=0.0)
    assert max(path[-30:]) < -0.9
