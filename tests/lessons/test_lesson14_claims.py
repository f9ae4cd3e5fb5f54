"""Lesson 14: each displayed equation that claims something, checked without the lab's code.

The lab's own names appear only where a test compares it with what was computed here.
"""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from scipy.special import erf

from rmsprop_lab import noise

ETA, NEW, KAPPA, B, SIGMA, SLOPE, LAM, RHO, EPS, V = sympy.symbols(
    "eta new kappa B sigma slope lam rho eps v", positive=True)
ROOT = sympy.sqrt


def same(a, b):
    return sympy.simplify(a - b) == 0


def moments(values):
    """Mean and variance of equally likely exact values."""
    mean = sum(values) / len(values)
    return mean, sum((x - mean) ** 2 for x in values) / len(values)


def signs(n):
    """All 2^n lists of kicks +1 and -1: mean 0, variance 1, independent."""
    return itertools.product((Fraction(1), Fraction(-1)), repeat=n)


@pytest.mark.parametrize("batch", [1, 2, 5, 8])
def test_eq_14_1_and_14_2_the_variance_of_a_mean(batch):
    slope, sigma = Fraction(3, 7), Fraction(5, 3)
    drawn = [slope + sigma * sum(kicks) / batch for kicks in signs(batch)]
    assert moments(drawn) == (slope, sigma**2 / batch)
    summed = [slope + sigma * sum(kicks) for kicks in signs(batch)]
    assert batch == 1 or moments(summed)[1] != sigma**2 / batch


def test_eq_14_3_drift_and_spread_of_n_steps():
    a, b = Fraction(-2, 9), Fraction(4, 5)
    for n in (1, 2, 7):
        ends = [sum(a + b * kick for kick in kicks) for kicks in signs(n)]
        assert moments(ends) == (n * a, n * b**2)
    assert moments(ends)[1] != (n * b) ** 2  # kicks that do not cancel


def drift_and_variance(lr, root, batch):
    """Of one step -lr (slope + sigma xi / root of batch) / root."""
    return lr * SLOPE / root, (lr * SIGMA / ROOT(batch) / root) ** 2


def demands(root_old, root_new):
    """The lr that each demand wants: kappa steps on B against one on kappa B."""
    old, new = drift_and_variance(ETA, root_old, B), drift_and_variance(NEW, root_new, KAPPA * B)
    return [sympy.solve(sympy.Eq(KAPPA * o, n), NEW) for o, n in zip(old, new, strict=True)]


def test_eq_14_4_to_14_6_both_demands_of_gradient_descent():
    one = sympy.Integer(1)
    for found in demands(one, one):
        assert len(found) == 1 and same(found[0], KAPPA * ETA)
        assert not same(found[0], ROOT(KAPPA) * ETA)


def test_eq_14_7_the_mean_square():
    slope, sigma = Fraction(3, 7), Fraction(5, 3)
    for batch in (1, 3, 6):
        squares = [(slope + sigma * sum(kicks) / batch) ** 2 for kicks in signs(batch)]
        assert moments(squares)[0] == slope**2 + sigma**2 / batch
        assert moments(squares)[0] != sigma**2 / batch


def test_eq_14_8_the_kick_does_not_know_the_batch():
    xi = sympy.Symbol("xi")
    step = -ETA * (SLOPE + SIGMA * xi / ROOT(B)) / (SIGMA / ROOT(B))
    assert same(step, -ETA * (ROOT(B) / SIGMA * SLOPE + xi))
    assert same(step.expand().coeff(xi), -ETA)
    assert (-ETA * (SLOPE + SIGMA * xi / ROOT(B))).expand().coeff(xi).has(B)  # descent's does


def test_eq_14_9_both_demands_of_rmsprop():
    for found in demands(SIGMA / ROOT(B), SIGMA / ROOT(KAPPA * B)):
        assert len(found) == 1 and same(found[0], ROOT(KAPPA) * ETA)
        assert not same(found[0], KAPPA * ETA)


