"""The capstone: careless attempts fail, a careful one has room to spare, counting is honest."""

import math

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.clinic import capstone

CALM = 1e-15  # far below every gradient of the task


def cosine(share):
    return (1 + math.cos(math.pi * share)) / 2


def battery():
    """Every optimizer of the lab: usual settings, coarse grids of constant rates, mended guards."""
    makes = {"AdaGrad": lab.AdaGrad, "RMSprop": lab.RMSprop, "Adam": lab.Adam, "AdamW": lab.AdamW,
             "Adamax": lab.Adamax, "NAdam": lab.NAdam, "AdaBelief": lab.AdaBelief,
             "AdaDelta": lab.AdaDelta, "Adafactor": lab.Adafactor, "Rprop": lab.Rprop}
    runs = {f"{name}()": make() for name, make in makes.items()
            if name not in ("AdaGrad", "Rprop")}  # these two have no usual rate
    for name, make in makes.items():
        runs |= {f"{name} {lr}": make(lr=lr) for lr in (0.1, 1.0, 10.0)}
    for lr in (1e-3, 1.0, 1e7, 1e8):
        runs |= {f"SGD {lr}": lab.SGD(lr=lr), f"SGD m {lr}": lab.SGD(lr=lr, momentum=0.9)}
    # Even with a guard that fits, at the rates that are best for a constant rate:
    for lr in (5.0, 10.0, 20.0):
        runs[f"AdaGrad {lr}, eps"] = lab.AdaGrad(lr=lr, eps=CALM)
    for lr in (0.3, 1.0):
        runs[f"Adam {lr}, eps"] = lab.Adam(lr=lr, eps=CALM)
        runs[f"AMSGrad {lr}, eps"] = lab.Adam(lr=lr, eps=CALM, amsgrad="raw")
        runs[f"NAdam {lr}, eps"] = lab.NAdam(lr=lr, eps=CALM)
    for more in ({}, {"rho": 0.99}, {"centered": True}):
        runs[f"RMSprop {more}, eps"] = lab.RMSprop(lr=0.1, eps=CALM, **more)
    runs["Adamax 3, eps"] = lab.Adamax(lr=3.0, eps=CALM)
    return runs


def test_every_careless_attempt_fails():
    runs = battery()
    assert len(runs) > 55
    scores = dict(zip(runs, capstone.race(list(runs.values()), seed=101), strict=True))
    best = min(scores, key=lambda k: scores[k] if math.isfinite(scores[k]) else math.inf)
    assert scores[best] > 1.5, best


def test_half_of_the_care_is_not_enough():
    adam = lab.Adam
    assert capstone.race([adam(lr=2.0)], 102, cosine)[0] > 50  # the usual eps
    assert not math.isfinite(capstone.race([adam(lr=2.0, eps=0.0)], 102, cosine)[0])
    assert min(capstone.race([adam(lr=lr, eps=CALM) for lr in (0.3, 1.0, 2.0)], 102)) > 1.5
    assert capstone.race([adam(lr=2.0, eps=CALM)], 102, lambda u: cosine(min(1, 8 * u)))[0] > 5
    assert capstone.race([lab.SGD(lr=1e8)], 102, cosine)[0] > 50


def test_the_usual_guard_of_adagrad_is_small_enough_and_only_the_floor_stops_it():
    usual, calm = lab.AdaGrad(lr=20.0), lab.AdaGrad(lr=20.0, eps=CALM)
    floor = capstone.race([usual, calm], 103)
    assert min(floor) > 5 and floor[0] < 1.2 * floor[1]
    assert capstone.race([lab.AdaGrad(lr=20.0)], 103, cosine)[0] < 1


@pytest.mark.parametrize("make", [lambda: lab.Adam(lr=2.0, eps=CALM),
                                  lambda: lab.RMSprop(lr=0.3, rho=0.99, eps=CALM)])
def test_care_reaches_the_target_with_room_to_spare(make):
    scores = [capstone.race([make()], seed, cosine)[0] for seed in (201, 202)]
    assert max(scores) < 0.85


def test_averaging_is_care_too():
    def train(problem, budget):
        opt, theta, total = lab.Adam(lr=1.0, eps=CALM), problem.theta0, 0.0
        for t in range(budget):
            opt.step(theta, problem.grad(theta))
            total = total + theta * (2 * t >= budget)
        return 2 * total / budget
    assert capstone.practice(train, seed=204)[0] < 0.85


@pytest.mark.parametrize("make", [
    lambda lr: lab.NAdam(lr=lr, eps=CALM), lambda lr: lab.RMSprop(lr=lr, eps=CALM, v0="g2")])
def test_a_race_walks_as_a_training_does(make):
    def train(problem, budget):
        opt, theta = make(0.5), problem.theta0
        for _ in range(budget):
            opt.step(theta, problem.grad(theta))
        return theta
    score, trace = capstone.practice(train, seed=5)
    beside = capstone.race([make(0.25), make(0.5)], seed=5)
    assert score == beside[1] != beside[0]
    assert trace.shape == (capstone.BUDGET,) and trace[0] > 1e4


def test_the_gradient_is_unbiased_and_the_score_is_its_loss():
    task, judge = capstone.pair(6)
    theta = np.linspace(-30, 30, capstone.FEATURES)
    drawn = np.array([task.grad(theta) for _ in range(2000)])
    mean, spread = drawn.mean(axis=0), drawn.std(axis=0) / 2000**0.5
    step = np.zeros_like(theta)
    slope = np.empty_like(theta)
    for i in range(len(theta)):  # the score is quadratic: differences are exact
        step[i] = 1.0
        slope[i] = (judge.score(theta + step) - judge.score(theta - step)) / 2
        step[i] = 0.0
    slope *= capstone.TARGET * capstone.UNIT
    assert (np.abs(mean - slope) < 5 * spread).all()
    assert (np.abs(mean - 1.1 * slope) > 5 * spread).any()


def test_the_budget_counts_and_the_loss_is_hidden():
    task, judge = capstone.pair(7)
    for _ in range(capstone.BUDGET):
        task.grad(task.theta0)
    assert task.calls == capstone.BUDGET == judge.asked
    with pytest.raises(capstone.BudgetSpent, match="budget of 2000"):
        task.grad(task.theta0)
    assert judge.asked == capstone.BUDGET + 1 and task.calls == capstone.BUDGET
    with pytest.raises(capstone.LossHidden, match="not shown"):
        task.loss(task.theta0)
    assert judge.looked


def test_problems_differ_by_seed_and_start_at_zero():
    (a, ja), (b, jb), (c, jc) = (capstone.pair(s) for s in (1, 2, 1))
    assert (a.theta0 == 0).all() and ja.score(a.theta0) == jc.score(c.theta0)
    assert ja.score(a.theta0) != jb.score(b.theta0)
    assert (a.grad(a.theta0) == c.grad(c.theta0)).all()
    a.theta0[0] = 9.0
    assert a.theta0[0] == 0.0
    with pytest.raises(lab.errors.LabError, match="start from problem.theta0"):
        a.grad(np.zeros(3))
