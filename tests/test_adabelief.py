"""AdaBelief: its formula unrolled, the libraries, and what an eps that accumulates does."""

import math

import numpy as np
import pytest

import rmsprop_lab as lab
from tests.core.formulas import follow, furthest, stream
from tests.relatives import LR, RUNS, apart, distance, moves, recorded

BASE = {"lr": 0.01, "beta1": 0.9, "beta2": 0.99, "eps": 1e-3, "eps_s": 1e-4, "weight_decay": 0.0,
        "decay": "l2"}
FLIPS = {"beta1": 0.5, "beta2": 0.9, "eps": 1e-2, "eps_s": "eps", "weight_decay": 0.1}

PUBLISHED = {"lr": LR, "eps": 1e-8, "eps_s": "eps"}
SAME = {
    ("optax_adabelief", "plain"): {"lr": LR},
    ("optax_adabelief", "published"): PUBLISHED,
    ("optax_adabelief", "eps only"): PUBLISHED | {"eps_s": 0.0},
    ("optax_adabelief", "settings"): {
        "lr": LR, "beta1": 0.5, "beta2": 0.75, "eps": 1e-3, "eps_s": 1e-5},
    ("timm_adabelief", "plain"): {"lr": LR},
    ("timm_adabelief", "decay"): PUBLISHED | {"weight_decay": 0.25, "decay": "decoupled"},
    ("timm_adabelief", "l2"): PUBLISHED | {"weight_decay": 0.25}}


def unrolled(theta, gradients, *, lr, beta1, beta2, eps, eps_s, weight_decay, decay):
    """Both averages as weighted sums; every eps that went into s still counts, by its age."""
    added = eps if eps_s == "eps" else eps_s
    path, seen, surprises = [theta], [], []
    for t, g in enumerate(gradients, 1):
        seen.append(g + weight_decay * theta if decay == "l2" else g)
        ages = np.arange(t - 1, -1, -1.0)[:, None]
        m = np.sum((1 - beta1) * beta1**ages * seen, axis=0)
        surprises.append((seen[-1] - m) ** 2)
        s = np.sum(beta2**ages * ((1 - beta2) * np.array(surprises) + added), axis=0)
        shrunk = theta * (1 - lr * weight_decay) if decay == "decoupled" else theta
        theta = shrunk - lr * (m / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + eps)
        path.append(theta)
    return np.array(path)


@pytest.mark.parametrize("chosen", [
    {}, {"eps_s": "eps"}, {"eps_s": 0.0}, {"eps": 0.0}, {"weight_decay": 0.1}, {"beta2": 0.0},
    {"weight_decay": 0.1, "decay": "decoupled"}])
def test_the_formula_without_recursion(chosen):
    theta, gradients = stream(1)
    said = BASE | chosen
    assert furthest(unrolled(theta, gradients, **said),
                    follow(lab.AdaBelief(**said), theta, gradients)) < 1e-13


@pytest.mark.parametrize(("name", "run"), SAME)
def test_the_libraries(name, run):
    assert apart(lab.AdaBelief(**SAME[name, run]), name, run) < 1e-12


def test_every_recorded_run_is_compared():
    assert set(SAME) == {(name, run) for name in RUNS if name.endswith("_adabelief")
                         for run in RUNS[name]}


def test_optax_as_shipped_is_the_published_code():
    """timm's copy of it without rectification; both with 1e-16 twice."""
    assert distance(recorded("optax_adabelief", "plain")[1],
                    recorded("timm_adabelief", "plain")[1]) < 1e-12


@pytest.mark.parametrize("axis", FLIPS)
def test_a_flipped_choice_is_another_path(axis):
    theta, gradients = stream(1)
    path = unrolled(theta, gradients, **BASE)
    flipped = lab.AdaBelief(**BASE | {axis: FLIPS[axis]})
    assert furthest(path, follow(flipped, theta, gradients)) > 1e-5


