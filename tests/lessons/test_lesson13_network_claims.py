"""Lesson 13, (13.4) to (13.11): the small network's gradient, its curvature without the matrix, and
the largest eigenvalue by Lanczos; checked in 40 digits and with NumPy alone."""

import mpmath
import numpy as np
import pytest

from tests.lessons.lesson13_draws import RNG, symmetric

# The network with two units a layer and two points, in 40 digits; weights a, b, W, c, w, d.
POINTS = [mpmath.mpf(-1) / 2, mpmath.mpf(4) / 5]
THETA = [mpmath.mpf(k * 7 % 13 - 6) / 8 for k in range(1, 14)]
ALONG = [mpmath.mpf(k * 5 % 11 - 5) / 4 for k in range(1, 14)]


def parts(t):
    """a, b, W, c, w, d as mpmath matrices; W is (from, to)."""
    m = mpmath.matrix
    return m(t[0:2]), m(t[2:4]), m([t[4:6], t[6:8]]), m(t[8:10]), m(t[10:12]), t[12]


def each(f, *vectors):
    return mpmath.matrix([f(*entries) for entries in zip(*vectors, strict=True)])


def dot(u, v):
    return mpmath.fsum(x * y for x, y in zip(u, v, strict=True))


def layers(t, x):
    a, b, W, c, w, d = parts(t)
    h = each(mpmath.tanh, a * x + b)
    k = each(mpmath.tanh, W.T * h + c)
    return h, k, dot(w, k) + d - (8 * x**4 - 8 * x**2 + 1)


def loss(t):
    return mpmath.fsum(layers(t, x)[2] ** 2 for x in POINTS) / (2 * len(POINTS))  # (13.4)


def shifted(t, u, tau):
    return [x + tau * y for x, y in zip(t, u, strict=True)]


def unit(i):
    return [mpmath.mpf(int(i == j)) for j in range(13)]


def summed(rows):
    return [mpmath.fsum(column) for column in zip(*rows, strict=True)]


def backward(t, slope=lambda y: 1 - y * y):
    """(13.5) and (13.6), point by point; `slope` is that of tanh."""
    rows = []
    for x in POINTS:
        _, _, W, _, w, _ = parts(t)
        h, k, r = layers(t, x)
        e = r / len(POINTS)
        dk = each(lambda wi, ki, e=e: wi * e * slope(ki), w, k)  # (13.5)
        dh = each(lambda y, hi: y * slope(hi), W * dk, h)
        rows.append([*(dh * x), *dh, *(h * dk.T), *dk, *(k * e), e])  # (13.6)
    return summed(rows)


def product(t, u, factor=2):
    """(13.7) and (13.8), point by point; `factor` is the 2 from the derivative of a square."""
    rows = []
    for x in POINTS:
        _, _, W, _, w, _ = parts(t)
        a_, b_, W_, c_, w_, d_ = parts(u)
        h, k, r = layers(t, x)
        e, n = r / len(POINTS), len(POINTS)
        dk = each(lambda wi, ki, e=e: wi * e * (1 - ki**2), w, k)
        dh = each(lambda y, hi: y * (1 - hi**2), W * dk, h)
        assert len(dh) == 2
        h_ = each(lambda y, hi: y * (1 - hi**2), a_ * x + b_, h)  # (13.7)
        k_ = each(lambda y, ki: y * (1 - ki**2), W_.T * h + W.T * h_ + c_, k)
        e_ = (dot(w_, k) + dot(w, k_) + d_) / n
        dk_ = each(lambda wi, wj, ki, kj, e=e, e_=e_: (wj * e + wi * e_) * (1 - ki**2)
                   - factor * wi * e * ki * kj, w, w_, k, k_)
        dh_ = each(lambda y, z, hi, hj: y * (1 - hi**2) - factor * z * hi * hj,
                   W_ * dk + W * dk_, W * dk, h, h_)
        rows.append([*(dh_ * x), *dh_, *(h_ * dk.T + h * dk_.T), *dk_, *(k_ * e + k * e_), e_])
    return summed(rows)  # (13.8)


def worst(one, two):
    return max(abs(x - y) for x, y in zip(one, two, strict=True))


