"""The online problem with rare features: costs by plain loops, and a comparator that never pays."""

import array_api_strict as strict
import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.problems import Problem, SparseHinge


@pytest.fixture(scope="module")
def game():
    return SparseHinge(rounds=400, features=12, active=3, seed=1)


def by_hand(game, theta, t):
    """Cost and gradient of one round, in plain Python."""
    on, label = game.on[t - 1].tolist(), float(game.labels[t - 1])
    margin = label * sum(float(theta[i]) for i in on)
    g = [-label if i in on and margin < 1 else 0.0 for i in range(len(theta))]
    return max(0.0, 1 - margin), g


def test_costs_and_gradients_by_hand(game):
    rng = np.random.default_rng(2)
    for scale in (0.0, 0.3, 3.0):
        theta = scale * rng.standard_normal(12)
        theta.setflags(write=False)
        rounds = [by_hand(game, theta, t) for t in range(1, 401)]
        assert game.loss(theta) == pytest.approx(np.mean([cost for cost, _ in rounds]), rel=1e-12)
        assert all(game.grad(theta, t).tolist() == rounds[t - 1][1] for t in range(1, 401))
        assert game.grad(theta, 405).tolist() == rounds[4][1]
        paid = game.paid(np.tile(theta, (401, 1)))
        assert paid == pytest.approx([cost for cost, _ in rounds], rel=1e-12)


def test_paid_takes_the_row_before_the_step(game):
    path = lab.run(lab.AdaGrad(lr=1.0), game, 400)
    claimed = [by_hand(game, path.theta[t - 1], t)[0] for t in range(1, 401)]
    assert game.paid(path.theta) == pytest.approx(claimed, rel=1e-12)
    assert game.paid(path.theta) != pytest.approx(game.paid(path.theta[1:]), rel=1e-12)


def test_the_hidden_vector_pays_nothing_and_zero_pays_one(game):
    assert game.loss(game.hidden) == 0.0
    assert not game.paid(np.tile(game.hidden, (400, 1))).any()
    assert set(game.hidden.tolist()) == {-1.0, 1.0}
    assert game.loss(game.theta0) == 1.0


def test_every_round_shows_as_many_features_and_the_last_are_rare():
    game = SparseHinge()
    assert game.on.shape == (5000, 5)
    assert all(len(set(row)) == 5 for row in game.on.tolist())
    counts = np.bincount(game.on.ravel(), minlength=100)
    assert counts.min() > 0
    assert counts[:5].tolist() == sorted(counts[:5].tolist(), reverse=True)
    assert counts[:5].min() > 10 * counts[-20:].mean()


def test_the_draw_is_the_seed():
    one, same, other = (SparseHinge(rounds=50, seed=seed) for seed in (3, 3, 4))
    assert (one.on == same.on).all() and (one.labels == same.labels).all()
    assert (one.on != other.on).any()
    with pytest.raises(ValueError, match="read-only"):
        one.labels[0] = 0
    one.theta0[:] = 7
    assert not one.theta0.any()


def test_other_libraries_stay_where_they_are(game):
    theta = strict.asarray(np.random.default_rng(5).standard_normal(12),
                           device=strict.Device("device1"))
    g = game.grad(theta, 1)
    assert (g.device, g.dtype) == (theta.device, theta.dtype)
    host = lab.arrays.to_host(strict.asarray(theta, device=strict.Device("CPU_DEVICE")))
    assert by_hand(game, host, 1)[1] == [float(x) for x in g]


def test_it_is_a_problem_and_says_what_it_is(game):
    assert isinstance(game, Problem)
    assert repr(game) == "SparseHinge(400 rounds, 3 of 12 features)"


@pytest.mark.parametrize("given, said", [
    ({"rounds": 0}, "at least one round"),
    ({"features": 4}, "no more active"),
    ({"active": 0}, "no more active"),
    ({"active": 4}, "odd"),
])
def test_a_wrong_setting_names_the_repair(given, said):
    with pytest.raises(lab.errors.HyperparameterError, match=said):
        SparseHinge(**given)


def test_a_wrong_call_names_the_repair(game):
    with pytest.raises(lab.errors.HyperparameterError, match="count from 1"):
        game.grad(game.theta0, 0)
    with pytest.raises(lab.errors.ShapeMismatch, match="theta0"):
        game.loss(np.zeros(3))
    with pytest.raises(lab.errors.ShapeMismatch, match="that many steps"):
        game.paid(np.zeros((399, 12)))
