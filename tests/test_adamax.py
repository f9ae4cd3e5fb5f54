"""Adamax: its formula unrolled, the libraries it comes from, and the norm of which it is the limit.
"""

import math

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.adamax import leaky_norm
from tests.core.formulas import follow, furthest, stream
from tests.relatives import LR, RUNS, apart, distance, moves, recorded

BASE = {"lr": 0.01, "beta1": 0.9, "beta2": 0.99, "eps": 1e-3, "eps_at": "inside", "debias": True,
        "weight_decay": 0.0, "decay": "l2"}
FLIPS = {"beta1": 0.5, "beta2": 0.9, "eps": 1e-2, "eps_at": "outside", "debias": False,
         "weight_decay": 0.1}

#: Run of a library -> the lab's settings that take the same steps.
TORCH = {"lr": LR}
KERAS = {"lr": LR, "eps": 1e-7, "eps_at": "outside"}
MLX = {"lr": LR, "eps_at": "outside", "debias": False}
OTHER = {"beta1": 0.5, "beta2": 0.75, "eps": 1e-3}
SAME = {
    ("torch_adamax", "plain"): TORCH, ("torch_adamax", "plain drop"): TORCH,
    ("torch_adamax", "settings"): TORCH | OTHER,
    ("torch_adamax", "decay"): TORCH | {"weight_decay": 0.25},
    ("optax_adamax", "plain"): TORCH, ("optax_adamax", "settings"): TORCH | OTHER,
    ("optax_adamax", "decay"): TORCH | {"weight_decay": 0.25, "decay": "decoupled"},
    ("keras_adamax", "plain"): KERAS, ("keras_adamax", "plain drop"): KERAS,
    ("keras_adamax", "settings"): KERAS | OTHER,
    ("keras_adamax", "decay"): KERAS | {"weight_decay": 0.25, "decay": "decoupled"},
    ("mlx_adamax", "plain"): MLX, ("mlx_adamax", "settings"): MLX | OTHER}


def unrolled(theta, gradients, *, lr, beta1, beta2, eps, eps_at, debias, weight_decay, decay):
    """No recursion: the mean and the maximum of all gradients so far, each with its weight."""
    path, seen = [theta], []
    for t, g in enumerate(gradients, 1):
        seen.append(g + weight_decay * theta if decay == "l2" else g)
        ages = np.arange(t - 1, -1, -1.0)[:, None]
        m = np.sum((1 - beta1) * beta1**ages * seen, axis=0)
        floor = eps if eps_at == "inside" else 0.0
        u = np.max(beta2**ages * (np.abs(seen) + floor), axis=0) + (eps - floor)
        shrunk = theta * (1 - lr * weight_decay) if decay == "decoupled" else theta
        theta = shrunk - lr * m / u / (1 - beta1**t if debias else 1)
        path.append(theta)
    return np.array(path)


@pytest.mark.parametrize("eps_at", ["inside", "outside"])
@pytest.mark.parametrize("chosen", [{}, {"debias": False}, {"weight_decay": 0.1}, {"beta1": 0.0},
                                    {"weight_decay": 0.1, "decay": "decoupled"}, {"beta2": 0.0}])
def test_the_formula_without_recursion(eps_at, chosen):
    theta, gradients = stream(1)
    said = BASE | chosen | {"eps_at": eps_at}
    assert furthest(unrolled(theta, gradients, **said),
                    follow(lab.Adamax(**said), theta, gradients)) < 1e-13


@pytest.mark.parametrize(("name", "run"), SAME)
def test_the_libraries(name, run):
    assert apart(lab.Adamax(**SAME[name, run]), name, run) < 1e-12


def test_every_recorded_run_is_compared():
    assert set(SAME) == {(name, run) for name in RUNS if name.endswith("_adamax")
                         for run in RUNS[name]}


@pytest.mark.parametrize("axis", FLIPS)
def test_a_flipped_choice_is_another_path(axis):
    theta, gradients = stream(1)
    path = unrolled(theta, gradients, **BASE)
    flipped = lab.Adamax(**BASE | {axis: FLIPS[axis]})
    assert furthest(path, follow(flipped, theta, gradients)) > 1e-5


@pytest.mark.parametrize(("name", "run", "wrong"), [
    ("torch_adamax", "plain", {"eps_at": "outside"}),
    ("keras_adamax", "plain", {"eps_at": "inside"}),
    ("mlx_adamax", "plain", {"debias": True}), ("torch_adamax", "settings", {"eps": 1e-8}),
    ("torch_adamax", "settings", {"eps_at": "outside"}),
    ("torch_adamax", "decay", {"decay": "decoupled"}), ("keras_adamax", "decay", {"decay": "l2"}),
    ("torch_adamax", "plain", {"beta2": 0.9999})])
def test_a_wrong_choice_is_seen_in_the_recorded_runs(name, run, wrong):
    assert apart(lab.Adamax(**SAME[name, run] | wrong), name, run) > 1e-6


def test_torch_and_optax_are_one_rule_and_keras_another():
    (_, torch), (_, optax), (_, keras) = (
        recorded(f"{name}_adamax", "settings") for name in ("torch", "optax", "keras"))
    assert distance(torch, optax) < 1e-12 < 1e-3 < distance(torch, keras)


