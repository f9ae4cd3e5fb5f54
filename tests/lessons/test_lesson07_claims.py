"""Lesson 7: each displayed equation that claims something, checked without the lab's own code."""

import math
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
import pytest
import sympy

import rmsprop_lab as lab
from rmsprop_lab import momentum

z, mu, x, rho, t = sympy.symbols("z mu x rho t", positive=True)  # x is the product of eta and lam
HEAVY = z**2 - (1 + mu - x) * z + mu
AHEAD = z**2 - (1 + mu) * (1 - x) * z + mu * (1 - x)


def zero(expression):
    return sympy.simplify(expression) == 0


def characteristic(matrix):
    return (z * sympy.eye(matrix.rows) - matrix).det()


def walk(lam, eta, momentum_, steps, ahead=False, number=Fraction):
    """Places of a heavy ball, or of Nesterov's, on lam theta^2 / 2 from 1, in exact fractions."""
    lam, eta, momentum_ = number(lam), number(eta), number(momentum_)
    theta, b, places = number(1), number(0), [number(1)]
    for _ in range(steps):
        g = lam * theta
        b = momentum_ * b + g
        theta -= eta * (momentum_ * b + g if ahead else b)
        places.append(theta)
    return places


def test_eq_7_3_the_buffer_under_a_constant_gradient():
    b, m = Fraction(0), Fraction(9, 10)
    for step in range(1, 60):
        b = m * b + 7
        assert b == 7 * (1 - m**step) / (1 - m)
        assert b != 7 * (1 - m ** (step + 1)) / (1 - m)
    assert float(b) == pytest.approx(70, rel=0.003)


def test_eq_7_4_the_recursion():
    lam, eta, m = Fraction(4), Fraction(1, 5), Fraction(9, 10)
    p = walk(lam, eta, m, 20)
    for k in range(2, 20):
        assert p[k] == (1 + m - eta * lam) * p[k - 1] - m * p[k - 2]
    ahead = walk(lam, eta, m, 20, ahead=True)
    assert ahead[5] != (1 + m - eta * lam) * ahead[4] - m * ahead[3]


def test_eqs_7_5_and_7_6_the_matrix_and_its_polynomial():
    matrix = sympy.Matrix([[1 + mu - x, -mu], [1, 0]])
    assert zero(characteristic(matrix) - HEAVY)
    flipped = sympy.Matrix([[1 + mu - x, mu], [1, 0]])
    assert not zero(characteristic(flipped) - HEAVY)


def test_eq_7_7_the_window_and_its_rate():
    s = sympy.symbols("s", positive=True)
    disc = sympy.discriminant(HEAVY, z).subs(mu, s**2)
    assert zero(disc - (x - (1 - s) ** 2) * (x - (1 + s) ** 2))
    for m in (0.1, 0.4, 0.9):
        assert momentum.window(m) == pytest.approx(
            sorted(np.roots([1, -2 * (1 + m), (1 - m) ** 2])), rel=1e-9)
        for e, inside in ((1.001, True), (0.999, False)):
            at = e * (1 - math.sqrt(m)) ** 2
            rate = abs(np.roots([1, -(1 + m - at), m])).max()
            assert (abs(rate - math.sqrt(m)) < 1e-9) == inside


@pytest.mark.parametrize("m", [0.0, 0.3, 0.9])
def test_eq_7_8_where_it_is_stable(m):
    for at, stable in ((1e-6, True), (2 * (1 + m) - 1e-6, True), (2 * (1 + m) + 1e-6, False),
                       (-1e-6, False)):
        assert (abs(np.roots([1, -(1 + m - at), m])).max() < 1) == stable
    assert zero(HEAVY.subs(z, 1) - x) and zero(HEAVY.subs(z, -1) - (2 * (1 + mu) - x))


def test_eq_7_9_the_oscillator_is_the_recursion():
    lam, eta, m = Fraction(4), Fraction(1, 5), Fraction(9, 10)
    p = walk(lam, eta, m, 20)
    for k in range(2, 20):
        left = p[k] - 2 * p[k - 1] + p[k - 2]
        assert left == -(1 - m) * (p[k - 1] - p[k - 2]) - eta * lam * p[k - 1]
        assert left != -(1 + m) * (p[k - 1] - p[k - 2]) - eta * lam * p[k - 1]


