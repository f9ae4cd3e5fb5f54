"""NAdam: its formula unrolled, the libraries and their three ramps, and the product that is no
state."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rmsprop_lab as lab
from rmsprop_lab.nadam import product, ramp
from tests.core.formulas import follow, furthest, stream
from tests.relatives import LR, RUNS, apart, distance, moves, recorded

BASE = {"lr": 0.01, "beta1": 0.9, "beta2": 0.99, "eps": 1e-3, "eps_at": "outside",
        "momentum_decay": 0.25, "weight_decay": 0.0, "decay": "l2"}
FLIPS = {"beta1": 0.5, "beta2": 0.9, "eps": 1e-2, "eps_at": "inside", "momentum_decay": 0.004,
         "weight_decay": 0.1}

TORCH = {"lr": LR}
OPTAX = {"lr": LR, "momentum_decay": "inf"}
KERAS = {"lr": LR, "momentum_decay": 1.0, "eps": 1e-7}
SAME = {
    ("torch_nadam", "plain"): TORCH, ("torch_nadam", "plain drop"): TORCH,
    ("torch_nadam", "settings"): TORCH | {"beta1": 0.5, "beta2": 0.75, "eps": 1e-3},
    ("torch_nadam", "momentum_decay 1"): KERAS, ("torch_nadam", "momentum_decay 1e6"): OPTAX,
    ("torch_nadam", "l2"): TORCH | {"weight_decay": 0.25},
    ("torch_nadam", "decoupled"): TORCH | {"weight_decay": 0.25, "decay": "decoupled"},
    ("optax_nadam", "plain"): OPTAX,
    ("optax_nadam", "inside"): OPTAX | {"eps_at": "inside"},
    ("optax_nadam", "decay"): OPTAX | {"weight_decay": 0.25, "decay": "decoupled"},
    ("keras_nadam", "plain"): KERAS, ("keras_nadam", "plain drop"): KERAS,
    ("keras_nadam", "decay"): KERAS | {"weight_decay": 0.25, "decay": "decoupled"}}


def unrolled(theta, gradients, *, lr, beta1, beta2, eps, eps_at, momentum_decay, weight_decay,
             decay):
    """Both averages as weighted sums of all gradients, and Dozat's numerator in two halves."""
    speed = float(momentum_decay)
    mus = [beta1 * (1 - 0.96 ** (speed * t) / 2) for t in range(1, len(gradients) + 2)]
    path, seen = [theta], []
    for t, g in enumerate(gradients, 1):
        seen.append(g + weight_decay * theta if decay == "l2" else g)
        ages = np.arange(t - 1, -1, -1.0)[:, None]
        m = np.sum((1 - beta1) * beta1**ages * seen, axis=0)
        v = np.sum((1 - beta2) * beta2**ages * np.square(seen), axis=0) / (1 - beta2**t)
        ahead = mus[t] * m / (1 - np.prod(mus[:t + 1]))
        now = (1 - mus[t - 1]) * seen[-1] / (1 - np.prod(mus[:t]))
        den = np.sqrt(v) + eps if eps_at == "outside" else np.sqrt(v + eps)
        shrunk = theta * (1 - lr * weight_decay) if decay == "decoupled" else theta
        theta = shrunk - lr * (ahead + now) / den
        path.append(theta)
    return np.array(path)


@pytest.mark.parametrize("eps_at", ["outside", "inside"])
@pytest.mark.parametrize("chosen", [
    {}, {"momentum_decay": 0.0}, {"momentum_decay": "inf"}, {"weight_decay": 0.1}, {"beta1": 0.0},
    {"weight_decay": 0.1, "decay": "decoupled"}, {"beta2": 0.0}])
def test_the_formula_without_recursion(eps_at, chosen):
    theta, gradients = stream(1)
    said = BASE | chosen | {"eps_at": eps_at}
    assert furthest(unrolled(theta, gradients, **said),
                    follow(lab.NAdam(**said), theta, gradients)) < 1e-13


@pytest.mark.parametrize(("name", "run"), SAME)
def test_the_libraries(name, run):
    assert apart(lab.NAdam(**SAME[name, run]), name, run) < 1e-12