def test_eq_14_10_the_memory_in_samples():
    new = 1 - KAPPA * (1 - RHO)
    assert same(KAPPA * B / (1 - new), B / (1 - RHO))
    assert not same(KAPPA * B / (1 - (1 - ROOT(KAPPA) * (1 - RHO))), B / (1 - RHO))
    small = sympy.series(((1 - EPS) ** KAPPA) - (1 - KAPPA * EPS), EPS, 0, 2).removeO()
    assert small == 0  # to first order it is what kappa steps forget


def test_eq_14_11_to_14_13_the_guard_the_longest_step_and_the_rate():
    lr, keep = ROOT(KAPPA) * ETA, 1 - KAPPA * (1 - RHO)
    outside = ROOT(V / KAPPA) + EPS / ROOT(KAPPA)
    assert same(outside, (ROOT(V) + EPS) / ROOT(KAPPA))
    assert same(ROOT(V / KAPPA + EPS / KAPPA), ROOT(V + EPS) / ROOT(KAPPA))
    assert same(lr / ROOT(1 - keep), ETA / ROOT(1 - RHO))
    assert same(lr / outside, KAPPA * ETA / (ROOT(V) + EPS))
    assert not same(lr / (ROOT(V / KAPPA) + EPS), KAPPA * ETA / (ROOT(V) + EPS))


def test_eq_14_14_the_share_of_a_step():
    x = sympy.Symbol("x")
    r = ETA * LAM * ROOT(B) / SIGMA
    step = x - ETA * LAM * x / (SIGMA / ROOT(B))
    assert same(step, (1 - r) * x) and not same(step, (1 - r / ROOT(B)) * x)
    at = {ETA: Fraction(1, 2), LAM: Fraction(1, 4), SIGMA: 2, B: 16}
    assert noise.pull(0.5, 0.25, 2 / math.sqrt(16)) == float(r.subs(at))


@pytest.mark.parametrize("t", [1, 2, 9])
def test_eq_14_15_and_14_16_all_walks_of_t_steps(t):
    r, eta, start = Fraction(1, 5), Fraction(2, 3), Fraction(7, 2)
    ends = []
    for kicks in signs(t):
        x = start
        for kick in kicks:
            x = (1 - r) * x - eta * kick
        ends.append(x)
    variance = eta**2 / (r * (2 - r)) * (1 - (1 - r) ** (2 * t))
    assert moments(ends) == ((1 - r) ** t * start, variance)
    assert variance != eta**2 / (2 * r) * (1 - (1 - r) ** (2 * t))
    mean, spread = noise.ar1(t, x0=float(start), r=float(r), kick=float(eta))
    assert (mean, spread**2) == pytest.approx(tuple(map(float, moments(ends))), rel=1e-12)


def test_eq_14_17_the_limit_of_small_steps():
    r, tau = sympy.symbols("r tau", positive=True)
    assert sympy.limit((1 - r) ** (tau / r), r, 0) == sympy.exp(-tau)
    assert sympy.limit(2 * r / (r * (2 - r)), r, 0) == 1
    settled = (ETA**2 / (2 * r)).subs(r, ETA * LAM * ROOT(B) / SIGMA)
    assert same(settled, ETA * SIGMA / (2 * LAM * ROOT(B)))
    assert not same(settled, ETA * SIGMA / (2 * LAM * B))
    mean, spread = noise.limit(0.4, x0=1.0, variance=0.5)
    assert (mean, spread) == pytest.approx((math.exp(-0.4), math.sqrt(0.5 - 0.5 * math.exp(-0.8))))


