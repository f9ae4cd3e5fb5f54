"""The chain of springs: its slopes by hand, its energy, its curvatures, and the zeros beyond."""

import pickle

import array_api_strict as strict
import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.errors import HyperparameterError, ShapeMismatch
from rmsprop_lab.problems import Chain, Problem


def matrix(p):
    """The Hessian, column by column, from differences of slopes that are exact."""
    n = len(p.theta0)
    return np.array([p.grad(row) - p.grad(np.zeros(n)) for row in np.eye(n)])


def test_slopes_by_hand():
    p = Chain(3, 9.0)  # springs of strength 2, r = 1/2
    assert p.r == 0.5 and isinstance(p, Problem)
    theta = np.array([1.0, 2.0, 4.0])
    theta.setflags(write=False)
    assert p.grad(theta).tolist() == [2 * (2 - 1 - 2) + 1.0, 2 * (4 - 1 - 4) + 2.0,
                                      2 * (8 - 2 - 2) + 4.0]
    assert p.loss(theta) == 0.5 * (2 * (0 + 1 + 4 + 0.5 * 16) + 1 + 4 + 16)


def test_the_slope_is_the_derivative_of_the_energy():
    p, rng = Chain(6, 30.0), np.random.default_rng(1)
    theta, h = rng.standard_normal(6), 1e-5
    seen = [(p.loss(theta + h * d) - p.loss(theta - h * d)) / (2 * h) for d in np.eye(6)]
    assert p.grad(theta) == pytest.approx(seen, rel=1e-7)


@pytest.mark.parametrize(("n", "kappa"), [(1, 9.0), (2, 4.0), (60, 100.0)])
def test_curvatures_and_minimum(n, kappa):
    p = Chain(n, kappa)
    h = matrix(p)
    assert h == pytest.approx(h.T)
    low, high = np.linalg.eigvalsh(h)[[0, -1]]
    assert 1 <= low <= high <= kappa and (n < 60 or high > 0.99 * kappa)
    assert abs(p.grad(p.minimum)).max() < 1e-13
    root = kappa**0.5
    assert p.minimum == pytest.approx(((root - 1) / (root + 1)) ** np.arange(1, n + 1))


def test_what_has_no_news_has_no_slope():
    p = Chain(8, 50.0)
    theta = np.array([0.3, -0.7, 0.1, 0, 0, 0, 0, 0])
    g = p.grad(theta)
    assert g[:4].all() and not g[4:].any()
    assert p.grad(p.theta0).nonzero()[0].tolist() == [0]


def test_other_libraries_and_dtypes_and_a_pickle():
    p, theta = Chain(4, 9.0), [0.5, 0.25, 1.0, 0.0]
    for xp, dtype in ((np, np.float32), (strict, strict.float64)):
        x = xp.asarray(theta, dtype=dtype)
        assert p.grad(x).dtype == dtype
        assert [float(g) for g in p.grad(x)] == p.grad(np.array(theta)).tolist()
        assert p.loss(x) == p.loss(np.array(theta))
    same = pickle.loads(pickle.dumps(p))
    assert same.grad(np.array(theta)).tolist() == p.grad(np.array(theta)).tolist()
    p.theta0[0] = 7.0
    assert p.theta0.tolist() == [0.0] * 4


@pytest.mark.parametrize(("n", "kappa"), [(0, 4.0), (3, 1.0), (3, 0.5), (3, float("inf"))])
def test_what_is_no_chain_is_refused(n, kappa):
    with pytest.raises(HyperparameterError, match="n >= 1 and kappa above 1"):
        Chain(n, kappa)


def test_a_theta_of_another_length_is_refused():
    with pytest.raises(ShapeMismatch, match="theta0"):
        Chain(3, 4.0).grad(np.zeros(4))
    assert repr(Chain(3, 4.0)) == "Chain('chain', 3 parameters)"
    assert lab.run(lab.SGD(lr=0.1), Chain(3, 4.0), 5).loss[-1] < Chain(3, 4.0).loss(np.zeros(3))