def test_eqs_13_4_to_13_6_the_gradient():
    with mpmath.workdps(40):
        tau = mpmath.mpf(10) ** -12
        slopes = [(loss(shifted(THETA, unit(i), tau)) - loss(shifted(THETA, unit(i), -tau)))
                  / (2 * tau) for i in range(13)]
        assert worst(backward(THETA), slopes) < 1e-20
        assert worst(backward(THETA, slope=lambda y: 1 - y), slopes) > 1e-3


def test_eqs_13_7_and_13_8_the_hessian_times_a_direction():
    with mpmath.workdps(40):
        tau = mpmath.mpf(10) ** -10
        mixed = [(loss(shifted(shifted(THETA, unit(i), tau), ALONG, tau))
                  - loss(shifted(shifted(THETA, unit(i), -tau), ALONG, tau))
                  - loss(shifted(shifted(THETA, unit(i), tau), ALONG, -tau))
                  + loss(shifted(shifted(THETA, unit(i), -tau), ALONG, -tau))) / (4 * tau**2)
                 for i in range(13)]
        assert worst(product(THETA, ALONG), mixed) < 1e-15
        assert worst(product(THETA, ALONG, factor=1), mixed) > 1e-3


def test_the_network_of_the_lab_has_these_derivatives():
    """The lab's own sums and tanh, against the formulas above in 40 digits."""
    import rmsprop_lab as lab

    net = lab.problems.TanhNet(width=2, points=2)
    global POINTS
    kept, POINTS = POINTS, [mpmath.mpf(-1), mpmath.mpf(1)]
    try:
        t, u = np.array(THETA, dtype=float), np.array(ALONG, dtype=float)
        assert net.grad(t) == pytest.approx([float(x) for x in backward(THETA)], abs=1e-14)
        assert net.curvature(t)(u) == pytest.approx(
            [float(x) for x in product(THETA, ALONG)], abs=1e-13)
    finally:
        POINTS = kept


def test_eq_13_9_a_quotient_is_a_weighted_mean():
    m = symmetric(8)
    lams, vectors = np.linalg.eigh(m)
    for _ in range(50):
        u = RNG.standard_normal(8)
        quotient = u @ m @ u / (u @ u)
        c = vectors.T @ u
        assert quotient == pytest.approx((lams * c * c).sum() / (c * c).sum(), rel=1e-12)
        assert quotient <= lams[-1] + 1e-12
    top = vectors[:, -1]
    assert top @ m @ top == pytest.approx(lams[-1], rel=1e-12)
    skew = np.triu(np.ones((2, 2)), 1) * 4  # not symmetric: the quotient exceeds the eigenvalue 0
    assert np.ones(2) @ skew @ np.ones(2) / 2 > max(np.linalg.eigvals(skew).real) + 1


def krylov(m, k):
    """An orthonormal basis of u, Mu, ..., by QR: nothing of Lanczos in it."""
    u = RNG.standard_normal(len(m))
    columns = [u]
    for _ in range(k - 1):
        columns.append(m @ columns[-1] / np.linalg.norm(m @ columns[-1]))
    return np.linalg.qr(np.array(columns).T)[0]


def test_eq_13_10_only_two_of_the_earlier_ones_matter():
    m = symmetric(9)
    q = krylov(m, 6)
    T = q.T @ m @ q
    far = np.abs(np.subtract.outer(range(6), range(6))) > 1
    assert np.abs(T[far]).max() < 1e-8
    for j in range(1, 5):
        left = m @ q[:, j] - T[j, j] * q[:, j] - T[j, j - 1] * q[:, j - 1]
        assert left == pytest.approx(T[j + 1, j] * q[:, j + 1], abs=1e-8)
    lopsided = m + np.triu(m, 1)  # without symmetry more of them matter
    q = krylov(lopsided, 6)
    assert np.abs((q.T @ lopsided @ q)[far]).max() > 0.1


def test_eq_13_11_larger_spaces_see_more_and_never_too_much():
    m = symmetric(9)
    q = krylov(m, 9)
    seen = [np.linalg.eigvalsh(q[:, :k].T @ m @ q[:, :k])[-1] for k in range(1, 10)]
    assert all(b >= a - 1e-10 for a, b in zip(seen, seen[1:], strict=False))
    assert seen[-1] == pytest.approx(np.linalg.eigvalsh(m)[-1], rel=1e-8)
    assert seen[0] < seen[-1] - 0.1