def test_eq_14_18_what_the_batch_does_to_time_and_spread():
    p, t = sympy.symbols("p t", positive=True)
    pull = ETA * LAM * ROOT(B) / SIGMA
    now = {ETA: KAPPA**p * ETA, B: KAPPA * B}
    larger = pull.subs(now, simultaneous=True)
    shift = KAPPA ** (p - sympy.Rational(1, 2))
    assert same(larger * t / KAPPA / (pull * t), shift)
    variance = (ETA * SIGMA / (2 * LAM * ROOT(B)))
    assert same(variance.subs(now, simultaneous=True) / variance, shift)
    assert shift.subs(p, sympy.Rational(1, 2)) == 1 and shift.subs(p, 1) != 1


def test_eq_14_19_every_gradient_enters_once():
    beta, gs = Fraction(4, 5), [Fraction(k * k - 7, 3) for k in range(12)]
    m, total = Fraction(0), Fraction(0)
    for g in gs:
        m = beta * m + (1 - beta) * g
        total += m
    n = len(gs)
    assert total == sum((1 - beta ** (n - i + 1)) * g for i, g in enumerate(gs, 1))
    assert total != sum((1 - beta ** (n - i)) * g for i, g in enumerate(gs, 1))


def test_bias_correction_lets_the_first_few_gradients_count_for_more():
    """The weight of g_i in the sum of all m_t / (1 - beta^t), up to a step far away."""
    beta, n = 0.9, 400
    weight = {i: sum((1 - beta) * beta ** (t - i) / (1 - beta**t) for t in range(i, n + 1))
              for i in (1, 2, 50, 200)}
    assert weight[1] > weight[2] > 1.5
    assert weight[50] == pytest.approx(1, abs=0.01) and weight[200] == pytest.approx(1, abs=1e-6)


def test_adam_differs_from_rmsprop_by_the_start_alone():
    """The same noise, v at that of the noise: spreads with and without the correction of m."""
    chains, beta, noise_of = 4000, 0.9, np.random.default_rng(5).standard_normal((400, 4000))
    ends = {}
    for name in ("none", "average", "corrected"):
        x, m = np.ones(chains), np.zeros(chains)
        for t, xi in enumerate(noise_of, 1):
            m = 0.01 * x + xi if name == "none" else beta * m + (1 - beta) * (0.01 * x + xi)
            x = x - 0.01 * (m / (1 - beta**t) if name == "corrected" else m)
        ends[name] = x.std()
    assert ends["corrected"] > 1.005 * ends["none"] > 1.005 * ends["average"]


def test_eq_14_20_the_floor_does_not_know_the_curvature():
    floor = LAM / 2 * ETA * SIGMA / (2 * LAM * ROOT(B))
    assert same(floor, ETA * SIGMA / (4 * ROOT(B))) and same(sympy.diff(floor, LAM), 0)
    assert not same(sympy.diff(ETA**2 * LAM / 8, LAM), 0)  # the cycle's floor does


def test_eq_14_21_to_14_23_from_the_cycle_to_the_noise():
    quarter = ETA * LAM / 4
    root = quarter + ROOT(quarter**2 + SIGMA**2 / B)  # (14.23)
    variance = ETA * root / (2 * LAM)  # (14.22)
    assert same(sympy.expand(root**2), sympy.expand(LAM**2 * variance + SIGMA**2 / B))  # (14.21)
    r = ETA * LAM / root
    rest = (1 - r) ** 2 * variance + ETA**2 * SIGMA**2 / (B * root**2) - variance
    assert same(rest, 0)
    other = variance * sympy.Rational(11, 10)
    assert not same((1 - r) ** 2 * other + ETA**2 * SIGMA**2 / (B * root**2) - other, 0)
    assert same(sympy.limit(ROOT(variance), SIGMA, 0), ETA / 2)
    assert same(sympy.limit(variance / (ETA * SIGMA / (2 * LAM * ROOT(B))), ETA, 0), 1)
    at = {ETA: 0.5, LAM: 3, SIGMA: 0.7, B: 1}
    expected = float(root.subs(at)), float(ROOT(variance).subs(at))
    assert noise.settled(0.5, 3.0, 0.7) == pytest.approx(expected, rel=1e-12)