@pytest.mark.parametrize(("name", "run", "wrong"), [
    ("optax_adabelief", "published", {"eps_s": 0.0}),
    ("optax_adabelief", "published", {"eps": 0.0, "eps_s": 1e-8}),
    ("optax_adabelief", "eps only", {"eps_s": "eps"}),
    ("optax_adabelief", "plain", {"eps": 1e-8}),
    ("timm_adabelief", "decay", {"decay": "l2"}), ("timm_adabelief", "l2", {"decay": "decoupled"}),
    ("timm_adabelief", "plain", {"beta2": 0.9999})])
def test_a_wrong_choice_is_seen_in_the_recorded_runs(name, run, wrong):
    assert apart(lab.AdaBelief(**SAME[name, run] | wrong), name, run) > 1e-6


def test_an_unsurprising_gradient_is_followed_faster_and_faster():
    """Constant gradient 1, eps 1e-8 as published: so many times the step of Adam."""
    ones = np.ones((2000, 1))
    belief, adam = (moves(opt, ones)[:, 0] for opt in (
        lab.AdaBelief(1e-3, eps=1e-8), lab.Adam(1e-3, eps=1e-8)))
    ratio = belief / adam
    assert [f"{ratio[t - 1]:.3g}" for t in (1, 10, 100, 2000)] == ["1.11", "1.64", "4.95", "38.3"]


def test_what_bounds_it_is_the_eps_that_has_accumulated():
    """s settles at eps_s / (1 - beta2) and the step at lr / sqrt(s): a thousand lr here, and
    without eps_s lr / eps, a hundred million."""
    ones = np.ones((5000, 1))
    with_it, without = (lab.AdaBelief(1.0, beta2=0.99, eps=1e-8, eps_s=eps_s)
                        for eps_s in ("eps", 0.0))
    assert -moves(with_it, ones)[-1, 0] == pytest.approx(1e3, rel=1e-4)
    assert with_it.state["s"][0] == pytest.approx(1e-8 / (1 - 0.99), rel=1e-6)
    assert -moves(without, ones)[-1, 0] > 0.9e8


def test_without_a_mean_nothing_is_a_surprise():
    """beta1 = 0 makes m the gradient itself; s holds the added eps and nothing else."""
    opt = lab.AdaBelief(beta1=0.0, beta2=0.5, eps_s=1.0)
    moves(opt, [[3.0], [-7.0], [2.0]])
    assert opt.state["s"][0] == 1.75 and opt.state["m"][0] == 2.0


def test_noise_is_divided_by_itself():
    """Where the mean is 0 the surprise is most of the gradient: steps are near Adam's."""
    noise = np.random.default_rng(3).standard_normal((3000, 1))
    belief, adam = lab.AdaBelief(1.0), lab.Adam(1.0)
    a, b = moves(belief, noise), moves(adam, noise)
    ratio = np.sqrt(adam.state["v"][0] / belief.state["s"][0])
    assert a[-1, 0] / b[-1, 0] == pytest.approx(ratio, rel=1e-6) and 1.0 < ratio < 1.12


def test_resumed_is_uninterrupted():
    theta, gradients = stream(4)
    opt, there = lab.AdaBelief(0.01), theta.copy()
    for t, g in enumerate(gradients):
        if t == 9:
            saved, again = opt.state_dict(), there.copy()
        opt.step(there, g)
    resumed = lab.AdaBelief()
    resumed.load_state_dict(saved)
    for g in gradients[9:]:
        resumed.step(again, g)
    assert again.tobytes() == there.tobytes()


def test_states_that_are_refused():
    theta, gradients = stream(4)
    opt = lab.AdaBelief()
    opt.step(theta, gradients[0])
    saved = opt.state_dict()
    with pytest.raises(lab.errors.StateRefused, match="eps_s='eps'"):
        lab.AdaBelief(eps_s=0.0).load_state_dict(saved)
    with pytest.raises(lab.errors.StateRefused, match="start cold"):
        lab.AdaBelief().load_state_dict(saved | {"state": {"m": saved["state"]["m"]}})
    with pytest.raises(lab.errors.StateRefused, match="AdaBelief"):
        lab.Adamax().load_state_dict(saved)


@pytest.mark.parametrize("wrong", [-1e-8, math.nan, "g2", None])
def test_an_eps_s_that_is_none(wrong):
    with pytest.raises(lab.errors.HyperparameterError, match="eps_s"):
        lab.AdaBelief(eps_s=wrong)