def test_eq_7_10_critical_damping():
    w = sympy.symbols("w")  # the other root; z w = mu, z + w = 1 + mu - x
    slope = -sympy.diff(HEAVY, mu) / sympy.diff(HEAVY, z)
    assert zero((slope + (1 - z) / (z - w)).subs({x: 1 + mu - z - w}))
    def rate(at, m):
        return abs(np.roots([1, -(1 + m - at), m])).max()
    for at in (0.01, 0.04, 0.5, 0.99, 1.0, 1.7, 3.0, 3.9):
        best = (1 - math.sqrt(at)) ** 2
        assert momentum.critical(at) == pytest.approx(best, abs=1e-15)
        assert rate(at, best) == pytest.approx(abs(1 - math.sqrt(at)), abs=1e-7)
        grid = np.linspace(0, 0.999, 200)
        rates = np.array([rate(at, m) for m in grid])
        assert rates.min() >= abs(1 - math.sqrt(at)) - 1e-7  # numpy's double roots
        below = np.diff(rates[grid < best])
        assert (below < 0).all() and (np.diff(rates[grid > best]) > 0).all()
        assert at == 1.0 or rate(at, (1 - at) ** 2) > abs(1 - math.sqrt(at)) + 1e-3
    root = Fraction(4, 5)  # the critical walk on the bench's flat coordinate is (7.14)
    for k, place in enumerate(walk(1, Fraction(1, 25), root**2, 20)):
        assert place == (1 + (1 - root) * k) * root**k


def test_eqs_7_11_and_7_12_the_pair_in_symbols():
    low, kappa = sympy.symbols("low kappa", positive=True)
    r = (sympy.sqrt(kappa) - 1) / (sympy.sqrt(kappa) + 1)
    assert zero((1 + r) ** 2 / (1 - r) ** 2 - kappa)
    eta = 4 / (sympy.sqrt(low) + sympy.sqrt(kappa * low)) ** 2
    assert zero(eta * low - (1 - r) ** 2) and zero(eta * kappa * low - (1 + r) ** 2)
    assert zero(sympy.discriminant(HEAVY, z).subs({mu: r**2, x: eta * low}))


def test_eq_7_13_the_bound_in_symbols_and_on_a_grid():
    q = sympy.symbols("q", positive=True)
    assert zero(HEAVY.subs(z, q) - (x * q - (1 - q) * (q - mu)))
    assert zero(HEAVY.subs(z, -q) - ((1 + q) * (q + mu) - x * q))
    grow = sympy.diff((q + mu) / (q - mu), mu)
    assert zero(grow - 2 * q / (q - mu) ** 2)
    at_most = ((1 + q) * (q + mu) / ((1 - q) * (q - mu))).subs(mu, q**2)
    assert zero(at_most - ((1 + q) / (1 - q)) ** 2)
    # no pair on a fine grid, negative momenta included, beats the best on the bench
    eta, m = np.meshgrid(np.linspace(0.005, 1.2, 240), np.linspace(-0.98, 0.98, 197))
    rates = []
    for lam in (0.2, 4.0):
        p = (1 + m - eta * lam).astype(complex)
        root = np.sqrt(p * p - 4 * m)
        rates.append(np.maximum(abs(p + root), abs(p - root)) / 2)
    best = np.maximum(*rates).min()
    r = (math.sqrt(20) - 1) / (math.sqrt(20) + 1)
    assert r <= best < r + 0.03


def test_eq_7_13_at_no_momentum_is_gradient_descent():
    q = sympy.symbols("q", positive=True)
    kappa = ((1 + q) * (q + mu) / ((1 - q) * (q - mu))).subs(mu, 0)
    assert zero(sympy.solve(sympy.Eq(kappa, 20), q)[0] - sympy.Rational(19, 21))