def walk(lam, sigma, lr, rho, steps, chains, x0=0.0, seed=3, late=False):
    """RMSprop in plain NumPy from the v of pure noise; x, or the mean square of its second half."""
    rng, squares = np.random.default_rng(seed), []
    x, v = np.full(chains, x0), np.full(chains, sigma**2)
    for t in range(steps):
        g = lam * x + sigma * rng.standard_normal(chains)
        v = rho * v + (1 - rho) * g * g
        x = x - lr * g / np.sqrt(v)
        if late and t >= steps // 2:
            squares.append(float((x * x).mean()))
    return float(np.mean(squares)) if late else x


@pytest.mark.parametrize("sigma", [0.2, 0.5, 2.0])
def test_eq_14_23_is_what_a_walk_does(sigma):
    measured = walk(1.0, sigma, 1.0, 0.995, 4000, 200, x0=0.5, late=True)
    root = 0.25 + math.sqrt(0.0625 + sigma**2)
    assert measured == pytest.approx(root / 2, rel=0.03)
    assert measured != pytest.approx(sigma / 2, rel=0.1)  # noise alone is not enough


MU = sympy.Symbol("mu", positive=True)


def test_eq_14_24_and_14_25_the_settled_heavy_ball():
    """The covariance of (x_t, x_t-1) solves P = A P A^T + Q; the recursion is that of a buffer."""
    x, b, g = sympy.symbols("x b g")
    buffer = MU * b + LAM * x + g
    s = 1 + MU - ETA * LAM
    assert same(x - ETA * buffer, s * x - MU * (x + ETA * b) - ETA * g)  # x_(t-1) = x + eta b
    a = sympy.Matrix([[s, -MU], [1, 0]])
    var, cov = sympy.symbols("V C")
    p = sympy.Matrix([[var, cov], [cov, var]])
    q = sympy.Matrix([[ETA**2 * SIGMA**2 / B, 0], [0, 0]])
    rest = a * p * a.T + q - p
    found = sympy.solve([rest[0, 0], rest[0, 1]], [var, cov], dict=True)[0]
    law = (1 + MU) / (1 - MU) * ETA * SIGMA**2 / (LAM * B * (2 * (1 + MU) - ETA * LAM))
    assert same(found[var], law) and same(found[cov], s * law / (1 + MU))
    assert not same(found[var], law * (1 - MU))
    pace, share = ETA / (1 - MU), (1 - MU) / (1 + MU)
    assert same(law, pace * SIGMA**2 / (LAM * B * (2 - share * pace * LAM)))
    assert same(law.subs(MU, 0), ETA * SIGMA**2 / (LAM * B * (2 - ETA * LAM)))
    assert same(sympy.limit(law / law.subs(MU, 0), ETA, 0), 1 / (1 - MU))  # at one eta: compounds
    assert same(2 / share, (2 * (1 + MU) / (1 - MU)))  # pace lam at the end of (7.8)
    at = {ETA: Fraction(2, 5), MU: Fraction(9, 10), LAM: 4, SIGMA: 3, B: 1}
    assert noise.ball(0.4, 0.9, 4.0, 3.0) ** 2 == pytest.approx(float(law.subs(at)), rel=1e-12)


def test_eq_14_25_is_where_every_start_and_every_kick_lead():
    """The sum over the responses to all past kicks, and the pace in the long run."""
    lr, mu, lam = 0.04, 0.9, 0.2
    x, old, squares = 1.0, 0.0, 0.0
    for _ in range(3000):  # the response to one kick of size 1
        squares += x * x
        x, old = (1 + mu - lr * lam) * x - mu * old, x
    law = (1 + mu) / (1 - mu) * lr / (lam * (2 * (1 + mu) - lr * lam))
    assert lr * lr * squares == pytest.approx(law, rel=1e-9)
    small = max(np.roots([1, -(1 + mu - lr * lam / 100), mu]).real)
    assert 1 - small == pytest.approx(lr / (1 - mu) * lam / 100, rel=0.01)


