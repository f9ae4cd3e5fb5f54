"""Lesson 2's descent: the formulas a second time, and what a rotation does not change."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmsprop_lab as lab
from rmsprop_lab.descent import (
    best_contraction,
    best_diagonal,
    best_rate,
    condition_number,
    contraction,
    descent,
    diagonal_condition,
    factor,
    fall,
    family,
    preconditioned,
    steps_to,
    steps_to_leave,
)
from rmsprop_lab.errors import HyperparameterError
from tests.core.formulas import follow, furthest, sgd_path, stream

BASE = {"lr": 0.01, "momentum": 0.0, "nesterov": False, "weight_decay": 0.0}


def test_exact_with_powers_of_two():
    assert descent(1.0, 0.5, lr=0.5) == 0.75
    assert family.variant(momentum="plain")(1.0, 0.5, 1.0, lr=0.5, mu=0.5) == (0.5, 1.0)
    assert family.variant(momentum="nesterov")(1.0, 0.5, 1.0, lr=0.5, mu=0.5) == (0.5, 1.0)
    assert family.variant(decay="l2")(1.0, 0.5, lr=0.5, w=0.5) == 0.5


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_the_formulas(momentum, weight_decay):
    theta, gradients = stream(0)
    for nesterov in (False, True) if momentum else (False,):
        chosen = {"lr": 0.01, "momentum": momentum, "nesterov": nesterov,
                  "weight_decay": weight_decay}
        error = furthest(sgd_path(theta, gradients, **chosen),
                         follow(lab.SGD(**chosen), theta, gradients))
        assert error < 1e-14


@pytest.mark.parametrize(("axis", "context"), [
    ("momentum", {}), ("nesterov", {"momentum": 0.5}), ("weight_decay", {})])
def test_a_flipped_axis_is_another_path(axis, context):
    theta, gradients = stream(0)
    flipped = BASE | context | {axis: True if axis == "nesterov" else 0.25}
    path = sgd_path(theta, gradients, **BASE | context)
    assert furthest(path, follow(lab.SGD(**flipped), theta, gradients)) > 1e-4


def test_a_look_ahead_is_descent_at_the_place_looked_at():
    """Nesterov 1983 steps from theta and looks at theta - lr mu b; in y = that place it is ours."""
    curvature, lr, mu = np.array([0.2, 4.0]), 0.1, 0.9
    theta, b = np.array([-5.0, -2.0]), np.zeros(2)
    y, opt = theta.copy(), lab.SGD(lr, momentum=mu, nesterov=True)
    for _ in range(30):
        b = mu * b + curvature * (theta - lr * mu * b)
        theta = theta - lr * b
        opt.step(y, curvature * y)
        assert np.allclose(y, theta - lr * mu * b, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("degrees", [0, 5, 15, 30, 45])
def test_a_rotation_does_not_change_the_loss(degrees):
    a = math.radians(degrees)
    turn = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
    hessian = turn @ np.diag([0.2, 4.0]) @ turn.T
    theta, opt = turn @ np.array([-5.0, -2.0]), lab.SGD(0.4)
    for _ in range(200):
        opt.step(theta, hessian @ theta)
    assert theta @ hessian @ theta / 2 == pytest.approx(8.186e-15, rel=1e-3)


@pytest.mark.parametrize(("lr", "sign", "grows"), [
    (0.2, 1, False), (0.3, -1, False), (0.49, -1, False), (0.51, -1, True)])
def test_two_thresholds_of_the_rate(lr, sign, grows):
    """On curvature 4: above 1/4 the sign flips at every step, above 1/2 the steps grow."""
    theta, opt = np.array([-2.0]), lab.SGD(lr)
    opt.step(theta, 4 * theta)
    assert np.sign(theta[0]) == -sign and (abs(theta[0]) > 2) == grows


def test_slope_is_not_curvature():
    """f = 100 x has slope 100 and no curvature, f = 50 x^2 at 0 no slope and curvature 100."""
    for lr in (0.001, 1.0):
        line = np.zeros(1)
        opt = lab.SGD(lr)
        for _ in range(3):
            opt.step(line, np.full(1, 100.0))
        assert line[0] == pytest.approx(-300 * lr)  # every rate is stable on a line
    bowl = np.full(1, 1e-9)
    opt = lab.SGD(0.021)
    for _ in range(400):
        opt.step(bowl, 100 * bowl)
    assert abs(bowl[0]) > 1  # 0.021 > 2 / 100


def test_the_default_of_the_family_is_the_rule_of_the_lesson():
    for language in ("c", "cuda", "numba"):
        plain = descent.source(language)
        assert family.variant().source(language).replace("family", "descent") == plain
        assert family.variant(decay="l2").source(language).replace("family", "descent") != plain


def test_the_loss_falls_by_what_fall_says():
    for lam in (0.0, 1.0, 4.0):
        for lr in (0.25, 0.5, 1.0):
            theta = 2.0
            g = lam * theta + 3.0  # of lam theta^2 / 2 + 3 theta

            def f(x, lam=lam):
                return lam * x * x / 2 + 3.0 * x
            assert f(theta) - f(descent(theta, g, lr=lr)) == fall(g, lam, lr=lr)


def test_one_step_multiplies_by_the_factor():
    for lr in (0.125, 0.25, 0.375, 0.5, 0.75):
        assert descent(-2.0, 4.0 * -2.0, lr=lr) == factor(4.0, lr=lr) * -2.0


@given(st.lists(st.floats(0.01, 100.0), min_size=1, max_size=6), st.floats(0.5, 1.5))
@settings(max_examples=60, deadline=None)
def test_no_rate_beats_the_best(lams, other):
    eta, kappa = best_rate(lams), condition_number(lams)
    q = contraction(lams, lr=eta)
    assert math.isclose(q, best_contraction(kappa), rel_tol=1e-9, abs_tol=1e-12)
    assert contraction(lams, lr=other * eta) >= q - 1e-12
    assert kappa >= 1 and q < 1


@pytest.mark.parametrize("kappa", [1.0, 1.5, 3.0, 20.0, 1000.0])
@pytest.mark.parametrize("fraction", [0.9, 0.25, 1e-3, 1e-9])
def test_steps_to_is_the_first_step(kappa, fraction):
    t, q = steps_to(kappa, fraction), best_contraction(kappa)
    assert q**t <= fraction and (t == 1 or q ** (t - 1) > fraction)
    assert t <= max(1, math.ceil(kappa / 2 * math.log(1 / fraction)))  # (2.7)


def test_preconditioned_takes_one_number_a_diagonal_or_a_matrix():
    theta, g = np.array([8.0, 4.0]), np.array([2.0, 1.0])
    assert preconditioned(8.0, 2.0, 4.0, lr=0.5) == 4.0
    by_diagonal = preconditioned(theta, g, np.array([4.0, 2.0]), lr=0.5)
    by_matrix = preconditioned(theta, g, np.diag([4.0, 2.0]), lr=0.5)
    assert by_diagonal.tolist() == by_matrix.tolist() == [4.0, 3.0]
    mixed = preconditioned(theta, g, np.array([[4.0, 2.0], [0.0, 2.0]]), lr=0.5)
    assert mixed.tolist() == [3.0, 3.0]  # rows times g, and not columns
    assert (preconditioned(theta, g, np.ones(2), lr=0.5) == descent(theta, g, lr=0.5)).all()
    assert theta.tolist() == [8.0, 4.0]


@pytest.mark.parametrize("angle", [0, 5, 30, 45, 60, 90])
def test_the_best_diagonal_reaches_its_condition_number(angle):
    H = lab.problems.bench(angle).H
    root = np.diag(np.sqrt(best_diagonal(H)))
    assert np.linalg.cond(root @ H @ root) == pytest.approx(diagonal_condition(H), rel=1e-10)


def test_what_has_no_minimum_or_no_sense_is_refused():
    with pytest.raises(HyperparameterError, match="only positive ones"):
        best_rate([1.0, 0.0])
    with pytest.raises(HyperparameterError, match="only positive ones"):
        contraction([-1.0, 2.0], lr=0.1)
    with pytest.raises(HyperparameterError, match="between 0 and 1"):
        steps_to(2.0, 1.0)
    for H in ([[1.0, 2.0], [2.0, 1.0]], [[-1.0, 0.0], [0.0, 1.0]]):
        with pytest.raises(HyperparameterError, match="no minimum"):
            diagonal_condition(np.array(H))


def test_steps_to_leave_in_powers_of_two():
    assert steps_to_leave(-1.0, 2.0**-20, 1.0, lr=1.0) == 20.0
    assert steps_to_leave(-0.5, 1.0, 1.0, lr=0.1) == 0.0


@pytest.mark.parametrize("bad", [{"lam": 1.0}, {"lam": 0.0}, {"distance": 0.0}, {"distance": 2.0},
                                 {"lr": 0.0}, {"distance": math.nan}])
def test_who_cannot_leave_is_refused(bad):
    numbers = {"lam": -1.0, "distance": 0.5, "reach": 1.0, "lr": 0.1} | bad
    with pytest.raises(HyperparameterError, match="not from the ridge"):
        steps_to_leave(**numbers)