@pytest.mark.parametrize("root", [Fraction(1, 2), Fraction(-1, 2), Fraction(2, 3)])
def test_eq_7_14_the_double_root(root):
    lam, m = (1 - root) ** 2, root**2  # with eta = 1 the edge of the window
    for k, place in enumerate(walk(lam, 1, m, 30)):
        assert place == (1 + (1 - root) * k) * root**k == momentum.double_root(root, k)
        assert k == 0 or place != root**k


def test_eqs_7_15_to_7_17_the_place_looked_at():
    lam, eta, m = Fraction(4), Fraction(1, 5), Fraction(9, 10)
    phi, b = Fraction(1), Fraction(0)
    for theta in walk(lam, eta, m, 25, ahead=True)[1:]:
        b = m * b + lam * (phi - eta * m * b)  # (7.15)
        phi -= eta * b  # (7.16)
        assert theta == phi - eta * m * b  # what (7.17) stores
        assert theta != phi


def test_nesterov_is_one_step_early_on_a_slope():
    m, b = Fraction(9, 10), [Fraction(0)]
    for _ in range(10):
        b.append(m * b[-1] + 1)
    assert all(m * b[k] + 1 == b[k + 1] for k in range(1, 10))


def test_eq_7_18_the_polynomial_of_nesterov():
    eta, lam = sympy.symbols("eta lam", positive=True)
    matrix = sympy.Matrix([[1 - eta * (1 + mu) * lam, -eta * mu**2], [lam, mu]])
    assert zero(characteristic(matrix) - AHEAD.subs(x, eta * lam))
    assert not zero(characteristic(matrix) - HEAVY.subs(x, eta * lam))
    places = walk(4, Fraction(1, 5), Fraction(9, 10), 20, ahead=True)
    p, q = Fraction(19, 10) * Fraction(1, 5), Fraction(9, 10) * Fraction(1, 5)
    assert all(places[k] == p * places[k - 1] - q * places[k - 2] for k in range(2, 20))


def plain_rmsprop(m, decay, steps, start=-2.0, eta=1.0, lam=1.0):
    theta, v, b, seen = start, 0.0, 0.0, []
    for _ in range(steps):
        g = lam * theta
        v = decay * v + (1 - decay) * g * g
        b = m * b + g / math.sqrt(v)
        theta -= eta * b
        seen.append(theta)
    return np.array(seen)


@pytest.mark.parametrize("m", [0.0, 0.1, 0.2])
@pytest.mark.parametrize("lam", [0.2, 4.0])
def test_eq_7_20_the_two_cycle(m, lam):
    tail = plain_rmsprop(m, 0.9, 3000, lam=lam)[-10:]
    assert abs(tail) == pytest.approx(1 / (2 * (1 + m)), rel=1e-9)
    assert abs(tail) == pytest.approx(momentum.jump(1.0, m), rel=1e-9)
    assert (np.sign(tail[1:]) == -np.sign(tail[:-1])).all()
    assert m == 0 or abs(tail[0]) != pytest.approx(0.5, rel=0.01)


def test_eq_7_21_is_the_derivative_of_the_step():
    e, b, w, h = sympy.symbols("e b w h")
    a = 1 / (2 * (1 + mu))  # eta = lam = 1; the cycle at theta = +a, before the step eta b = -2a
    g = a * (1 + h * e)
    v = rho * a**2 * (1 + h * w) + (1 - rho) * g**2
    buffer = mu * (-2 * a + h * a * b) + g / sympy.sqrt(v)
    theta = g - buffer
    def first(f):
        return sympy.simplify(sympy.diff(f, h).subs(h, 0))
    w_new = rho * w + 2 * (1 - rho) * e
    p = mu * b + 2 * (1 + mu) * (e - w_new / 2)
    assert zero(theta.subs(h, 0) + a) and zero(buffer.subs(h, 0) - 2 * a)
    # the other side of the cycle: all signs but that of v are turned
    assert zero(first(-theta / a) - (p - e))
    assert zero(first(-buffer / a) + p)
    assert zero(first(v / a**2) - w_new)
    assert tuple(map(sympy.expand, momentum.cycle_step(e, b, w, rho=rho, mu=mu))) == tuple(
        map(sympy.expand, (p - e, -p, w_new)))


