"""Lesson 3, (3.1) to (3.5) and (3.17): the step, its scale, a constant slope, and what breaks it.

Each displayed equation that claims something, and each number, is found another way. Whether the
walk stops is in `test_lesson03_stop_claims.py`, regret in `test_lesson03_regret_claims.py`.
"""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import rmsprop_lab as lab
from rmsprop_lab.adagrad import adagrad

gradients = st.lists(
    st.floats(-1e3, 1e3).filter(lambda g: g == 0 or abs(g) > 1e-3), min_size=1, max_size=40
).filter(lambda gs: gs[0] != 0)


def walk(gs, eta=1.0):
    """Positions and roots of AdaGrad on a list of gradients, without the lab's rule."""
    positions, roots, s = [0.0], [], 0.0
    for g in gs:
        s += g * g
        roots.append(math.sqrt(s))
        positions.append(positions[-1] - eta * g / roots[-1])
    return positions, roots


def test_eqs_3_1_and_3_2_with_the_roots_3_and_5():
    theta, s = adagrad(1.0, 3.0, 0.0, lr=0.5, eps=0.0)
    assert (theta, s) == (0.5, 9.0)
    assert adagrad(theta, 4.0, s, lr=0.5, eps=3.0) == (0.5 - 0.5 * (4 / 8), 25.0)


def test_a_valley_along_the_axes_by_hand():
    factors = [(1 - 0.2 * eta, 1 - 4 * eta) for eta in (0.4, 0.6)]
    path = lab.run(lab.SGD(lr=0.4), lab.problems.bench(), 5)
    assert path.theta[1:] / path.theta[:-1] == pytest.approx(np.tile(factors[0], (5, 1)))
    assert abs(factors[0][1]) < 1 < abs(factors[1][1])


@given(gradients)
def test_eq_3_3_no_step_is_longer_and_the_first_is_as_long(gs):
    path = lab.run(lab.AdaGrad(lr=0.5, eps=0.0), lab.problems.Stream(gs), len(gs))
    positions, roots = walk(gs, 0.5)
    claimed = [0.5 * abs(g) / root for g, root in zip(gs, roots, strict=True)]
    assert path.theta[:, 0] == pytest.approx(positions, rel=1e-12, abs=1e-12)
    assert path.effective_step[:, 0] == pytest.approx(claimed, rel=1e-9, abs=1e-12)
    assert max(claimed) <= 0.5 * (1 + 1e-15)
    assert claimed[0] == 0.5


@given(gradients)
def test_eq_3_4_the_root_is_a_clock_times_the_root_mean_square(gs):
    means = lab.averages.means([g * g for g in gs])
    _, roots = walk(gs)
    for t, (mean, root) in enumerate(zip(means, roots, strict=True), 1):
        assert 1 / root == pytest.approx(1 / math.sqrt(t) / math.sqrt(mean), rel=1e-12)


def test_steeper_makes_no_difference_to_the_bit():
    paths = [lab.run(lab.AdaGrad(lr=0.4, eps=0.0), p, 200).theta for p in (
        lab.problems.bench(),
        lab.problems.Quadratic([0.2, 4096.0], [-5.0, -2.0]),
        lab.problems.Quadratic([0.2 * 2**20, 4 * 2.0**-30], [-5.0, -2.0]))]
    assert (paths[0] == paths[1]).all() and (paths[0] == paths[2]).all()
    other_units = lab.problems.Quadratic([0.2, 4.0], [-5.0, -2000.0])
    path = lab.run(lab.AdaGrad(lr=0.4, eps=0.0), other_units, 200).theta[:, 1] / 1000
    assert abs(path[200] - paths[0][200, 1]) > 1
    guarded = lab.run(lab.AdaGrad(lr=0.4, eps=1.0), lab.problems.bench(), 200).theta
    assert (guarded != paths[0]).any()


def test_eq_3_5_between_two_areas():
    total = 0.0
    for t in range(1, 5001):
        total += 1 / math.sqrt(t)
        assert 2 * math.sqrt(t + 1) - 2 < total <= 2 * math.sqrt(t) - 1 + 1e-12
    # far out by Euler and Maclaurin: 2 sqrt T + zeta(1/2) + 1 / (2 sqrt T)
    far = 2 * 1000 + float(sympy.zeta(sympy.Rational(1, 2))) + 1 / 2000
    assert f"{0.1 * far:.3f}" == "199.854"
    walked = lab.run(lab.AdaGrad(lr=0.1, eps=0.0), lab.problems.constant(3.0), 100)
    assert f"{-walked.final[0]:.3f}" == "1.859"
    assert walked.effective_rate[29, 0] == pytest.approx(0.1 / math.sqrt(270), rel=1e-9)


@pytest.mark.parametrize("angle", [0, 5, 15, 30, 45])
def test_a_turned_valley_is_as_slow_as_its_matrix_says(angle):
    turned = lab.problems.bench(angle)
    path = lab.run(lab.AdaGrad(lr=0.4, eps=0.0), turned, 400)
    stretch = 0.4 / np.sqrt(path.state["s"][-1])
    slow = 1 - np.linalg.eigvals(stretch[:, None] * turned.H).min()
    assert (path.loss[400] / path.loss[399]) ** 0.5 == pytest.approx(slow, abs=2e-6)
    assert lab.run(lab.SGD(lr=0.4), turned, 200).loss[-1] == pytest.approx(8.186e-15, rel=1e-3)


def test_a_turned_valley_is_not_always_worse():
    loss = {angle: lab.run(lab.AdaGrad(lr=0.4, eps=0.0), lab.problems.bench(angle), 200).loss[-1]
            for angle in (0, 5, 45)}
    assert loss[5] < loss[0] / 1000 and loss[45] > 100 * loss[0]


@pytest.mark.parametrize("shock", [10, 40, 100])
def test_eq_3_17_in_whole_numbers(shock):
    after = next(t for t in range(1, 10**4) if Fraction(shock**2 + t, 4 * t) < 1)
    assert after == shock**2 // 3 + 1  # first t with sqrt(G^2 + t) < 2 sqrt t


def test_exercise_3_a_guard_breaks_the_scale_and_keeps_the_bound():
    for eps in (0.1, 1.0, 10.0):
        one = lab.run(lab.AdaGrad(lr=0.1, eps=eps), lab.problems.Quadratic([1.0], [1.0]), 3000)
        two = lab.run(lab.AdaGrad(lr=0.1, eps=eps), lab.problems.Quadratic([2.0], [1.0]), 3000)
        assert one.effective_step.max() < 0.1
        assert (one.theta[1:] != two.theta[1:]).all()
        assert one.state["s"][-1] == pytest.approx(one.state["s"][-1000], rel=1e-6)
