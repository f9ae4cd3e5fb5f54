"""The network of lesson 13: its values, its derivatives, and the same bits everywhere."""

import hashlib
import math
import os
import subprocess
import sys

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.problems.tanh_net import TanhNet, chebyshev, tanh


def test_tanh_is_the_hyperbolic_tangent():
    x = np.concatenate([np.linspace(-25, 25, 20_001), [0.0, 1e-300, -1e-8, 1e10, -1e300]])
    assert np.abs(tanh(x) - np.tanh(x)).max() < 1e-14
    assert tanh(1e-8) == pytest.approx(1e-8, rel=1e-15) and tanh(-2.0) == -tanh(2.0)
    assert tanh(0.5) == pytest.approx(math.tanh(0.5), abs=1e-15)
    assert tanh(math.inf) == 1.0 and math.isnan(tanh(math.nan))


def test_chebyshev_is_the_cosine_of_four_angles():
    angle = np.linspace(0, math.pi, 50)
    assert chebyshev(np.cos(angle)) == pytest.approx(np.cos(4 * angle), abs=1e-14)


def plain(net, theta):
    """The loss written once more, with matrix products and NumPy's tanh."""
    n = net.width
    a, b, c, w = (theta[i:i + n] for i in (0, n, 2 * n + n * n, 3 * n + n * n))
    W, d = theta[2 * n:2 * n + n * n].reshape(n, n), theta[-1]
    x = np.linspace(-1, 1, net.points)
    h = np.tanh(np.outer(x, a) + b)
    r = np.tanh(h @ W + c) @ w + d - np.cos(4 * np.arccos(x))
    return (r @ r) / (2 * net.points)


@pytest.mark.parametrize("net", [TanhNet(), TanhNet(width=3, points=5, seed=4)], ids=repr)
def test_loss_and_gradient(net):
    theta = net.theta0 + 0.1 * np.random.default_rng(1).standard_normal(net.theta0.shape)
    assert net.loss(theta) == pytest.approx(plain(net, theta), rel=1e-12)
    g, tau = net.grad(theta), 1e-5
    some = np.random.default_rng(2).permutation(len(theta))[:40]
    for i in some:
        step = tau * np.eye(len(theta))[i]
        slope = (plain(net, theta + step) - plain(net, theta - step)) / (2 * tau)
        assert g[i] == pytest.approx(slope, abs=1e-9)


def test_the_product_is_the_second_derivative():
    net = TanhNet(width=3, points=5, seed=4)
    theta = net.theta0 + 0.3
    H = np.array([net.curvature(theta)(axis) for axis in np.eye(22)])
    assert H == pytest.approx(H.T, abs=1e-15)
    tau = 1e-5
    by_gradients = np.array([(net.grad(theta + tau * e) - net.grad(theta - tau * e)) / (2 * tau)
                             for e in np.eye(22)])
    assert H == pytest.approx(by_gradients, abs=1e-9)
    u, tau = np.random.default_rng(3).standard_normal(22), 1e-4
    bend = (plain(net, theta + tau * u) - 2 * plain(net, theta)
            + plain(net, theta - tau * u)) / tau**2
    assert u @ H @ u == pytest.approx(bend, rel=1e-5)


def test_the_product_is_linear_and_leaves_theta_alone():
    net = TanhNet()
    theta = net.theta0
    product, kept = net.curvature(theta), theta.copy()
    u, w = np.random.default_rng(5).standard_normal((2, 673))
    assert product(2 * u - 3 * w) == pytest.approx(2 * product(u) - 3 * product(w), abs=1e-11)
    assert (theta == kept).all() and (product(0 * u) == 0).all()


def test_the_answer_that_is_kept_belongs_to_its_theta():
    net = TanhNet(width=3, points=5)
    theta = net.theta0
    first = net.loss(theta), net.grad(theta)
    theta[3] += 0.5  # in place, as an optimizer does
    fresh = TanhNet(width=3, points=5)
    assert net.loss(theta) == fresh.loss(theta) != first[0]
    assert (net.grad(theta) == fresh.grad(theta)).all() and (net.grad(theta) != first[1]).any()
    assert net.loss(theta * float("nan")) != net.loss(theta)


def test_the_shape():
    net = TanhNet()
    assert net.theta0.shape == (673,) and sum(part.size for part in net.split(net.theta0)) == 673
    assert net.output(net.theta0).shape == (20,)
    assert (net.theta0 == TanhNet().theta0).all() and (net.theta0 != TanhNet(seed=1).theta0).any()
    assert isinstance(net, lab.problems.Problem)
    with pytest.raises(lab.errors.ShapeMismatch, match="673"):
        net.grad(np.zeros(3))
    with pytest.raises(lab.errors.HyperparameterError, match="at least 1 and 2"):
        TanhNet(points=1)


def test_another_library_is_answered_in_its_own():
    strict = pytest.importorskip("array_api_strict")
    net = TanhNet(width=3, points=5)
    theta = strict.asarray(net.theta0)
    for ours, theirs in ((net.grad(net.theta0), net.grad(theta)),
                         (net.curvature(net.theta0)(net.theta0), net.curvature(theta)(theta))):
        assert type(theirs) is type(theta)
        assert (np.asarray(theirs) == ours).all()
    assert net.loss(theta) == net.loss(net.theta0)


WALK = """
import hashlib, numpy as np, rmsprop_lab as lab
path = lab.run(lab.RMSprop(lr=1e-3, rho=0.99), lab.problems.TanhNet(), 600)
print(hashlib.sha256(path.theta.tobytes()).hexdigest())
"""
#: What x86 processors have beyond the oldest that NumPy runs on; unknown names are ignored there.
LATE = "X86_V3 X86_V4 AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL " \
       "AVX512_SPR"


@pytest.mark.parametrize("words", [{"OPENBLAS_CORETYPE": "Prescott", "OPENBLAS_NUM_THREADS": "1"},
                                   {"NPY_DISABLE_CPU_FEATURES": LATE}], ids=lambda w: next(iter(w)))
def test_a_walk_at_the_edge_is_the_same_bits_on_an_older_processor(words):
    here = lab.run(lab.RMSprop(lr=1e-3, rho=0.99), TanhNet(), 600).theta
    there = subprocess.run([sys.executable, "-W", "ignore", "-c", WALK], check=True, text=True,
                           capture_output=True, env=dict(os.environ, **words)).stdout.strip()
    assert hashlib.sha256(here.tobytes()).hexdigest() == there


def test_a_last_digit_grows_until_it_is_seen():
    opt, net = lab.RMSprop(lr=1e-3, rho=0.99), TanhNet()
    one = lab.run(opt, net, 600).theta
    two = lab.run(opt, net, 600, theta0=net.theta0 * (1 + 1e-15)).theta
    apart = np.abs(one - two).max(axis=1)
    assert apart[100] < 1e-13 and apart[600] > 1e-5