def test_eq_7_22_the_bound():
    one = [momentum.cycle_step(*row, rho=rho, mu=mu) for row in sympy.eye(3).tolist()]
    poly = characteristic(sympy.Matrix(one).T)
    said = (z**3 + (1 - 3 * rho + mu - 2 * mu * rho) * z**2 + (rho + mu + mu * rho) * z - mu * rho)
    assert zero(poly - said)
    assert zero(poly.subs(z, 1) - 2 * (1 - rho) * (1 + mu))
    assert zero(poly.subs(z, -1) + 4 * rho * (1 + mu))
    s = sympy.symbols("s")
    pair = sympy.expand((z**2 - s * z + 1) * (z - mu * rho) - said)
    found = sympy.solve(pair.coeff(z, 2), s)[0]
    left = sympy.factor(pair.coeff(z, 1).subs(s, found))
    bound = 1 - (1 + 3 * rho) * mu - rho * mu**2
    assert zero(left - (1 - rho) * bound)
    for decay in (0.9, 0.99):
        m = momentum.calm_momentum(decay)
        assert decay * m**2 + (1 + 3 * decay) * m == pytest.approx(1, rel=1e-14)
    assert math.isclose(momentum.calm_momentum(1.0), math.sqrt(5) - 2)


def test_beyond_the_bound_the_jumps_are_gone_and_the_walk_is_nearer():
    calm, wild = plain_rmsprop(0.2, 0.9, 4000), plain_rmsprop(0.9, 0.9, 8000)
    assert np.ptp(abs(calm[-1000:])) < 1e-9
    assert np.ptp(abs(wild[-1000:])) > 0.3
    assert 0.25 < math.sqrt((wild[-2000:] ** 2).mean()) < 0.33
    assert abs(plain_rmsprop(0.2, 0.99, 4000)[-2000:]).max() > 1  # stable, and not drawn in


def test_eq_7_27_the_spread_of_a_constant_gradient():
    c, decay, v, m = Fraction(3), Fraction(19, 20), Fraction(0), Fraction(0)
    for k in range(1, 60):
        v, m = decay * v + (1 - decay) * c * c, decay * m + (1 - decay) * c
        assert v - m * m == c * c * decay**k * (1 - decay**k) == momentum.variance_on_slope(
            c, decay, k)
        assert v - m * m <= c * c / 4 and v - m * m != c * c * decay**k


def test_eq_7_28_the_quotient_grows():
    v, spread = 1 - rho**t, rho**t * (1 - rho**t)
    assert zero(sympy.sqrt(v / spread) - rho ** (-t / 2))


@pytest.mark.parametrize("c", [1.0, -0.1, 0.01])
def test_eq_7_29_the_pace_on_a_slope(c):
    decay, m, eta, eps = 0.95, 0.9, 1e-4, 1e-4
    v = mean = b = 0.0
    for _ in range(600):
        v, mean = decay * v + (1 - decay) * c * c, decay * mean + (1 - decay) * c
        b = m * b + eta * c / math.sqrt(v - mean * mean + eps)
    assert b == pytest.approx(eta / math.sqrt(eps) / (1 - m) * c, rel=1e-6)
    assert b == pytest.approx(momentum.graves_pace(c, lr=eta, eps=eps, mu=m), rel=1e-6)


def test_eq_7_30_the_variance_without_a_difference():
    v, m, g = sympy.symbols("v m g")
    s = v - m**2
    new = rho * v + (1 - rho) * g**2 - (rho * m + (1 - rho) * g) ** 2
    assert zero(new - rho * (s + (1 - rho) * (g - m) ** 2))