def test_the_rows_of_the_ball_on_the_bench():
    """Rates from the roots, spreads from a walk of one's own."""
    rng, lams, found = np.random.default_rng(8), np.array([0.2, 4.0]), {}
    for lr, mu in ((0.4, 0.0), (0.2, 0.5), (0.6, 0.5)):
        rate = max(abs(np.roots([1, -(1 + mu - lr * lam), mu])).max() for lam in lams)
        x, b, squares = np.zeros((4000, 2)), np.zeros((4000, 2)), []
        for t in range(300):
            b = mu * b + lams * x + rng.standard_normal(x.shape)
            x = x - lr * b
            squares += [(x * x).mean(axis=0)] if t >= 150 else []
        found[lr, mu] = rate, np.mean(squares, axis=0) ** 0.5
    descent, same_pace, faster = found.values()
    assert descent[0] == pytest.approx(same_pace[0], abs=0.02) and faster[0] < 0.8 < 19 / 21
    assert same_pace[1][0] == pytest.approx(descent[1][0], rel=0.03)
    assert same_pace[1][1] < 0.7 * descent[1][1]
    assert faster[1][0] == pytest.approx(3**0.5 * same_pace[1][0], rel=0.03)
    for (lr, mu), (_, spread) in found.items():
        law = (1 + mu) / (1 - mu) * lr / (lams * (2 * (1 + mu) - lr * lams))
        assert spread == pytest.approx(law**0.5, rel=0.02)


def test_the_losses_of_the_two_walks_add_up():
    """Without noise, and of noise alone: over all kicks the mean square is the sum of the two."""
    lr, mu, lam = Fraction(1, 3), Fraction(1, 2), Fraction(3, 4)

    def end(x, kicks):
        b = Fraction(0)
        for kick in kicks:
            b = mu * b + lam * x + kick
            x = x - lr * b
        return x

    whole = [end(Fraction(5), kicks) ** 2 for kicks in signs(6)]
    noisy = [end(Fraction(0), kicks) ** 2 for kicks in signs(6)]
    still = end(Fraction(5), [Fraction(0)] * 6) ** 2
    assert moments(whole)[0] == still + moments(noisy)[0]
    assert moments(whole)[0] != moments(noisy)[0]


def test_eq_14_26_where_slopes_dominate_the_rule_is_linear():
    for found in demands(SLOPE, SLOPE):
        assert len(found) == 1 and same(found[0], KAPPA * ETA)


@pytest.mark.parametrize("batch", [1, 4])
def test_eq_14_27_and_14_29_the_noise_scale_and_its_estimates(batch):
    slopes, sigmas = (Fraction(3, 2), Fraction(-1, 3)), (Fraction(2), Fraction(5, 7))
    square, trace = sum(f * f for f in slopes), sum(s * s for s in sigmas)

    def mean_square(size):
        """Of batches of the size: over all kicks, which are independent in the two weights."""
        return sum(moments([(f + s * sum(kicks) / size) ** 2 for kicks in signs(size)])[0]
                   for f, s in zip(slopes, sigmas, strict=True))

    small, large, kappa = mean_square(batch), mean_square(2 * batch), 2
    assert small == square * (1 + trace / square / batch)
    assert (kappa * large - small) / (kappa - 1) == square
    assert kappa * batch * (small - large) / (kappa - 1) == trace
    assert batch * (small - large) / (kappa - 1) != trace and large - small != square
    found = noise.noise_scale(float(small), float(large), batch=batch, kappa=kappa)
    assert found == pytest.approx((float(square), float(trace)), rel=1e-12)


