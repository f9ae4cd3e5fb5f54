"""Lesson 13's module: edges, the toy, Lanczos against LAPACK, divisors, and runs at the edge."""

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab import edge
from rmsprop_lab.errors import HyperparameterError, LabError
from rmsprop_lab.problems import TanhNet


def symmetric(d, seed=0, spread=3.0):
    """A random symmetric matrix with eigenvalues of both signs."""
    rng = np.random.default_rng(seed)
    q, _ = np.linalg.qr(rng.standard_normal((d, d)))
    h = q * rng.uniform(-1, spread, d) @ q.T
    return (h + h.T) / 2


def test_thresholds_are_exact():
    assert [edge.threshold(b) for b in (0.0, 0.5, 0.75)] == [2.0, 6.0, 14.0]
    for wrong in (-0.1, 1.0):
        with pytest.raises(HyperparameterError, match=r"\[0, 1\)"):
            edge.threshold(wrong)


@pytest.mark.parametrize("beta1", [0.0, 0.3, 0.5, 0.9])
def test_growth_is_the_larger_eigenvalue_of_the_companion(beta1):
    for x in (0.01, 1.0, 2.5, 7.0, 37.0, 39.0):
        roots = np.linalg.eigvals(edge.companion(x, beta1))
        # near a double root the eigenvalues of LAPACK are good to half the digits only
        assert edge.growth(x, beta1) == pytest.approx(np.abs(roots).max(), rel=1e-7)


def test_growth_of_descent_is_the_factor_of_lesson_2():
    for x in (0.25, 1.0, 1.75, 3.0):
        assert edge.growth(x) == abs(lab.descent.factor(4.0, lr=x / 4))


def test_the_toy_is_gradient_descent_on_its_loss():
    f = lambda x, y: y * x * x / 2 + 0.25 * (y - 5) ** 2 / 2  # noqa: E731
    x, y, lr, tau = 0.5, 3.0, 0.125, 1e-6
    down = [(f(x + tau, y) - f(x - tau, y)) / (2 * tau),
            (f(x, y + tau) - f(x, y - tau)) / (2 * tau)]
    assert edge.toy(x, y, lr=lr, pull=0.25, top=5.0) == pytest.approx(
        (x - lr * down[0], y - lr * down[1]), abs=1e-9)
    # the two-cycle, at the edge
    assert edge.toy(1.0, 16.0, lr=0.125, pull=0.25, top=18.0) == (-1.0, 16.0)


@pytest.mark.parametrize("d", [1, 2, 5, 12])
def test_lanczos_with_all_its_steps_is_the_matrix(d):
    h, start = symmetric(d, seed=d), np.random.default_rng(d).standard_normal(d)
    alphas, betas = edge.lanczos(lambda u: h @ u, start, 50)
    assert len(alphas) == d and len(betas) == d - 1
    T = np.diag(alphas) + np.diag(betas, 1) + np.diag(betas, -1)
    assert np.linalg.eigvalsh(T) == pytest.approx(np.linalg.eigvalsh(h), abs=1e-12)


def test_lanczos_never_overshoots_and_never_falls():
    h, start = symmetric(60), np.random.default_rng(1).standard_normal(60)
    seen = [edge.largest(lambda u: h @ u, start, k) for k in range(1, 40)]
    assert all(b >= a - 1e-12 for a, b in zip(seen, seen[1:], strict=False))
    assert max(seen) <= np.linalg.eigvalsh(h)[-1] + 1e-12
    assert seen[0] == pytest.approx(start @ h @ start / (start @ start), rel=1e-12)


def test_lanczos_stops_where_nothing_new_comes():
    alphas, betas = edge.lanczos(lambda u: 3.0 * u, np.array([1.0, 2.0, 2.0]), 10)
    assert alphas == pytest.approx([3.0]) and betas == []
    assert edge.largest(lambda u: 0 * u, np.ones(4)) == 0.0


def test_sharpness_with_and_without_a_divisor_is_lapacks():
    net = TanhNet(width=5, points=8, seed=2)
    theta, rng = net.theta0 + 0.2, np.random.default_rng(7)
    H = np.array([net.curvature(theta)(axis) for axis in np.eye(len(theta))])
    D = 10 ** rng.uniform(-2, 1, len(theta))
    for divisor in (None, D):
        full = edge.dense(H, divisor)
        assert edge.sharpness(net, theta, divisor, steps=30) == pytest.approx(full, rel=1e-10)
    unsymmetric = np.linalg.eigvals(H / D[:, None])
    assert np.abs(unsymmetric.imag).max() < 1e-9 * unsymmetric.real.max()
    assert edge.dense(H, D) == pytest.approx(unsymmetric.real.max(), rel=1e-10)
    assert edge.dense(H, D) != pytest.approx(np.linalg.eigvalsh(H / D / D[:, None])[-1], rel=0.1)