def adadelta(gradient, theta, steps, eps, decay=0.95, lr=1.0):
    """Zeiler's algorithm, on floats; thetas, the start included."""
    v = a = 0.0
    seen = [theta]
    for _ in range(steps):
        g = gradient(theta)
        v = decay * v + (1 - decay) * g * g
        d = math.sqrt(a + eps) / math.sqrt(v + eps) * g
        a = decay * a + (1 - decay) * d * d
        theta -= lr * d
        seen.append(theta)
    return np.array(seen)


@pytest.mark.parametrize("g", [100.0, 1.0, 1e-3, 1e-5])
def test_eq_7_36_the_first_step(g):
    getcontext().prec = 40
    eps, decay, slope = Decimal("1e-6"), Decimal("0.95"), Decimal(repr(g))
    v = (1 - decay) * slope * slope
    exact = eps.sqrt() / (v + eps).sqrt() * slope
    claimed = (eps / (1 - decay)).sqrt() / (1 + eps / ((1 - decay) * slope * slope)).sqrt()
    assert abs(exact - claimed) < Decimal("1e-30")
    assert lab.adadelta.first_step(g, rho=0.95, eps=1e-6) == pytest.approx(float(exact), rel=1e-13)
    assert (float(exact) == pytest.approx(4.472e-3, rel=1e-3)) is (g >= 1)


def test_eq_7_37_the_law_in_exact_fractions():
    eps, decay = Fraction(1, 1000), Fraction(3, 4)
    a = total = Fraction(0)
    for k in range(1, 40):
        total += 1 / (1 - decay**k)
        square = (a + eps) / (1 - decay**k)  # eps beside v does not count
        assert square == eps * (decay / (1 - decay) + (1 - decay) * total)
        assert math.sqrt(square) == pytest.approx(
            lab.adadelta.slope_step(k, rho=0.75, eps=1e-3), rel=1e-12)
        a = decay * a + (1 - decay) * square
    assert square != eps * (1 / (1 - decay) + (1 - decay) * total)


def test_eq_7_37_against_the_method_itself():
    places = adadelta(lambda theta: 1e4, 0.0, 2000, 1e-6)
    steps = -np.diff(places)
    for k in (1, 10, 100, 2000):
        law = lab.adadelta.slope_step(k, rho=0.95, eps=1e-6)
        assert steps[k - 1] == pytest.approx(law, rel=1e-8)


def test_eq_7_38_the_growth_of_the_square():
    def square(k):
        return lab.adadelta.slope_step(k, rho=0.95, eps=1e-6) ** 2
    assert square(1001) - square(1000) == pytest.approx(0.05e-6, rel=1e-9)
    ratios = [math.sqrt(square(k) / (0.05e-6 * k)) for k in (10**4, 10**5)]
    assert ratios[0] - 1 > 5 * (ratios[1] - 1) > 0


@pytest.mark.parametrize(("eps", "steps"), [(1e-8, 930), (1e-6, 131), (1e-4, 14)])
def test_steps_to_half_way(eps, steps):
    places = adadelta(lambda theta: theta, 1.0, 1000, eps)
    assert abs(places[steps]) <= 0.5 < abs(places[steps - 1])


def chain(theta, kappa, r):
    """The slopes of (7.39), in the numbers of theta."""
    n = len(theta)
    at = [1, *theta, r * theta[-1]]
    return [(kappa - 1) * (2 * at[i] - at[i - 1] - at[i + 1]) / 4 + at[i] for i in range(1, n + 1)]


@pytest.mark.parametrize(("kappa", "r"), [(9, Fraction(1, 2)), (100, Fraction(9, 11))])
def test_eq_7_39_minimum_and_curvatures_of_the_chain(kappa, r):
    star = [r**i for i in range(1, 13)]
    assert r + 1 / r == 2 + Fraction(4, kappa - 1)
    assert chain(star, kappa, r) == [0] * 12
    assert any(chain([(r / 2) ** i for i in range(1, 13)], kappa, r))
    zeros = [Fraction(0)] * 12
    rows = []
    for k in range(12):
        one = [Fraction(int(i == k)) for i in range(12)]
        rows.append([float(a - b) for a, b in zip(chain(one, kappa, r), chain(zeros, kappa, r),
                                                  strict=True)])
    h = np.array(rows)
    assert (h == h.T).all() and 1 <= np.linalg.eigvalsh(h).min()
    assert 0.9 * kappa < np.linalg.eigvalsh(h).max() <= kappa
    d = np.random.default_rng(7).standard_normal(12)
    s = d[0] ** 2 + (np.diff(d) ** 2).sum() + (1 - float(r)) * d[-1] ** 2
    assert d @ h @ d == pytest.approx(d @ d + (kappa - 1) / 4 * s)
    assert 0 <= s <= 4 * (d @ d)