def test_every_recorded_run_is_compared():
    single = ("torch_nadam", "single product")  # compared below
    assert set(SAME) | {single} == {(name, run) for name in RUNS if name.endswith("_nadam")
                                    for run in RUNS[name]}


def test_torch_keeps_the_product_in_single_precision():
    """With float64 parameters, unless double is also the default dtype: steps are off by 1e-7."""
    assert 1e-9 < apart(lab.NAdam(LR), "torch_nadam", "single product") < 1e-5
    (_, single), (_, double) = (recorded("torch_nadam", run) for run in ("single product", "plain"))
    assert 1e-9 < distance(single, double) < 1e-5


@pytest.mark.parametrize("axis", FLIPS)
def test_a_flipped_choice_is_another_path(axis):
    theta, gradients = stream(1)
    path = unrolled(theta, gradients, **BASE)
    assert furthest(path, follow(lab.NAdam(**BASE | {axis: FLIPS[axis]}), theta, gradients)) > 1e-5


@pytest.mark.parametrize(("name", "run", "wrong"), [
    ("torch_nadam", "plain", {"momentum_decay": 1.0}),
    ("torch_nadam", "plain", {"momentum_decay": "inf"}),
    ("optax_nadam", "plain", {"momentum_decay": 0.004}),
    ("keras_nadam", "plain", {"momentum_decay": 0.004}),
    ("torch_nadam", "l2", {"decay": "decoupled"}), ("torch_nadam", "decoupled", {"decay": "l2"}),
    ("optax_nadam", "inside", {"eps_at": "outside"}), ("keras_nadam", "plain", {"eps": 1e-8}),
    ("torch_nadam", "plain", {"beta2": 0.9999})])
def test_a_wrong_choice_is_seen_in_the_recorded_runs(name, run, wrong):
    assert apart(lab.NAdam(**SAME[name, run] | wrong), name, run) > 1e-6


def test_adam_and_rmsprop_are_not_nadam():
    """Without a mean there is nothing to look ahead along; with one, the first step is longer."""
    theta, gradients = stream(2)
    said = {"lr": 0.01, "beta2": 0.99}
    without = follow(lab.NAdam(beta1=0.0, **said), theta, gradients)
    assert without.tobytes() == follow(
        lab.RMSprop(lr=0.01, rho=0.99, debias=True), theta, gradients).tobytes()
    assert furthest(follow(lab.Adam(**said), theta, gradients),
                    follow(lab.NAdam(**said), theta, gradients)) > 1e-3
    mu, ahead = ramp(1, beta1=0.9, momentum_decay=0.004), ramp(2, beta1=0.9, momentum_decay=0.004)
    first = (1 - mu) / (1 - mu) + ahead / (1 - mu * ahead) * 0.1
    assert moves(lab.NAdam(1.0, eps=0.0), [[5.0]])[0, 0] == pytest.approx(-first, rel=1e-15)
    assert f"{first:.4f}" == "1.0565"


def test_the_three_ramps():
    """PyTorch climbs over 1e5 steps, Keras 3 over a hundred, optax does not climb."""
    torch = [ramp(t, beta1=0.9, momentum_decay=0.004) for t in (1, 1e2, 1e3, 1e4, 1e5)]
    assert [f"{mu:.4f}" for mu in torch] == ["0.4501", "0.4573", "0.5178", "0.8121", "0.9000"]
    keras = [ramp(t, beta1=0.9, momentum_decay=1.0) for t in (1, 10, 100)]
    assert [f"{mu:.4f}" for mu in keras] == ["0.4680", "0.6008", "0.8924"]
    assert ramp(1, beta1=0.9, momentum_decay=math.inf) == 0.9


def test_optax_is_torch_without_a_ramp_and_keras_torch_with_another():
    """Library against library, as recorded."""
    torch = {run: recorded("torch_nadam", run)[1] for run in RUNS["torch_nadam"]}
    optax, keras = recorded("optax_nadam", "plain")[1], recorded("keras_nadam", "plain")[1]
    assert distance(torch["momentum_decay 1e6"], optax) < 1e-12
    assert distance(torch["momentum_decay 1"], keras) < 1e-12
    for other in (optax, keras):
        assert distance(torch["plain"], other) > 1e-3


