"""The capstone's check: careful answers, careless ones, and attempts to get around it."""

import json
import math

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.exercises import lesson17
from rmsprop_lab.exercises.outcome import NotYet, strict

SEEDS = (11, 12)
CALM = 1e-15


def cosine(share):
    return (1 + math.cos(math.pi * share)) / 2


def training(make, schedule=lambda share: 1.0, steps=None):
    def train(problem, budget):
        opt, theta = make(), problem.theta0
        lr = opt.lr
        for t in range(steps or budget):
            opt.lr = lr * schedule((t + 0.5) / budget)
            opt.step(theta, problem.grad(theta))
        return theta
    return train


def judged(train, seeds=SEEDS):
    record = lesson17.train.record(train, seeds)
    assert json.loads(json.dumps(record)) == record or "nan" in str(record)
    return lesson17.train.diagnose(record)


def test_a_careful_training_is_correct_on_fresh_problems():
    outcome = lesson17.train.check(training(lambda: lab.Adam(lr=2.0, eps=CALM), cosine))
    assert outcome, outcome
    assert "nobody had seen" in outcome.message


def test_another_careful_training_is_correct():
    assert judged(training(lambda: lab.RMSprop(lr=0.3, rho=0.99, eps=CALM), cosine))


def test_one_unlucky_problem_of_three_is_forgiven_and_two_are_not():
    def record(scores):
        run = lesson17.train.record(lambda problem, budget: problem.grad(problem.theta0), (1,))
        return {"runs": [run["runs"][0] | {"score": s, "answer": [s]} for s in scores]}
    diagnose = lesson17.train.diagnose
    assert diagnose(record([0.5, 0.9, 1.6])) and diagnose(record([0.5, math.inf, 0.9]))
    assert not diagnose(record([0.5, 1.1, 1.6])) and not diagnose(record([1.1]))


def test_each_check_draws_other_problems():
    def look(problem, budget):
        problem.grad(problem.theta0)
        return problem.theta0 + problem.grad(problem.theta0)
    a, b = (lesson17.train.record(look)["runs"] for _ in range(2))
    assert len(a) == 3 and len({run["start"] for run in a + b}) == 6


CARELESS = {
    "usual settings": (training(lab.Adam), "still on its way"),
    "too slow": (training(lambda: lab.Adam(lr=0.01, eps=CALM)), "still on its way"),
    "constant": (training(lambda: lab.RMSprop(lr=0.5, eps=CALM)), "as long as before"),
    "constant and large": (training(lambda: lab.Adam(lr=3.0, eps=CALM)), "as long as before"),
    "usual eps": (training(lambda: lab.Adam(lr=2.0), cosine), "compare its size with eps"),
    "few steps": (lambda problem, budget: few(problem, budget), "The steps do shrink"),
    "eps zero": (training(lambda: lab.Adam(lr=2.0, eps=0.0), cosine), "that is 0 / 0"),
    "no adaptivity": (training(lambda: lab.SGD(lr=5e7)), "as in plain gradient descent"),
    "falls too early": (training(lambda: lab.Adam(lr=0.5, eps=CALM), lambda u: 0.9 ** (500 * u)),
                        "fell too early"),
    "diverges": (training(lambda: lab.SGD(lr=1e10)), "far too large"),
    "far too long": (training(lambda: lab.RMSprop(lr=100.0, eps=CALM)), "comes no nearer"),
    "worse than the start": (training(lambda: lab.RMSprop(lr=1000.0, eps=CALM)),
                             "worse than the start"),
    "stops early": (training(lambda: lab.Adam(lr=2.0, eps=CALM), cosine, steps=900),
                    "You used 900 of 2000"),
    "over the budget": (training(lambda: lab.Adam(lr=2.0, eps=CALM), cosine, steps=2001),
                        "ran over the budget"),
}


@pytest.mark.parametrize("name", CARELESS)
def test_a_careless_training_is_named(name):
    train, words = CARELESS[name]
    outcome = judged(train, SEEDS[:1])
    assert outcome.kind == "NotYet" and words in outcome.message, outcome


def few(problem, budget):
    """A quarter of the steps, each with the mean of four gradients, at a constant rate."""
    opt, theta = lab.Adam(lr=1.0, eps=CALM), problem.theta0
    for _ in range(budget // 4):
        opt.step(theta, sum(problem.grad(theta) for _ in range(4)) / 4)
    return theta


def swallow(problem, budget):
    theta = problem.theta0
    try:
        while True:
            theta = theta - problem.grad(theta)
    except lab.errors.LabError:
        return theta


def oracle(problem, budget):
    return problem.theta0 if problem.loss(problem.theta0) < 1 else None


def oracle_hidden(problem, budget):
    try:
        problem.loss(problem.theta0)
    except lab.errors.LabError:
        return problem.theta0


def memorised(problem, budget):
    problem.grad(problem.theta0)
    return np.full(50, 30.0)


def copied(problem, budget):
    import copy
    other = copy.copy(problem)
    for _ in range(budget + 1):
        other.grad(problem.theta0)
    return problem.theta0


def copied_deep(problem, budget):
    import copy
    theta, opt = problem.theta0, lab.Adam(lr=0.3, eps=CALM)
    for _ in range(3):
        other = copy.deepcopy(problem)
        for _ in range(budget - 1):
            opt.step(theta, other.grad(theta))
    return theta


def of_another(problem, budget):
    """The answer of a problem that it draws itself."""
    seed = int(1e12 * abs(problem.grad(problem.theta0)).max())
    other = lab.clinic.capstone.pair(seed)[0]
    return training(lambda: lab.Adam(lr=2.0, eps=CALM), cosine)(other, budget)


TAMPERED = {
    "budget swallowed": (swallow, "ran over the budget"),
    "a copy of the problem": (copied, "ran over the budget"),
    "a deep copy": (copied_deep, "ran over the budget"),
    "the answer to another": (of_another, "none of the gradients was asked for on the way"),
    "loss as an oracle": (oracle, "asked for the loss"),
    "oracle swallowed": (oracle_hidden, "asked for the loss"),
    "no gradient": (lambda problem, budget: np.ones(50), "asked for no gradient"),
    "memorised": (memorised, "same theta for different problems"),
    "nothing": (lambda problem, budget: None, "nothing was returned"),
    "a word": (lambda problem, budget: "done", "you return a str"),
    "another shape": (lambda problem, budget: np.ones(3), "an array of shape (3,)"),
    "raises": (lambda problem, budget: 1 / 0, "raised ZeroDivisionError"),
    "counter set back": (lambda problem, budget: [setattr(problem, "calls", 0) or problem.grad(
        problem.theta0) for _ in range(budget + 1)], "ran over the budget"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_way_around_is_closed(name):
    train, words = TAMPERED[name]
    outcome = judged(train)
    assert outcome.kind == "NotYet" and words in outcome.message, outcome


def test_the_stub_and_what_is_no_function():
    check = lesson17.train.check
    assert check(...).kind == check(lambda problem, budget: ...).kind == "NotAttempted"
    assert "what came is of type float" in check(3.0).message
    assert "asks for (problem, budget)" in check(lambda theta: theta).message


def test_strict_mode_raises():
    strict()
    try:
        with pytest.raises(NotYet, match="no gradient"):
            lesson17.train.check(lambda problem, budget: problem.theta0)
    finally:
        strict(None)
