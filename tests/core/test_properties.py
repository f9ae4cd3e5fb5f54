"""What must hold for any gradients: scale, order of coordinates, length of a step, executors."""

import copy

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

import rmsprop_lab as lab
from tests.core.optimizers import DTYPES, any_optimizer, bits, gradients

STEPS, N = 6, 5
seeds, powers = st.integers(0, 999), st.integers(-8, 8)


def run(opt, g, theta=None):
    """Every theta on the way."""
    theta = np.linspace(-2, 2, g.shape[1]).astype(g.dtype) if theta is None else theta
    path = [theta.copy()]
    for row in g:
        opt.step(theta, row)
        path.append(theta.copy())
    return np.array(path)


def rescaled(opt, k):
    """The optimizer for gradients 2^k times as large: what is in units of g moves along."""
    twin, c = copy.deepcopy(opt), 2.0**k
    if isinstance(opt, lab.SGD):
        twin.lr = opt.lr / c
    if hasattr(opt, "eps_s"):  # by its own power, also where it is said to be eps
        twin.eps_s = (opt.eps if opt.eps_s == "eps" else opt.eps_s) * c * c
    if hasattr(opt, "eps"):
        squared = getattr(opt, "eps_at", "") == "inside" and not isinstance(opt, lab.Adamax)
        twin.eps = opt.eps * (c * c if squared else c)
    for start in ("v0", "accumulator0"):
        if isinstance(getattr(opt, start, "g2"), float):
            setattr(twin, start, getattr(opt, start) * c * c)
    if getattr(opt, "decay", "l2") == "l2" and hasattr(opt, "weight_decay"):
        twin.weight_decay = opt.weight_decay * c
    return twin


@given(any_optimizer, powers, seeds)
def test_the_scale_of_the_gradient_is_a_unit(opt, k, seed):
    """Scaling by a power of two rounds nowhere: the paths are equal, not close."""
    assume(not isinstance(opt, lab.AdaDelta))  # its eps has the units of theta as well
    g = gradients(seed, STEPS, (N,), np.float64)
    twin = rescaled(opt, k)
    assert np.array_equal(run(opt, g), run(twin, g * 2.0**k), equal_nan=True)
    for name, s in opt.state.items():
        power = {"v": 2, "s": 2, "peak": 2, "m": 1, "u": 1,
                 "b": isinstance(opt, lab.SGD)}.get(name, 0)
        assert np.array_equal(s * 2.0 ** (k * power), twin.state[name], equal_nan=True)


def test_a_forgotten_unit_is_seen():
    """The property above would miss nothing: each of the three must move, and by its own power."""
    g = gradients(0, STEPS, (N,), np.float64)
    for opt, name, wrong in ((lab.RMSprop(eps=1e-3), "eps", 1), (lab.RMSprop(v0=1.0), "v0", 2),
                             (lab.RMSprop(eps=1e-3, eps_at="inside"), "eps", 2),
                             (lab.Adam(weight_decay=0.1), "weight_decay", 1)):
        twin = rescaled(opt, 3)
        setattr(twin, name, getattr(opt, name) * 2.0 ** (3 * (3 - wrong)))
        assert not np.array_equal(run(opt, g), run(twin, g * 8.0))


@given(any_optimizer, seeds, st.sampled_from(DTYPES))
def test_coordinates_do_not_know_of_each_other(opt, seed, dtype):
    g = gradients(seed, STEPS, (N,), dtype)
    order = np.random.default_rng(seed).permutation(N)
    twin, alone = copy.deepcopy(opt), copy.deepcopy(opt)
    path = run(opt, g)
    theta = path[0][order].copy()
    assert bits(run(twin, g[:, order], theta)) == bits(path[:, order].copy())
    assert bits(run(alone, g[:, 2:3].copy(), path[0][2:3].copy())) == bits(path[:, 2:3].copy())


@given(any_optimizer, seeds, st.sampled_from(DTYPES))
def test_tiles_take_the_steps_of_the_reference(opt, seed, dtype):
    g, twin = gradients(seed, STEPS, (N,), dtype), copy.deepcopy(opt)
    opt.executor, twin.executor = "numpy", "reference"
    assert bits(run(opt, g)) == bits(run(twin, g)) and bits(opt.state) == bits(twin.state)


ulps = 1 + 1e-14
rhos = st.floats(0, 0.999)


@given(rhos, seeds, st.floats(0, 1), st.booleans(), st.sampled_from([0.0, 1e-8, "inside"]))
def test_no_rmsprop_step_is_longer_than_its_bound(rho, seed, v0, debias, eps):
    """v >= (1 - rho) g^2 whatever came before, so that a step is at most lr / sqrt(1 - rho)."""
    inside = eps == "inside"
    opt = lab.RMSprop(lr=0.5, rho=rho, v0=0.0 if debias else v0, debias=debias,
                      eps=1e-3 if inside else eps, eps_at="inside" if inside else "outside")
    g = gradients(seed, STEPS, (N,), np.float64)
    g[g == 0] = 1.0  # with eps 0 a zero gradient may be 0 / 0
    theta, t = np.zeros(N), 0
    for row in g:
        before, t = theta.copy(), t + 1
        opt.step(theta, row)
        bound = 0.5 / (1 - rho) ** 0.5 * ((1 - rho**t) ** 0.5 if debias else 1.0)
        rounding = 1e-15 * np.abs(before)  # of theta itself
        assert (np.abs(theta - before) <= bound * ulps + rounding).all()


def test_the_bound_is_reached():
    for rho in (0.0, 0.75, 0.9375):
        theta = np.zeros(1)
        lab.RMSprop(lr=1.0, rho=rho, eps=0.0).step(theta, np.ones(1))
        assert theta[0] == -1 / (1 - rho) ** 0.5


@given(seeds, st.floats(0, 1))
def test_no_adagrad_step_is_longer_than_lr(seed, accumulator0):
    opt = lab.AdaGrad(lr=0.5, accumulator0=accumulator0)
    path = run(opt, gradients(seed, STEPS, (N,), np.float64))
    assert (np.abs(np.diff(path, axis=0)) <= 0.5 * ulps).all()


@given(seeds, st.floats(0, 0.9), st.floats(0.95, 0.999))
def test_no_adam_step_without_correction_is_longer_than_its_supremum(seed, beta1, beta2):
    """By Cauchy and Schwarz, (1 - b1) / sqrt((1 - b2) (1 - b1^2 / b2)) for b1^2 < b2."""
    opt = lab.Adam(lr=1.0, beta1=beta1, beta2=beta2, eps=1e-30, debias=False)
    g = gradients(seed, 30, (N,), np.float64)
    bound = (1 - beta1) / ((1 - beta2) * (1 - beta1**2 / beta2)) ** 0.5
    assert (np.abs(np.diff(run(opt, g), axis=0)) <= bound * ulps + 1e-13).all()


@given(seeds, rhos, st.sampled_from(DTYPES))
def test_the_variance_is_never_negative(seed, rho, dtype):
    """v - m^2 rounds below zero for a constant gradient; the kept variance cannot."""
    opt = lab.RMSprop(centered=True, rho=rho)
    g = gradients(seed, 1, (N,), dtype).repeat(40, axis=0)
    theta = np.zeros(N, dtype)
    for row in g:
        opt.step(theta, row)
        assert (opt.state["v"] >= 0).all() and np.isfinite(theta).all()