def test_eq_7_40_any_weights_and_any_divisors_in_exact_fractions():
    r, kappa, n = Fraction(1, 2), 9, 10
    star = [r**i for i in range(1, n + 1)]
    rng = np.random.default_rng(740)
    def whole(low, high):
        return Fraction(int(rng.integers(low, high)), 16)
    for _ in range(5):
        theta, seen = [Fraction(0)] * n, []
        for step in range(1, n + 1):
            seen.append(chain(theta, kappa, r))
            theta = [x - sum(whole(-8, 20) * g[i] / (whole(1, 40)) for g in seen)
                     for i, x in enumerate(theta)]
            assert not any(theta[step:])
            far = sum((a - b) ** 2 for a, b in zip(theta, star, strict=True))
            least = r ** (2 * step) * (1 - r ** (2 * (n - step))) / (1 - r ** (2 * n))
            assert far >= least * sum(a * a for a in star)
            assert momentum.limit(0.5, step, n) == pytest.approx(math.sqrt(least), rel=1e-14)
    assert momentum.limit(0.5, 20) == 0.5**20 == pytest.approx(momentum.limit(0.5, 20, 200))
    full = [r ** (i + 1) if i < n else 0 for i in range(n)]  # what a full matrix does in one step
    assert not any(chain(full, kappa, r))


def test_eq_7_40_the_best_of_all_combinations_is_the_limit():
    """Least squares over what a method can reach with the slopes: the first t coordinates."""
    r, n = 9 / 11, 60
    star = r ** np.arange(1, n + 1)
    for t in (1, 7, 40):
        reach = np.eye(n)[:, :t]
        best = reach @ np.linalg.lstsq(reach, star, rcond=None)[0]
        share = np.linalg.norm(best - star) / np.linalg.norm(star)
        assert share == pytest.approx(momentum.limit(r, t, n), rel=1e-9)
        assert share != pytest.approx(r**t, rel=1e-9) or t < 40


METHODS = [lab.SGD(lr=0.02), lab.SGD(lr=0.02, momentum=0.5, nesterov=True), lab.AdaGrad(lr=0.125),
           lab.RMSprop(lr=0.03), lab.RMSprop(lr=0.004, momentum=0.9),
           lab.RMSprop(lr=0.01, centered=True), lab.AdaDelta(lr=10.0), lab.Adam(lr=0.06),
           lab.Adam(lr=0.06, amsgrad="raw"), lab.Adamax(lr=0.06), lab.NAdam(lr=0.06),
           lab.AdaBelief(lr=0.06), lab.SGD(lr=4 / 121, momentum=81 / 121)]


@pytest.mark.parametrize("opt", METHODS, ids=lambda opt: type(opt).__name__)
def test_eq_7_40_every_method_of_the_lab_sleeps_beyond_t(opt):
    r = 9 / 11
    star = r ** np.arange(1, 61)
    path = lab.run(opt, lab.problems.Chain(60, 100.0), 59).theta
    for t in range(60):
        assert (path[t, t:] == 0).all() and (t == 0 or path[t, t - 1] != 0)
        share = np.linalg.norm(path[t] - star) / np.linalg.norm(star)
        assert share >= momentum.limit(r, t, 60) * (1 - 1e-9)