def test_eq_14_28_the_best_rate_and_its_gain():
    square, trace, rate = sympy.symbols("G2 trace rate", positive=True)
    lams, size = sympy.symbols("l0 l1", positive=True), 1 + trace / square / B
    change = -rate * square + rate**2 * LAM / 2 * square * size
    best, = sympy.solve(sympy.diff(change, rate), rate)
    assert same(best, 1 / LAM / size) and sympy.diff(change, rate, 2).is_positive
    assert same(-change.subs(rate, best), square / (2 * LAM) / size)
    assert not same(-change.subs(rate, 1 / LAM), square / (2 * LAM) / size)
    root = ROOT(square) * ROOT(size)  # of v, on one coordinate
    assert same(best * root, ROOT(square) / LAM / ROOT(size))
    # with curvatures of their own each term is weighted
    slopes, noises = sympy.symbols("g0 g1", positive=True), sympy.symbols("s0 s1", positive=True)
    first = sum(g**2 for g in slopes)
    bend = sum(li * (g**2 + s**2 / B) for li, g, s in zip(lams, slopes, noises, strict=True))
    best, = sympy.solve(sympy.diff(-rate * first + rate**2 / 2 * bend, rate), rate)
    scale = (sum(li * s**2 for li, s in zip(lams, noises, strict=True))
             / sum(li * g**2 for li, g in zip(lams, slopes, strict=True)))
    assert same(sympy.limit(best, B, sympy.oo) / best, 1 + scale / B)
    assert not same(scale, sum(s**2 for s in noises) / first)


def test_eq_14_28_is_what_many_steps_gain():
    rng, lam, slopes, batch = np.random.default_rng(2), 2.0, np.array([1.0, -0.5]), 3
    at, sigmas = slopes / lam, np.array([2.0, 1.0])
    scale = (sigmas**2).sum() / (slopes**2).sum()
    drawn = slopes + sigmas / batch**0.5 * rng.standard_normal((200_000, 2))

    def gain(rate):
        return lam / 2 * ((at**2).sum() - ((at - rate * drawn) ** 2).sum(axis=1).mean())

    best = 1 / lam / (1 + scale / batch)
    full = (slopes**2).sum() / (2 * lam)
    assert gain(best) == pytest.approx(full / (1 + scale / batch), rel=0.02)
    assert gain(best) > max(gain(1.3 * best), gain(0.7 * best))


def test_eq_14_30_the_border():
    ratio = KAPPA * (ETA * LAM / 4) ** 2 / (SIGMA**2 / (KAPPA * B))
    border, = sympy.solve(sympy.Eq(ratio, 1), KAPPA)
    assert same(border, 4 * SIGMA / (ETA * LAM * ROOT(B)))
    assert same(border, 4 / (ETA * LAM * ROOT(B) / SIGMA))
    assert same(ratio.subs(KAPPA, 3 * KAPPA) / ratio, 9)


def test_eq_14_31_the_mean_sign():
    s = sympy.Symbol("s", positive=True)
    mean = sympy.erf(s / ROOT(2))  # P(-s < xi < s)
    assert same(sympy.series(mean, s, 0, 2).removeO(), ROOT(2 / sympy.pi) * s)
    draws = np.random.default_rng(1).standard_normal(400_000)
    assert np.sign(0.5 + draws).mean() == pytest.approx(erf(0.5 / math.sqrt(2)), abs=0.006)
    assert np.sign(0.05 + draws).mean() / 0.05 != pytest.approx(1.0, abs=0.1)


def test_eq_14_32_the_variance_of_a_shuffled_sum():
    errors = [Fraction(k) for k in (-3, 0, 1, 7, -5)]
    n, sigma2 = len(errors), moments(errors)[1]
    w = [Fraction(4, 5) ** (n - i) for i in range(1, n + 1)]
    sums = [sum(wi * e for wi, e in zip(w, order, strict=True))
            for order in itertools.permutations(errors)]
    law = n * sigma2 / (n - 1) * (sum(wi**2 for wi in w) - sum(w) ** 2 / n)
    assert moments(sums) == (0, law)
    assert law != sigma2 * sum(wi**2 for wi in w)  # fresh draws
    assert {sum(order) for order in itertools.permutations(errors)} == {0}  # equal weights
    pairs = [a * b for a, b in itertools.permutations(errors, 2)]
    assert moments(pairs)[0] == -sigma2 / (n - 1)