def test_a_momentum_decay_that_leaves_nothing_of_the_ramp_is_inf():
    assert ramp(1, beta1=0.9, momentum_decay=2e4) == 0.9  # .96^20000 is 0 in double
    theta, gradients = stream(3)
    a, b = (follow(lab.NAdam(momentum_decay=decay), theta, gradients) for decay in ("inf", 2e4))
    assert a.tobytes() == b.tobytes()


whole = st.integers(1, 3000)
settings = {"beta1": st.sampled_from([0.0, 0.5, 0.9, 0.999]),
            "momentum_decay": st.sampled_from([0.0, 0.004, 1.0, math.inf])}


@given(whole, whole, st.fixed_dictionaries(settings))
def test_the_product_goes_on_as_it_would_from_the_start(a, b, said):
    """Bit for bit: this is why it need not be saved."""
    first, t = sorted((a, b))
    assert product(t, **said, start=(first, product(first, **said))) == product(t, **said)


@given(whole, st.fixed_dictionaries(settings))
def test_a_product_that_is_left_alone_no_longer_counts(t, said):
    whole = math.prod(ramp(i, **said) for i in range(1, t + 1))
    assert 1 - product(t, **said) == 1 - whole
    assert 1 - product(t, **said) * said["beta1"] == 1 - whole * said["beta1"]


def test_resumed_is_uninterrupted_also_with_another_beta1():
    theta, gradients = stream(4, steps=30)
    opt, there, saved = lab.NAdam(0.01), theta.copy(), None
    for t, g in enumerate(gradients):
        if t == 10:
            opt.beta1, opt.momentum_decay = 0.8, 0.5
        if t == 17:
            saved, again = opt.state_dict(), there.copy()
        opt.step(there, g)
    assert set(saved["state"]) == {"m", "v"}  # and no product
    resumed = lab.NAdam()
    resumed.load_state_dict(saved)
    for g in gradients[17:]:
        resumed.step(again, g)
    assert again.tobytes() == there.tobytes()


def test_after_a_change_of_beta1_the_step_is_that_of_the_new_one():
    """The same averages, settings and t give the same step, whatever the settings were before."""
    theta, gradients = stream(5)
    changed, straight = lab.NAdam(0.01, beta1=0.5), lab.NAdam(0.01, beta1=0.9)
    there = theta.copy()
    for g in gradients:
        changed.step(there, g)
    changed.beta1 = 0.9
    straight.load_state_dict(changed.state_dict())
    a, b = there.copy(), there.copy()
    changed.step(a, gradients[0])
    straight.step(b, gradients[0])
    assert a.tobytes() == b.tobytes()


def test_an_optimizer_that_goes_back_starts_its_product_anew():
    """A state from step 2 loaded after step 20: the remembered product is of no use."""
    theta, gradients = stream(6)
    opt, there = lab.NAdam(0.01), theta.copy()
    opt.step(there, gradients[0])
    early, then = opt.state_dict(), there.copy()
    for g in gradients[1:]:
        opt.step(there, g)
    opt.load_state_dict(early)
    for g in gradients[1:]:
        opt.step(then, g)
    assert then.tobytes() == there.tobytes()


@pytest.mark.parametrize("wrong", [-0.1, math.nan, math.inf, "none", None, True])
def test_a_momentum_decay_that_is_none(wrong):
    with pytest.raises(lab.errors.HyperparameterError, match="momentum_decay"):
        lab.NAdam(momentum_decay=wrong)


def test_a_state_of_another_ramp_word_is_refused():
    saved = lab.NAdam(momentum_decay="inf").state_dict()
    with pytest.raises(lab.errors.StateRefused, match="momentum_decay='inf'"):
        lab.NAdam().load_state_dict(saved)
    with pytest.raises(lab.errors.StateRefused, match="NAdam"):
        lab.Adam().load_state_dict(saved)