def test_where_eps_stands_shows_where_gradients_are_as_small():
    """|g| = eps: inside the maximum the first step is halved, and outside of it too; then, for a
    gradient that vanishes, inside forgets eps with the rest of u."""
    first = {at: moves(lab.Adamax(1.0, eps=1.0, eps_at=at), [[1.0], *[[0.0]] * 2000])[[0, -1], 0]
             for at in ("inside", "outside")}
    assert first["inside"][0] == first["outside"][0] == -0.5
    floor = {at: lab.Adamax(1.0, beta2=0.5, eps=2.0**-10, eps_at=at) for at in first}
    for opt in floor.values():
        moves(opt, [[1.0], *[[0.0]] * 60])
    assert floor["inside"].state["u"][0] == 2.0**-10 and floor["outside"].state["u"][0] == 2.0**-60


ORDERS = (2, 8, 32, 128)


def test_the_first_step_of_the_norm_of_order_p():
    """(1 - beta2^p)^(1/p) of |g|: .0447, .5466, .8976, .9836 for beta2 = .999, towards 1."""
    shares = [leaky_norm(0.0, -3.0, 0.999, p) / 3 for p in ORDERS]
    assert np.allclose(shares, [(1 - 0.999**p) ** (1 / p) for p in ORDERS], rtol=1e-14)
    assert [f"{x:.4f}" for x in shares] == ["0.0447", "0.5466", "0.8976", "0.9836"]
    assert leaky_norm(0.0, -3.0, 0.999, math.inf) == 3.0


def norms(p, xs, decay=0.9):
    """The norm of order p after each sample."""
    u, seen = 0.0, []
    for x in xs:
        u = leaky_norm(u, x, decay, p)
        seen.append(u)
    return np.array(seen)


def test_adamax_is_the_limit_of_the_norms():
    """The distance to the maximum falls as p grows, and u is the optimizer's own."""
    xs = np.random.default_rng(5).standard_normal(400)
    limit = norms(math.inf, xs)
    gaps = [np.max(np.abs(norms(p, xs) / limit - 1)[50:]) for p in ORDERS]
    assert all(a > 1.9 * b for a, b in zip(gaps, gaps[1:], strict=False)) and gaps[-1] < 0.02
    opt = lab.Adamax(beta2=0.9, eps=0.0)
    moves(opt, xs[:, None])
    assert opt.state["u"][0] == limit[-1]


def test_with_the_decay_beta2_itself_the_limit_forgets_nothing():
    """Why the decay is beta2^p: (beta2 u^p + (1 - beta2) |g|^p)^(1/p) tends to max(u, |g|)."""
    for p in ORDERS:
        old = (0.9 * 2.0**p + 0.1 * 0.5**p) ** (1 / p)
        assert old == pytest.approx(2.0, rel=0.12 / p)
        assert leaky_norm(2.0, 0.5, 0.9, p) == pytest.approx(1.8, rel=1 / p)


def test_order_two_is_adam():
    """With beta2^2 for Adam's decay and eps 0, the denominators are the same, undebiased."""
    xs = np.random.default_rng(6).standard_normal(30)
    opt = lab.Adam(beta2=0.81, eps=0.0, debias=False)
    moves(opt, xs[:, None])
    assert norms(2, xs)[-1] == pytest.approx(math.sqrt(opt.state["v"][0]), rel=1e-14)


def test_no_power_overflows():
    assert leaky_norm(1e300, 1e300, 0.5, 128) == pytest.approx(1e300, rel=0.01)
    assert leaky_norm(1e-300, 0.0, 0.5, 128) == 5e-301 and leaky_norm(0.0, 0.0, 0.5, 2) == 0.0


def test_a_step_may_be_a_little_longer_than_lr():
    """Kingma and Ba give lr as the bound. The supremum is (1 - b1) / (1 - b1 / b2), 1.00909 lr
    for .9 and .999, approached by gradients that shrink by b2 at every step."""
    supremum = 0.1 / (1 - 0.9 / 0.999)
    assert f"{supremum:.5f}" == "1.00909"
    far = -moves(lab.Adamax(1.0, eps=0.0), 0.999 ** np.arange(300.0)[:, None])[:, 0]
    assert 1.0 < far[-1] < supremum * (1 + 1e-12) and far[-1] == pytest.approx(supremum, rel=1e-8)
    rng = np.random.default_rng(8)
    for _ in range(20):
        wild = rng.standard_normal((60, 5)) * 10.0 ** rng.integers(-6, 6, (60, 5))
        assert np.abs(moves(lab.Adamax(1.0, eps=0.0), wild)).max() <= supremum


def test_a_coordinate_without_gradient_needs_an_eps():
    assert np.isnan(moves(lab.Adamax(eps=0.0), [[0.0]])).all()
    assert (moves(lab.Adamax(), [[0.0], [0.0]]) == 0).all()


def test_resumed_is_uninterrupted():
    theta, gradients = stream(4)
    opt, there = lab.Adamax(0.01), theta.copy()
    for t, g in enumerate(gradients):
        if t == 9:
            saved, again = opt.state_dict(), there.copy()
        opt.step(there, g)
    resumed = lab.Adamax()
    resumed.load_state_dict(saved)
    for g in gradients[9:]:
        resumed.step(again, g)
    assert again.tobytes() == there.tobytes()


def test_states_that_are_refused():
    theta, gradients = stream(4)
    opt = lab.Adamax()
    opt.step(theta, gradients[0])
    saved = opt.state_dict()
    with pytest.raises(lab.errors.StateRefused, match="eps_at='inside'"):
        lab.Adamax(eps_at="outside").load_state_dict(saved)
    with pytest.raises(lab.errors.StateRefused, match="start cold"):
        lab.Adamax().load_state_dict(saved | {"state": {"m": saved["state"]["m"]}})
    with pytest.raises(lab.errors.StateRefused, match="Adamax"):
        lab.Adam().load_state_dict(saved)
