"""The module of lesson 14: settings for a larger batch, laws of the walk, and many walks."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rmsprop_lab as lab
from rmsprop_lab import noise

BASE = {"lr": 0.5, "rho": 0.9375, "eps": 0.25, "v0": 8.0}


def test_every_setting_of_rmsprop_in_powers_of_two():
    big = noise.scaled(lab.RMSprop(**BASE), 4)
    assert (big.lr, big.rho, big.eps, big.v0) == (1.0, 0.75, 0.125, 2.0)
    inside = noise.scaled(lab.RMSprop(**BASE, eps_at="inside"), 4)
    assert (inside.lr, inside.eps) == (1.0, 0.0625)
    assert noise.scaled(lab.RMSprop(lr=0.5, rho=0.9, v0="g2"), 4).v0 == "g2"


@pytest.mark.parametrize(("rule", "lr"), [("constant", 0.5), ("root", 1.0), ("linear", 2.0)])
def test_the_rule_changes_lr_and_nothing_else(rule, lr):
    big = noise.scaled(lab.RMSprop(**BASE), 4, rule)
    assert (big.lr, big.rho, big.eps, big.v0) == (lr, 0.75, 0.125, 2.0)


@pytest.mark.parametrize("eps_at", ["outside", "inside", "hat"])
def test_every_setting_of_adam(eps_at):
    big = noise.scaled(lab.Adam(lr=0.5, beta1=0.875, beta2=0.9375, eps=0.25, eps_at=eps_at), 4)
    assert (big.lr, big.beta1, big.beta2) == (1.0, 0.5, 0.75)
    assert big.eps == (0.0625 if eps_at == "inside" else 0.125)
    assert noise.scaled(lab.Adam(beta1=0.0), 4).beta1 == 0.0  # no memory is none for any batch


def test_gradient_descent_and_the_callers_optimizer():
    opt = lab.SGD(lr=0.5)
    assert noise.scaled(opt, 4, "linear").lr == 2.0 and opt.lr == 0.5


@settings(max_examples=30, deadline=None)
@given(st.floats(0.1, 8), st.floats(0.1, 8), st.floats(1e-4, 1e-2))
def test_two_moves_are_one_and_the_longest_step_stays(a, b, forgets):
    opt = lab.RMSprop(lr=0.01, rho=1 - forgets, eps=1e-3)
    twice, once = noise.scaled(noise.scaled(opt, a), b), noise.scaled(opt, a * b)
    assert twice.lr == pytest.approx(once.lr, rel=1e-12)
    assert 1 - twice.rho == pytest.approx(1 - once.rho, rel=1e-9)
    assert twice.eps == pytest.approx(once.eps, rel=1e-12)
    assert once.lr / math.sqrt(1 - once.rho) == pytest.approx(0.01 / math.sqrt(forgets), rel=1e-9)


@pytest.mark.parametrize(("opt", "kappa", "words"), [
    (lab.RMSprop(rho=0.75), 4, "rho=0.75 remembers 4 steps"),
    (lab.RMSprop(rho=0.75), 5, "leaves it nothing"),
    (lab.RMSprop(rho=0.9), 10, "rho=0.9 remembers 10 steps"),
    (lab.Adam(), 16, "beta1=0.9 remembers 10 steps, and a batch 16 times"),
    (lab.RMSprop(), 0, "positive factor"), (lab.RMSprop(), -2, "positive factor"),
    (lab.RMSprop(), math.nan, "positive factor"),
    (lab.RMSprop(momentum=0.5), 2, "no momentum buffer"),
    (lab.AdamW(), 2, "no weight decay"), (lab.SGD(lr=0.1, weight_decay=0.1), 2, "weight decay")])
def test_what_cannot_be_scaled_is_refused(opt, kappa, words):
    with pytest.raises(lab.errors.HyperparameterError, match=words):
        noise.scaled(opt, kappa)


def test_a_word_that_is_no_rule_and_a_state_are_refused():
    with pytest.raises(lab.errors.HyperparameterError, match="say one of constant, root, linear"):
        noise.scaled(lab.RMSprop(), 2, "square")
    opt = lab.RMSprop()
    opt.step(np.zeros(1), np.ones(1))
    with pytest.raises(lab.errors.HyperparameterError, match="no state"):
        noise.scaled(opt, 2)


def test_the_laws_take_numbers_and_arrays():
    t = np.array([0, 1, 2])
    mean, spread = noise.ar1(t, x0=4.0, r=0.5, kick=1.0)
    assert mean.tolist() == [4.0, 2.0, 1.0]
    assert (spread**2).tolist() == pytest.approx([0.0, 1.0, 1.25], abs=1e-15)
    mean, spread = noise.limit(np.array([0.0, math.log(2)]), x0=4.0, variance=4.0)
    assert mean.tolist() == [4.0, 2.0] and (spread**2).tolist() == pytest.approx([0.0, 3.0])
    assert noise.limit(0, x0=1.0, variance=1.0)[0] == 1.0
    assert noise.pull(0.5, np.array([2.0, 4.0]), 0.25).tolist() == [4.0, 8.0]


def test_small_steps_come_to_the_limit():
    for r, error in ((0.1, 0.06), (0.001, 0.0006)):
        exact = noise.ar1(0.4 / r, x0=1.0, r=r, kick=(2 * r) ** 0.5)
        near = noise.limit(0.4, x0=1.0, variance=1.0)
        assert exact == pytest.approx(near, abs=error)
        assert exact != pytest.approx(near, abs=error / 100)


def test_what_settles_lies_between_the_cycle_and_the_noise():
    assert noise.settled(0.5, 2.0, 0.0) == (0.25 * 2, 0.25)
    assert noise.settled(0.5, 2.0, 0.0)[1] == lab_amplitude(0.5)
    root, spread = noise.settled(1e-4, 1.0, np.array([1.0, 4.0]))
    assert root == pytest.approx([1.0, 4.0], rel=1e-4)
    assert spread**2 == pytest.approx([0.5e-4, 2e-4], rel=1e-4)


def lab_amplitude(lr):
    from rmsprop_lab.long_run import amplitude
    return amplitude(lr)


def test_a_walk_is_a_run_on_the_same_noise_to_the_bit():
    base = lab.RMSprop(lr=0.25, rho=0.96, eps=0.01, v0=1.0)
    opts = {k: (k, noise.scaled(base, k)) for k in (1, 2, 8)}
    seen = list(noise.walks(opts, lam=0.5, sigma=2.0, x0=3.0, samples=64, shape=(5,), seed=7))
    assert len(seen) == 9 and (seen[0][8] == 3.0).all()
    valley = lab.problems.Quadratic([0.5] * 5, [3.0] * 5)
    draws = np.random.default_rng(7)
    noisy = np.concatenate([draws.standard_normal((8, 5)) for _ in range(8)]) * 2.0
    for k, (_, opt) in opts.items():
        x, own = valley.theta0, noise.scaled(base, k)
        for batch in noisy.reshape(-1, k, 5):
            own.step(x, 0.5 * x + batch.mean(axis=0))
        assert (seen[-1][k] == x).all() and opt.t == 0  # the caller's is copied
    assert (seen[-1][1] != seen[-1][2]).all()


def test_lam_and_sigma_broadcast_and_what_was_yielded_stays():
    opts = {"x": (1, lab.SGD(lr=0.5))}
    walk = noise.walks(opts, lam=np.array([1.0, 0.5]), sigma=np.array([0.0, 0.0]), x0=[8.0, 8.0],
                       samples=2, shape=(3, 2))
    start, one, two = walk
    assert (start["x"] == 8).all()
    assert (one["x"] == [4.0, 6.0]).all() and (two["x"] == [2.0, 4.5]).all()


@pytest.mark.parametrize(("kappas", "samples"), [((1, 4), 6), ((2, 3), 6)])
def test_batches_that_do_not_fit_are_refused(kappas, samples):
    opts = {k: (k, lab.SGD(lr=0.1)) for k in kappas}
    with pytest.raises(lab.errors.HyperparameterError, match="give multiples"):
        next(noise.walks(opts, lam=1.0, sigma=1.0, x0=0.0, samples=samples, shape=(2,)))


def test_a_ball_without_memory_is_gradient_descent():
    lams = np.array([0.2, 4.0])
    _, descent = noise.ar1(10**6, x0=0.0, r=0.4 * lams, kick=0.4)
    assert noise.ball(0.4, 0.0, lams, 1.0) == pytest.approx(descent, rel=1e-12)
    assert noise.ball(0.4, 0.9, lams, 2.0) == pytest.approx(2 * noise.ball(0.4, 0.9, lams, 1.0))


def test_the_noise_scale_of_logistic_batches_is_that_of_its_samples():
    problem = lab.problems.Logistic(batch=8, seed=3)
    one, theta = lab.problems.Logistic(batch=1, seed=4), problem.theta0 + 0.01
    joined, whole = lab.problems.Joined(problem, 32), lab.problems.Logistic().grad(theta)

    def square(p, steps):
        return np.mean([(p.grad(theta, t) ** 2).sum() for t in steps])

    found = noise.noise_scale(square(problem, range(1, 513)), square(joined, range(1, 17)),
                              batch=8, kappa=32)
    exact = (whole**2).sum()
    assert found[0] == pytest.approx(exact, rel=0.1)
    assert found[1] == pytest.approx(square(one, range(1, 2001)) - exact, rel=0.1)


@pytest.mark.parametrize("fresh", [True, False])
def test_epochs_settle_as_their_law_says(fresh):
    a = [-3.0, 0.0, 1.0, 7.0, 2.0, 2.5]
    ends = lab.arrays.to_host(noise.after_epochs(a, 0.2, count=8, shape=20_000, fresh=fresh))
    law = noise.shuffled(0.2, 6)[0 if fresh else 1] * np.var(a)
    assert ends.var() == pytest.approx(law, rel=0.05)
    assert ends.mean() == pytest.approx(np.mean(a), abs=0.05)


def test_a_shuffled_epoch_meets_every_number_once():
    a, lr = [0.0, 1.0, 2.0], 1e-6
    ends = noise.after_epochs(a, lr, count=1, shape=50, fresh=False)
    assert ends == pytest.approx(1.0, abs=1e-11)  # all kicks cancel but for their weights
    other = noise.after_epochs(a, lr, count=1, shape=50, fresh=True)
    assert abs(lab.arrays.to_host(other) - 1.0).max() > 1e-7
