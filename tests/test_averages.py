"""Lesson 1's averages: exact where powers of two make them exact, and the numbers of the lesson."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmsprop_lab.averages import (
    debias,
    effective_sample_size,
    ema,
    half_life,
    mean_age,
    settling_steps,
    share_of_last,
    weights,
)

rhos = st.floats(0, 0.9999)


def test_exact_with_powers_of_two():
    assert ema(0.0, 8.0, 0.75) == 2.0 and ema(2.0, 8.0, 0.75) == 3.5 and ema(5.0, 8.0, 0.0) == 8.0
    assert weights(0.5, 3) == [0.5, 0.25, 0.125] and weights(0.0, 2) == [1.0, 0.0]
    assert share_of_last(0.5, 2) == 0.75 and half_life(0.5) == 1.0 and mean_age(0.75) == 3.0
    assert half_life(0.0) == 0.0 and effective_sample_size(0.75) == 7.0
    assert debias(2.0, 0.75, 1) == 8.0 and settling_steps(0.5, 0.75) == 2


@pytest.mark.parametrize(("t", "v", "root", "step"), [
    (1, 0.9, 0.949, 0.1054), (2, 1.71, 1.308, 0.0765), (3, 2.439, 1.562, 0.0640),
    (5, 3.686, 1.920, 0.0521), (10, 5.862, 2.421, 0.0413), (30, 8.618, 2.936, 0.03406)])
def test_the_table_of_a_constant_gradient_of_three(t, v, root, step):
    average = 0.0
    for _ in range(t):
        average = ema(average, 9.0, 0.9)
    assert average == pytest.approx(9 * (1 - 0.9**t), rel=1e-14)
    assert round(average, 3) == v and round(average**0.5, 3) == root
    assert 0.1 / average**0.5 == pytest.approx(step, abs=5e-5)


def test_the_published_tenth_row_is_another_sum():
    assert round(10 * (1 - 0.9**10), 2) == 6.51  # and 9 (1 - .9^10) is 5.862


def test_memory_of_nine_tenths():
    assert round(half_life(0.9), 2) == 6.58
    assert round(100 * share_of_last(0.9, 10), 1) == 65.1
    assert round(100 * (1 - math.exp(-1)), 1) == 63.2
    assert share_of_last(0.9999, 10000) == pytest.approx(1 - math.exp(-1), abs=1e-4)
    assert mean_age(0.9) == pytest.approx(9) and effective_sample_size(0.9) == pytest.approx(19)


@pytest.mark.parametrize(("rho", "steps"), [
    (0.9, [22, 29, 44]), (0.99, [230, 299, 459]), (0.999, [2302, 2995, 4603])])
def test_settling(rho, steps):
    assert [settling_steps(rho, share) for share in (0.9, 0.95, 0.99)] == steps
    for t, share in zip(steps, (0.9, 0.95, 0.99), strict=True):
        v, first = 0.0, None
        for k in range(1, t + 1):
            v = ema(v, 1.0, rho)
            first = k if first is None and v >= share * (1 - 1e-12) else first
        assert first == t


@given(rhos, st.floats(0.01, 0.999999))
def test_settling_is_the_first_step_that_is_enough(rho, share):
    t = settling_steps(rho, share)
    assert share_of_last(rho, t) >= share and (t == 1 or share_of_last(rho, t - 1) < share)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, 2.0, float("nan")])
def test_a_share_that_is_never_or_always_reached(share):
    with pytest.raises(ValueError, match="between 0 and 1"):
        settling_steps(0.9, share)


@given(rhos, st.integers(1, 60))
def test_weights_are_what_the_recursion_does(rho, n):
    """An impulse k steps ago weighs w_k; all weights and the forgotten start add up to 1."""
    listed = weights(rho, n)
    for k in (0, n // 2, n - 1):
        v = 0.0
        for i in range(n):
            v = ema(v, 1.0 if i == n - 1 - k else 0.0, rho)
        assert v == pytest.approx(listed[k], rel=1e-12, abs=1e-300)
    assert math.fsum(listed) == pytest.approx(share_of_last(rho, n), rel=1e-11)
    assert math.fsum(listed) + rho**n == pytest.approx(1, rel=1e-11)


@given(st.floats(0.01, 0.99))
def test_summaries_are_sums_over_the_weights(rho):
    listed = weights(rho, 5000)
    assert math.fsum(k * w for k, w in enumerate(listed)) == pytest.approx(mean_age(rho), rel=1e-9)
    squares = math.fsum(w * w for w in listed)
    assert 1 / squares == pytest.approx(effective_sample_size(rho), rel=1e-9)
    assert rho ** half_life(rho) == pytest.approx(0.5)


@given(rhos, st.lists(st.floats(-100, 100), min_size=1, max_size=30))
def test_debiased_is_the_weighted_mean(rho, samples):
    v = 0.0
    for x in samples:
        v = ema(v, x, rho)
    w = weights(rho, len(samples))[::-1]
    mean = math.fsum(a * x for a, x in zip(w, samples, strict=True)) / math.fsum(w)
    assert debias(v, rho, len(samples)) == pytest.approx(mean, rel=1e-8, abs=1e-9)


def test_a_constant_is_its_own_debiased_average():
    v = 0.0
    for t in range(1, 200):
        v = ema(v, 3.0, 0.96875)
        assert debias(v, 0.96875, t) == pytest.approx(3.0, rel=1e-13)


def test_arrays_keep_their_dtype_and_are_not_written():
    v, x = np.ones(3, np.float32), np.zeros(3, np.float32)
    out = ema(v, x, 0.5)
    assert out.dtype == np.float32 and out.tolist() == [0.5] * 3 and v.tolist() == [1.0] * 3