def test_eq_14_32_gives_the_settled_variance():
    """One epoch of all orders keeps the variance that lesson and module name."""
    numbers, lr = [Fraction(k) for k in (-3, 0, 1, 2)], Fraction(1, 4)
    n, sigma2 = len(numbers), moments(numbers)[1]
    w = [(1 - lr) ** (n - i) for i in range(1, n + 1)]
    spent = n * sigma2 / (n - 1) * (sum(wi**2 for wi in w) - sum(w) ** 2 / n)
    settled = lr**2 * spent / (1 - (1 - lr) ** (2 * n))

    def end(x, order):
        for a in order:
            x = x - lr * (x - a)
        return x

    ends = [end(Fraction(0), order) for order in itertools.permutations(numbers)]
    assert moments(ends)[1] + (1 - lr) ** (2 * n) * settled == settled
    fresh, shuffled = noise.shuffled(float(lr), n)
    assert shuffled * float(sigma2) == pytest.approx(float(settled), rel=1e-12)
    assert fresh == pytest.approx(float(lr / (2 - lr))) and shuffled < fresh


def test_fresh_draws_miss_a_share():
    n = 5
    missed = [n - len(set(draws)) for draws in itertools.product(range(n), repeat=n)]
    assert moments([Fraction(k, n) for k in missed])[0] == Fraction(n - 1, n) ** n
    size = sympy.Symbol("n", positive=True)
    assert sympy.limit((1 - 1 / size) ** size, size, sympy.oo) == sympy.exp(-1)


def test_the_linear_rule_holds_for_shuffled_batches():
    """N samples in batches of kappa: n = N / kappa steps; batches without a common sample."""
    samples, lr = 4096, 1e-4

    def settled(kappa, rate):
        n = samples // kappa
        one = (samples - kappa) / (samples - 1) / kappa  # variance of a batch's mean
        return noise.shuffled(rate, n)[1] * one

    base = settled(1, lr)
    for kappa in (4, 16):
        assert settled(kappa, kappa * lr) == pytest.approx(base, rel=0.01)
        assert settled(kappa, kappa**0.5 * lr) < 0.5 * base
    smaller = [noise.shuffled(rate, 64)[1] / noise.shuffled(rate, 64)[0]
               for rate in (0.1, 0.01, 0.001)]
    assert smaller == sorted(smaller, reverse=True)


@pytest.mark.parametrize(("kappa", "power", "mean", "spread"), [
    (16, 0.5, 0.668, 0.523), (16, 1.0, 0.202, 1.376), (4, 1.0, 0.449, 0.896)])
def test_the_recorded_means_and_spreads(kappa, power, mean, spread):
    x = walk(0.01, kappa**-0.5, 0.01 * kappa**power, 1 - kappa * 0.001, 4000 // kappa, 20_000,
             x0=1.0)
    assert x.mean() == pytest.approx(mean, abs=0.02 * max(1, spread))
    assert x.std() == pytest.approx(spread, abs=0.015)
    other = 1.5 - power
    shift = kappa ** (other - 0.5)
    assert x.std() != pytest.approx(noise.limit(0.4 * shift, x0=1.0, variance=0.5 * shift)[1],
                                    abs=0.1)


def test_rmsprop_under_the_rule_of_the_other_method_is_told_apart():
    root = walk(0.01, 0.25, 0.04, 0.984, 250, 4000, x0=1.0)
    linear = walk(0.01, 0.25, 0.16, 0.984, 250, 4000, x0=1.0)
    assert linear.std() > 2 * root.std() and linear.mean() < root.mean() / 2
