"""Lesson 13: each displayed equation that claims something, checked without the lab's own code."""

import math
from fractions import Fraction as F

import mpmath
import numpy as np
import pytest
import sympy

RNG = np.random.default_rng(13)


def symmetric(d):
    """A random symmetric matrix, eigenvalues of both signs."""
    a = RNG.standard_normal((d, d))
    return a + a.T


def test_eq_13_1_the_slope_along_an_eigenvector():
    """On a quadratic with a linear term, so that no minimum need be near, or exist."""
    h, b, theta, eta = symmetric(6), RNG.standard_normal(6), RNG.standard_normal(6), 0.37
    lams, vectors = np.linalg.eigh(h)
    g = h @ theta + b
    after = h @ (theta - eta * g) + b
    assert vectors.T @ after == pytest.approx((1 - eta * lams) * (vectors.T @ g), abs=1e-12)
    assert vectors.T @ after != pytest.approx((1 + eta * lams) * (vectors.T @ g), abs=1e-2)
    assert lams.min() < 0  # and that slope keeps its sign and grows
    assert (vectors.T @ after)[0] / (vectors.T @ g)[0] > 1


def test_eq_13_2_the_mean_of_the_logarithms():
    lams = RNG.uniform(-1, 5, 200)
    s = [1.5]
    for lam in lams:
        s.append((1 - lam) * s[-1])
    mean = np.mean(np.log(np.abs(1 - lams)))
    assert mean == pytest.approx(math.log(abs(s[-1] / s[0])) / 200, rel=1e-12)
    assert mean != pytest.approx(math.log(abs(s[-1])) / 200, rel=1e-6)
    # a step counts as positive where the curvature is above the edge or negative
    x = np.array([-0.1, 0.1, 1.9, 2.1])
    assert (np.log(np.abs(1 - x)) > 0).tolist() == [True, False, False, True]


def test_eq_13_3_is_descent_on_the_toy_and_pushes_back():
    x, y, c, top, eta = sympy.symbols("x y c top eta", positive=True)
    f = y * x**2 / 2 + c * (y - top) ** 2 / 2
    assert sympy.expand(x - eta * f.diff(x) - (1 - eta * y) * x) == 0
    step = y - eta * f.diff(y)
    assert sympy.expand(step - (y + eta * c * (top - y) - eta * x**2 / 2)) == 0
    # falls exactly where the push is larger than the pull
    assert sympy.expand(step - y - eta * (c * (top - y) - x**2 / 2)) == 0
    assert sympy.expand(step - (y + eta * c * (top - y) - eta * x**2)) != 0
    # the minimum has the curvatures top and c: too sharp where eta top > 2
    hessian = sympy.hessian(f, (x, y)).subs({x: 0, y: top})
    assert hessian == sympy.diag(top, c)


def test_the_toys_jump_at_the_edge_attracts_up_to_five_halves():
    """Errors of z = |x| and y are multiplied by a matrix, whose roots tell."""
    z, y, c, top, eta = sympy.symbols("z y c top eta", positive=True)
    step = sympy.Matrix([(eta * y - 1) * z, y + eta * c * (top - y) - eta * z**2 / 2])
    rest = {y: 2 / eta, z: sympy.sqrt(2 * c * (top - 2 / eta))}
    assert sympy.simplify(step.subs(rest) - sympy.Matrix([z, y]).subs(rest)) == sympy.zeros(2, 1)
    jacobian = step.jacobian([z, y]).subs(rest)
    det = sympy.simplify(jacobian.det())
    assert sympy.expand(det - (1 - eta * c * (5 - 2 * eta * top))) == 0
    at = {eta: F(1, 10), c: F(1, 5)}
    for t, settles in ((21, True), (F(249, 10), True), (F(251, 10), False), (26, False)):
        roots = np.linalg.eigvals(np.array(jacobian.subs(at | {top: t}).tolist(), dtype=complex))
        assert (np.abs(roots).max() < 1) == settles
    # a pull that does not weaken, -p y in the place of the parabola, holds nothing: det > 1
    p = sympy.Symbol("p", positive=True)
    steady = sympy.Matrix([(eta * y - 1) * z, y + eta * p - eta * z**2 / 2])
    rest = {y: 2 / eta, z: sympy.sqrt(2 * p)}
    assert sympy.simplify(steady.jacobian([z, y]).subs(rest).det()) == 1 + 2 * eta**2 * p


