"""The claims of lesson 0: what moved brackets do, and which claims see which planted fault."""

from unittest.mock import patch

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab import verify

CLAIMS = [golden for golden in verify.GOLDEN if "in lr" in golden.name]
DRAW = np.random.default_rng(0)
START, SLOPES = DRAW.standard_normal(1000), DRAW.standard_normal(1000)


def verdicts(average, below):
    """Of the claims shown, with the two equations of RMSprop replaced."""
    def step(theta, g, v, *, lr, rho, eps):
        v = average(v, g, rho)
        return theta - lr * (g / below(v, eps)), v

    with patch.object(lab.rmsprop, "rmsprop", step):
        return [verify.check(golden).verdict for golden in CLAIMS]


def right(v, g, rho):
    return rho * v + (1 - rho) * (g * g)


def outside(v, eps):
    return v**0.5 + eps


def test_brackets_alone_change_more_than_a_third_by_a_last_digit():
    d = np.sqrt(abs(START)) + 1e-8
    one, other = 0.1 * (SLOPES / d), (0.1 * SLOPES) / d
    assert 1000 / 3 < (one != other).sum() < 500
    assert (abs(one - other) < 1e-15 * abs(one)).all()


@pytest.mark.parametrize("rho, changes", [(0.9, True), (0.75, False)])
def test_a_power_of_two_is_never_rounded(rho, changes):
    """The last exercise: 1 - 0.75 is one, 1 - 0.9 is none."""
    moved = ((1 - rho) * SLOPES) * SLOPES
    assert ((1 - rho) * (SLOPES * SLOPES) != moved).any() == changes


def test_every_claim_of_the_equation_sees_a_lost_factor_and_none_a_moved_guard():
    fine = verdicts(right, outside)
    assert len(fine) > 3 and set(fine) == {verify.PASS}
    lost = verdicts(lambda v, g, rho: rho * v + g * g, outside)
    assert [golden.name for golden, verdict in zip(CLAIMS, lost, strict=True)
            if verdict == verify.PASS] == ["sign descent: drift a cycle, in lr"]
    assert set(verdicts(right, lambda v, eps: (v + eps)**0.5)) == {verify.PASS}


def test_a_claim_with_a_guard_would_have_seen_it():
    v = right(0.0, 1.0, 0.75)
    assert 1.0 / outside(v, 0.5) == 1.0
    assert 1.0 / (v + 0.5)**0.5 == pytest.approx(2 / 3**0.5, rel=1e-15)