def test_eq_7_41_the_ball_puts_one_coordinate_in_place_at_each_step():
    for kappa, r in ((9, Fraction(1, 2)), (100, Fraction(9, 11))):
        eta = Fraction(4) / (1 + math.isqrt(kappa)) ** 2
        assert eta * (kappa - 1) / 4 == r
        n = 8
        theta, b = [Fraction(0)] * n, [Fraction(0)] * n
        for step in range(1, n + 1):
            b = [r * r * a + g for a, g in zip(b, chain(theta, kappa, r), strict=True)]
            theta = [x - eta * a for x, a in zip(theta, b, strict=True)]
            assert theta == [r**i if i <= step else 0 for i in range(1, n + 1)]


def test_eq_7_42_the_ceiling_holds_and_is_reached_at_the_right_edge():
    w, k = sympy.symbols("w k", real=True)
    def solution(at):
        return rho**at * (sympy.sin((at + 1) * w) - rho * sympy.sin(at * w)) / sympy.sin(w)
    assert zero(solution(0) - 1) and zero((solution(-1) - 1).rewrite(sympy.exp))
    recursion = solution(k) - 2 * rho * sympy.cos(w) * solution(k - 1) + rho**2 * solution(k - 2)
    assert zero(sympy.expand_trig(sympy.expand(recursion).rewrite(sympy.exp)))
    for kappa in (2.0, 20.0, 400.0):
        eta, m, r = momentum.best(1.0, kappa)
        curvatures = np.geomspace(1.0, kappa, 400)
        theta, b = np.ones(400), np.zeros(400)
        for step in range(1, 80):
            b = m * b + curvatures * theta
            theta = theta - eta * b
            ceiling = (1 + (1 + r) * step) * r**step
            assert abs(theta).max() <= ceiling * (1 + 1e-7)
            assert abs(theta[-1]) == pytest.approx(ceiling, rel=1e-6)
            assert momentum.ceiling(r, step) == pytest.approx(ceiling, rel=1e-14)


def test_eq_7_43_near_a_minimum_it_is_gradient_descent():
    small = adadelta(lambda theta: 1.5 * theta, 1e-9, 5, 1e-2)
    assert small[1:] == pytest.approx(small[:-1] * (1 - 1.5), rel=1e-9)
    large = adadelta(lambda theta: 1.5 * theta, 1.0, 1, 1e-2)
    assert large[1] != pytest.approx(-0.5, rel=0.1)


def test_eq_7_44_the_growth_in_symbols():
    c, eps, lam, big = sympy.symbols("c eps lam D", positive=True)
    k = sympy.symbols("k", positive=True)  # counts the order: c and eps are small beside D
    right = (big - k * c / (1 - rho) + k * eps) * (
        1 + k * c * rho / ((1 - rho) * big) - 4 * k * eps / (lam**2 * big))
    order = sympy.diff(right, k).subs(k, 0)
    assert zero(sympy.solve(order, c)[0] - eps * (1 - 4 / lam**2))


@pytest.mark.parametrize(("lam", "settles"), [(1.0, True), (1.9, True), (3.0, False), (4.0, False)])
def test_eq_7_44_measured(lam, settles):
    places = adadelta(lambda theta: lam * theta, 1.0, 3000, 1e-4)
    assert (abs(places[-1]) < 1e-12) == settles
    if not settles:
        grown = 4 * (places[3000] ** 2 - places[1500] ** 2) / 1500 / 1e-4
        assert grown == pytest.approx(1 - 4 / lam**2, rel=0.02)


def test_the_bend_keeps_the_ball_in_three_places():
    def slope(x):
        return 25 * x if x < 1 else x + 24 if x < 2 else 25 * x - 24
    cycle = [Fraction(n, 1225) for n in (792, -2208, 2592)]
    for k in range(3):
        before, now, after = (cycle[(k + j) % 3] for j in range(3))
        assert after == now - Fraction(1, 9) * slope(now) + Fraction(4, 9) * (now - before)
    x, b = 3.3, 0.0
    for _ in range(300):
        b = 4 / 9 * b + slope(x)
        x -= b / 9
    assert min(abs(x - float(c)) for c in cycle) < 1e-9
    assert momentum.best(1.0, 25.0) == pytest.approx((1 / 9, 4 / 9, 2 / 3), rel=1e-15)