def toy(pull, push, steps=50_000, top=22.0, y=18.0):
    """eta y over the last tenth of a walk on the toy: lowest and highest; eta is 0.1."""
    x, seen = 0.1, []
    for _ in range(steps):
        seen.append(0.1 * y)
        x, y = x - 0.1 * y * x, y + 0.1 * pull * (top - y) - 0.1 * push * x * x / 2
        if abs(x) > 1e6:
            return math.inf, math.inf
    return min(seen[-steps // 10:]), max(seen[-steps // 10:])


def test_the_toy_needs_both_of_its_terms_and_then_stays_for_good():
    assert toy(0.2, 1.0) == pytest.approx((2.0, 2.0), abs=1e-6)
    assert toy(0.2, 0.0) == (math.inf, math.inf)  # no push: flies apart
    assert toy(0.0, 1.0)[1] <= 1.8  # no pull: the curvature only falls
    low, high = toy(0.2, 1.0, top=26.0)  # beyond five halves the swings do not die out
    assert low < 1.5 and 2.3 < high <= 2.6


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


def test_eqs_13_12_and_13_13_a_frozen_divisor_is_a_change_of_units():
    h, D, eta, b1 = symmetric(5), RNG.uniform(0.1, 4, 5), 0.05, 0.6
    root = np.sqrt(D)

    def walk(matrix, theta, divisor):
        m, rows = 0 * theta, []
        for _ in range(20):
            m = b1 * m + (1 - b1) * (matrix @ theta)
            theta = theta - eta * m / divisor  # (13.12)
            rows.append(theta)
        return np.array(rows)
    start = RNG.standard_normal(5)
    old = walk(h, start, D)
    new = walk(h / root / root[:, None], root * start, np.ones(5))
    assert root * old == pytest.approx(new, rel=1e-9)
    wrong = walk(h / D / D[:, None], root * start, np.ones(5))
    assert root * old != pytest.approx(wrong, rel=1e-2)


def test_eq_13_14_the_same_eigenvalues():
    h, D = symmetric(7), RNG.uniform(0.1, 4, 7)
    one = np.sort(np.linalg.eigvals(h / D[:, None]).real)
    root = np.sqrt(D)
    assert one == pytest.approx(np.linalg.eigvalsh(h / root / root[:, None]), rel=1e-9)
    assert one != pytest.approx(np.linalg.eigvalsh(h / D / D[:, None]), rel=1e-2)


def grows(x, b1, steps=600):
    """Whether a slope along one curvature grows under (13.12), from a start with m = 0."""
    s, m = 1.0, 0.0
    late = []
    for t in range(steps):
        m = b1 * m + (1 - b1) * s
        s = s - x * m
        late.append(abs(s) if t > steps - 60 else 0.0)
    return max(late) > 1


@pytest.mark.parametrize(("b1", "edge"), [(0.0, 2), (0.5, 6), (0.9, 38)])
def test_eqs_13_15_and_13_17_where_slopes_begin_to_grow(b1, edge):
    assert (2 + 2 * F(str(b1))) / (1 - F(str(b1))) == edge
    assert not grows(0.98 * edge, b1) and grows(1.02 * edge, b1)
    assert not grows(0.3 * edge, b1)
    heavy_ball = 2 + 2 * b1  # a sum instead of an average: another edge
    if b1:
        assert not grows(1.02 * heavy_ball, b1)


def test_eq_13_16_the_recursion_and_its_polynomial():
    s, before, x, b1, z = sympy.symbols("s before x beta z")
    n_before = (before - s) / x  # from s = before - x n_before
    after = s - x * (b1 * n_before + (1 - b1) * s)
    claimed = (1 + b1 - (1 - b1) * x) * s - b1 * before
    assert sympy.simplify(after - claimed) == 0
    companion = sympy.Matrix([[1 + b1 - (1 - b1) * x, -b1], [1, 0]])
    chi = companion.charpoly(z).as_expr()
    assert sympy.expand(chi - (z**2 - (1 + b1 - (1 - b1) * x) * z + b1)) == 0
    assert sympy.expand(chi.subs(z, 1) - (1 - b1) * x) == 0
    assert sympy.expand(chi.subs(z, -1) - (2 + 2 * b1 - (1 - b1) * x)) == 0
    assert sympy.solve(chi.subs(z, -1), x)[0].equals((2 + 2 * b1) / (1 - b1))
    assert sympy.simplify(after - ((1 + b1 - x) * s - b1 * before)) != 0  # the heavy ball's


@pytest.mark.parametrize("b1", [F(0), F(1, 4), F(9, 10)])
def test_the_roots_lie_where_the_three_cases_say(b1):
    edge = (2 + 2 * b1) / (1 - b1)
    for share in (F(1, 100), F(1, 2), F(99, 100), F(101, 100), F(3)):
        middle = 1 + b1 - (1 - b1) * edge * share
        roots = np.roots([1.0, -float(middle), float(b1)])
        assert (np.abs(roots).max() < 1) == (share < 1)
        if share > 1:
            assert np.isreal(roots).all() and roots.min() < -1 < roots.max() < 1


def test_an_alternating_slope_is_averaged_to_one_nineteenth():
    b1 = F(9, 10)
    m = (1 - b1) / (1 + b1)  # m' = b1 m + (1 - b1) s with s' = -s and m' = -m
    assert b1 * (-m) + (1 - b1) * 1 == m == F(1, 19) and 2 / m == 38


@pytest.mark.parametrize("H", [[[F(1, 5), F(0)], [F(0), F(4)]], [[F(3), F(2)], [F(2), F(5)]],
                               [[F(2), F(-1)], [F(-1), F(7)]]])
def test_eq_13_18_the_jump_is_an_eigenvector_at_the_edge(H):
    eta, found = F(1, 10), 0
    for s in ((1, 1), (1, -1)):
        slopes = [eta / 2 * sum(h * sj for h, sj in zip(row, s, strict=True)) for row in H]
        if all(si * g > 0 for si, g in zip(s, slopes, strict=True)):
            found += 1
            D = [abs(g) for g in slopes]  # the root of v, since v is g^2 on the cycle
            times = [sum(h * sj for h, sj in zip(row, s, strict=True)) / d
                     for row, d in zip(H, D, strict=True)]
            assert times == [2 / eta * si for si in s]
            assert times != [1 / eta * si for si in s]
            jump = [eta / 2 * si - eta * g / d for si, g, d in zip(s, slopes, D, strict=True)]
            assert jump == [-eta / 2 * si for si in s]  # and it is RMSprop's step
    assert found


def low_corner(rho, h, steps=400, live=True):
    """RMSprop near the corner (1, 1), and rate x sharpness there; eta is 0.1."""
    theta = np.array([0.05, 0.0501])
    v = (h @ np.array([0.05, 0.05])) ** 2
    x = 0.1 * np.linalg.eigvals(h / np.sqrt(v)[:, None]).real.max()
    for _ in range(steps):
        g = h @ theta
        v = rho * v + (1 - rho) * g * g if live else v
        theta = theta - 0.1 * g / np.sqrt(v)
    return x, bool(np.abs(np.abs(theta) - 0.05).max() < 1e-3 and theta[0] * theta[1] > 0)


def test_eq_13_19_a_live_divisor_has_another_edge():
    angle = math.radians(0.5)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    h = turn @ np.diag([0.2, 4.0]) @ turn.T
    if h[0, 1] > 0:  # the low corner is (1, 1) when the entry beside the diagonal is negative
        h[0, 1] = h[1, 0] = -h[0, 1]
    for rho in (0.3, 0.5, 0.6, 0.68, 0.74, 0.9):
        x, stays = low_corner(rho, h)
        assert 2.41 < x < 2.42
        assert stays == (x < (1 + rho) / rho), rho
    assert not low_corner(0.5, h, steps=40, live=False)[1]


def test_what_the_lesson_says_of_the_bound_at_its_rho():
    assert 2 < (1 + F(99, 100)) / F(99, 100) < F(202, 100)