def test_twelve_products_are_enough_on_the_way():
    opt, net = lab.RMSprop(lr=1e-3, rho=0.99), TanhNet()
    path = lab.run(opt, net, 301)
    for t in (50, 300):
        D = edge.divisor(opt, {"v": path.state["v"][t + 1]}, t + 1)
        product = net.curvature(path.theta[t])
        full = edge.dense(np.array([product(axis) for axis in np.eye(673)]), D)
        assert edge.sharpness(net, path.theta[t], D) == pytest.approx(full, rel=1e-11)


@pytest.mark.parametrize("opt", [
    lab.RMSprop(lr=0.1, rho=0.5), lab.RMSprop(lr=0.1, eps=0.25, eps_at="inside"),
    lab.RMSprop(lr=0.1, debias=True), lab.Adam(lr=0.1, beta1=0.0), lab.Adam(lr=0.1, eps=0.5),
    lab.Adam(lr=0.1, debias=False, beta1=0.0), lab.AdamW(lr=0.1, weight_decay=0.0)],
    ids=lambda o: repr(o)[:60])
def test_the_divisor_is_what_the_step_divides_by(opt):
    """With m from the state, theta_t = theta_{t-1} - lr m / D."""
    path = lab.run(opt, lab.problems.bench(), 5)
    for t in (1, 2, 5):
        state = {name: rows[t] for name, rows in path.state.items()}
        m = state["m"] if isinstance(opt, lab.Adam) else path.grad[t - 1]
        step = opt.lr * m / edge.divisor(opt, state, t)
        assert path.theta[t - 1] - step == pytest.approx(path.theta[t], rel=1e-12)


@pytest.mark.parametrize("opt", [lab.RMSprop(centered=True), lab.AdaGrad(lr=1.0), lab.Adamax(),
                                 lab.Adam(amsgrad="raw"), lab.Adam(eps_at="hat")],
                         ids=lambda o: repr(o)[:40])
def test_a_step_that_is_no_such_quotient_is_refused(opt):
    with pytest.raises(LabError, match="has no divisor here"):
        edge.divisor(opt, {"v": np.ones(2)}, 1)


def test_a_frozen_divisor_is_descent_in_other_units():
    bench, D = lab.problems.bench(30), np.array([0.5, 2.0])
    rows = edge.frozen(bench, bench.theta0, D, lr=0.1, steps=4, every=2)
    theta = bench.theta0
    for _ in range(4):
        theta = theta - 0.1 * bench.grad(theta) / D
    assert len(rows) == 3 and rows[-1] == pytest.approx(theta, rel=1e-13)
    units = lab.problems.Quadratic(bench.H / np.sqrt(D) / np.sqrt(D)[:, None],
                                   bench.theta0 * np.sqrt(D))
    other = lab.run(lab.SGD(lr=0.1), units, 4).final / np.sqrt(D)
    assert rows[-1] == pytest.approx(other, rel=1e-12)


def test_watch_measures_where_the_step_leaves():
    opt, net = lab.Adam(lr=2e-3), TanhNet(width=4, points=6)
    path = lab.run(opt, net, 30)
    at, seen = edge.watch(path, opt, net, 10, 5)
    assert at == [5, 15, 25]
    D = edge.divisor(opt, {"v": path.state["v"][16]}, 16)
    assert seen[1] == 2e-3 * edge.sharpness(net, path.theta[15], D)
    bare = edge.watch(path, opt, net, 10, 5, divided=False)[1]
    assert bare[1] == edge.sharpness(net, path.theta[15])


# A setting the lesson leaves out: (optimizer, steps, from where on it is at its edge).
HOVER = {"RMSprop, 0.0005": (lab.RMSprop(lr=5e-4, rho=0.99), 1500, 1000),
         "Adam, 0.005": (lab.Adam(lr=5e-3), 1200, 600)}


@pytest.mark.parametrize("name", HOVER)
def test_other_learning_rates_hover_at_the_same_edge(name):
    opt, steps, start = HOVER[name]
    path = lab.run(opt, TanhNet(), steps)
    x = np.array(edge.watch(path, opt, TanhNet(), 25, start)[1])
    limit = edge.threshold(getattr(opt, "beta1", 0.0))
    low, high = {2.0: (1.95, 2.15), 38.0: (33.0, 40.0)}[round(limit, 9)]
    assert low < np.median(x) < high
