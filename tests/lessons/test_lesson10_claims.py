"""Lesson 10: each displayed equation that claims something, checked with plain Python and SymPy."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from scipy.optimize import brentq

from rmsprop_lab import failure, yogi


def game(C, rho, steps, *, n=3, lr=0.1, theta=0.0, peak=False, wall=1.0):
    """The game of (10.1) and (10.2) in plain floats; also the divisors' squares."""
    v = top = 0.0
    path, squares = [theta], []
    for t in range(1, steps + 1):
        g = C if t % n == 1 else -1.0
        v = rho * v + (1 - rho) * g * g
        top = max(top, v)
        squares.append(top if peak else v)
        theta -= lr / t**0.5 * g / squares[-1] ** 0.5
        theta = min(wall, max(-wall, theta))
        path.append(theta)
    return path, squares


def per_step(C, path, n=3):
    """(10.3) / T, T a number of whole rounds."""
    steps = len(path) - 1
    paid = math.fsum((C if t % n == 0 else -1) * path[t] for t in range(steps))
    return (paid + steps / n * (C - (n - 1))) / steps


@pytest.mark.parametrize("C", [2.1, 3, 4, 10])
def test_eq_10_4_and_10_5_bounds_of_the_ways_down_and_up(C):
    rho = 1 / (1 + C * C)
    assert rho * C * C == pytest.approx(1 - rho, rel=1e-14)
    _, v = game(C, rho, 3000)
    for k in range(3, 2997, 3):
        t = k + 1
        down, up = C / math.sqrt(v[k] * t), sum(1 / math.sqrt(v[k + j] * (t + j)) for j in (1, 2))
        bound = (1 / math.sqrt(2 * (t + 1)) + 1 / math.sqrt((1 + 2 * rho) * (t + 2)))
        assert down <= (1 + 1e-12) / math.sqrt((1 - rho) * t)
        assert up >= (1 - 1e-12) * bound / math.sqrt(1 - rho)
        assert up - down >= 0.3 / math.sqrt((1 - rho) * t)


def test_eq_10_5_depends_on_the_choice_of_rho():
    rho = 0.9  # no longer 1 / (1 + C^2): v after the large slope is far above 2 (1 - rho)
    _, v = game(3, rho, 3000)
    assert v[2995] > 2 * (1 - rho)


def test_eq_10_6_the_bracket_grows_and_is_above_0_3_from_4_on():
    t = sympy.symbols("t", positive=True)
    bracket = sympy.sqrt(t / (2 * (t + 1))) + sympy.sqrt(t / (sympy.Rational(7, 5) * (t + 2))) - 1
    for part in (t / (t + 1), t / (t + 2)):
        assert sympy.simplify(sympy.diff(part, t)).is_positive
    assert bracket.subs(t, 4) > sympy.Rational(3, 10)
    assert bracket.subs(t, 1) < 0  # the first round is left out for a reason


@pytest.mark.parametrize("C", [3, 4, 10])
def test_eq_10_7_the_end_of_each_late_round_is_the_worst_point(C):
    path, _ = game(C, 1 / (1 + C * C), 30_000)
    first = path.index(1.0)
    assert first % 3 == 0 and set(path[first::3]) == {1.0}
    assert min(path[-100:]) > 0.98
    assert per_step(C, path) == pytest.approx((2 * C - 4) / 3, rel=5e-3)
    assert failure.regret(failure.cycle(C, 3), path) / 30_000 == pytest.approx(per_step(C, path))


def test_eq_10_7_the_regret_comes_down_to_its_limit_like_one_over_the_root_of_steps():
    for C, rounded in ((3, 0.6670), (4, 1.3337), (10, 5.3337)):
        path, _ = game(C, 1 / (1 + C * C), 60_000, theta=1.0)  # from the worst point
        excess = [per_step(C, path[:T + 1]) - (2 * C - 4) / 3 for T in (15_000, 60_000)]
        assert 0 < excess[1] == pytest.approx(excess[0] / 2, rel=0.02)
        assert round((2 * C - 4) / 3 + excess[1], 4) == rounded  # at this T; the limit is less


@pytest.mark.parametrize("rho", [0.9, 0.99, 0.999])
@pytest.mark.parametrize("C", [3, 4, 10])
def test_the_usual_decays_solve_the_game(C, rho):
    path, _ = game(C, rho, 30_000)
    assert max(path[-3:]) < -0.99 and 0 < per_step(C, path) < 0.005


def fractions(C, n, rho):
    s = sum(rho**i for i in range(n))
    return [1 + (C * C - 1) / s * rho**j for j in range(n)]


@pytest.mark.parametrize(("C", "n"), [(3, 3), (5, 5), (9, 10), (Fraction(5, 2), 6)])
def test_eq_10_8_a_settled_round_closes_exactly(C, n):
    C = Fraction(C)
    for rho in (Fraction(0), Fraction(1, 10), Fraction(9, 10)):
        v = fractions(C, n, rho)
        for j in range(n):
            assert v[j] == rho * v[j - 1] + (1 - rho) * (C * C if j == 0 else 1)
    assert v[0] != rho * v[-2] + (1 - rho) * C * C  # a round of another length does not close


def up_over_down(C, n, rho):
    """(10.10) in mpmath's precision, from (10.8)."""
    rho = mpmath.mpf(rho)
    s = mpmath.fsum(rho**i for i in range(n))
    v = [1 + (C * C - 1) / s * rho**j for j in range(n)]
    return mpmath.fsum(mpmath.sqrt(v[0] / x) for x in v[1:]) / C


@pytest.mark.parametrize(("C", "n"), [(3, 3), (5, 5), (10, 10), (9, 10)])
def test_eq_10_9_and_10_10_against_a_long_run(C, n):
    for rho in (0.2, 0.8, 0.95):
        v = theta = 0.0
        for _ in range(int(40 / (1 - rho) / n) + 2):
            before = theta
            for g in [C] + [-1] * (n - 1):
                v = rho * v + (1 - rho) * g * g
                theta -= g / v**0.5
        assert failure.move(C, n, rho) == pytest.approx(theta - before, abs=1e-9)
        assert (theta > before) == (up_over_down(C, n, rho) > 1)


def test_eq_10_11_the_ratio_and_why_it_grows():
    C, rho, s, j = sympy.symbols("C rho s j", positive=True)
    v0, vj = 1 + (C**2 - 1) / s, 1 + (C**2 - 1) / s * rho**j
    claimed = 1 - (1 - rho**j) * (C**2 - 1) / (C**2 - 1 + s)
    assert sympy.simplify(vj / v0 - claimed) == 0
    grid = [Fraction(k, 40) for k in range(41)]
    for big, n in ((3, 3), (9, 10), (20, 20)):
        rows = [[x / v[0] for x in v] for v in (fractions(Fraction(big), n, r) for r in grid)]
        for one, two in zip(rows, rows[1:], strict=False):
            assert all(a < b for a, b in zip(one[1:], two[1:], strict=True))
        assert float(up_over_down(big, n, 0)) == pytest.approx(n - 1)
        assert float(up_over_down(big, n, 1)) == pytest.approx((n - 1) / big)


@pytest.mark.parametrize(("C", "digits"), [(3, 0.4723), (5, 0.8107), (10, 0.9554), (20, 0.9894)])
def test_the_threshold_by_two_other_root_finders(C, digits):
    star = failure.threshold(C)
    assert round(star, 4) == digits
    scipys = brentq(lambda r: float(up_over_down(C, C, r)) - 1, 0.1, 1 - 1e-6, xtol=1e-14)
    assert star == pytest.approx(scipys, abs=1e-12)
    with mpmath.workdps(40):
        exact = mpmath.findroot(lambda r: up_over_down(C, C, r) - 1, mpmath.mpf(star))
        assert abs(exact - star) < 3e-15
        assert abs(up_over_down(C, C, exact) - 1) < mpmath.mpf(10) ** -35
        assert abs(up_over_down(C, C + 1, exact) - 1) > 0.01  # another round, another threshold


@pytest.mark.parametrize("rho", [0.9, 0.99, 0.999, 0.9999])
def test_a_decay_fails_from_about_the_number_to_remember(rho):
    first = failure.first_failure(rho)
    assert up_over_down(first, first, rho) > 1 >= up_over_down(first - 1, first - 1, rho)
    assert abs(first - 2 / math.sqrt(1 - rho)) < 1.1
    if rho < 0.999:  # and from there on, as far as we look
        assert all(failure.pull(C, C, rho) > 1 for C in range(first, 6 * first, 3))


@pytest.mark.parametrize("c", [1.0, 4.0, 9.0])
def test_eq_10_12_the_limit(c):
    def excess(C):
        rho, j = 1 - c / C**2, np.arange(C)
        s, a = math.fsum(rho**j), C * C - 1.0
        ratio = 1 - (1 - rho**j[1:]) * a / (a + s)
        return math.fsum(1 / np.sqrt(ratio) - 1) - 1
    errors = [abs(excess(C) - (c / 4 - 1)) for C in (100, 1000, 10_000)]
    assert errors[1] < errors[0] / 5 and errors[2] < errors[1] / 5 and errors[2] < 1e-2
    assert abs(excess(10_000) - (c / 2 - 1)) > 0.1


def test_eq_10_12_the_threshold_times_the_square():
    found = [(1 - failure.threshold(C)) * C * C for C in (20, 100, 1000)]
    assert abs(found[2] - 4) < 0.01 and found[0] > found[1] > found[2] > 4


@pytest.mark.parametrize(("C", "n"), [(3, 3), (9, 10), (12, 7)])
def test_eq_10_13_the_error_is_of_second_order(C, n):
    g = [Fraction(C)] + [Fraction(-1)] * (n - 1)
    mean = sum(x * x for x in g) / n
    delta = [(mean - 1) * (Fraction(n - 1, 2) - j) for j in range(n)]
    assert sum(delta) == 0 and delta[0] - delta[-1] == C * C - mean
    jump = sum(a * d for a, d in zip(g, delta, strict=True))

    def error(forgets, half=2):
        law = float(-sum(g) + forgets * jump / (half * mean)) / math.sqrt(mean)
        v = fractions(Fraction(C), n, 1 - forgets)
        move = -sum(float(a) / math.sqrt(x) for a, x in zip(g, v, strict=True))
        return abs(law - move)
    assert error(Fraction(1, 1000)) < error(Fraction(1, 100)) / 50
    assert error(Fraction(1, 1000), half=1) > error(Fraction(1, 100), half=1) / 20
    assert failure.wobble([float(x) for x in g]) == pytest.approx((float(mean), float(jump)))


def test_eq_10_14_in_symbols():
    C = sympy.symbols("C", positive=True)
    mean = (C**2 + C - 1) / C
    jump = (C + 1) * (mean - 1) * (C - 1) / 2
    law = 4 * (C**2 + C - 1) / (C**2 - 1) ** 2
    assert sympy.simplify(2 * mean / jump - law) == 0
    assert sympy.limit(law * C**2, C, sympy.oo) == 4
    for big in (3, 10, 1000):
        assert 1 - failure.threshold_law(big) == pytest.approx(float(law.subs(C, big)), rel=1e-9)
    ratios = [(1 - failure.threshold_law(big)) / (1 - failure.threshold(big)) for big in (20, 1000)]
    assert abs(ratios[1] - 1) < abs(ratios[0] - 1) < 0.01


@pytest.mark.parametrize(("rho", "drift"), [(0.9, -0.6795), (0.99, -0.0667), (0.999, -0.00667)])
def test_hintons_ten_are_the_round_at_the_border(rho, drift):
    assert up_over_down(9, 10, rho) > 1 == up_over_down(9, 10, 1)
    assert -failure.move(9, 10, rho) == pytest.approx(drift, rel=1e-3)
    assert failure.threshold(9, 10) == 1.0 > failure.threshold(9.01, 10)


def at_rest(gradients, curvature, start, rho, steps=20_000, peak=False):
    """The mean place of the last round, with the learning rate t^(-3/4)."""
    n, v, top, theta, seen = len(gradients), 0.0, 0.0, start, []
    for t in range(1, steps + 1):
        g = gradients[(t - 1) % n] + curvature * theta
        v = rho * v + (1 - rho) * g * g
        top = max(top, v) if peak else v
        theta -= g / top**0.5 / t**0.75
        seen.append(theta)
    return math.fsum(seen[-n:]) / n


TEN = [0.1] * 9 + [-0.9]


def test_eq_10_15_the_law_in_exact_fractions():
    mean, jump = Fraction(9, 100), Fraction(-20, 3) * 2 * Fraction(27, 1000)
    assert jump == Fraction(-36, 100)
    assert jump / (2 * 10 * mean) == Fraction(-1, 5)
    assert failure.rest_law(TEN, 4.0, 0.99) == pytest.approx(-0.01 / 20, rel=1e-9)


@pytest.mark.parametrize(("curvature", "start"), [(0.2, -5.0), (4.0, -2.0)])
def test_eq_10_15_where_it_rests(curvature, start):
    for rho, off in ((0.9, 0.05), (0.99, 0.01)):
        place = at_rest(TEN, curvature, start, rho)
        assert place == pytest.approx(-(1 - rho) / (5 * curvature), rel=off)
    assert abs(at_rest(TEN, curvature, start, 0.9, peak=True)) < 1e-5  # AMSGrad: the minimum


@pytest.mark.parametrize("C", [2.1, 3, 10])
@pytest.mark.parametrize("rho", [0.0, 0.1, 0.9])
def test_eq_10_16_and_10_17_each_round_of_amsgrad_goes_down(C, rho):
    path, peak = game(C, rho, 3000, peak=True, wall=math.inf)
    assert all(a <= b for a, b in zip(peak, peak[1:], strict=False)) and peak[-1] <= C * C
    for k in range(0, 3000, 3):
        least = (C - 2) / C * 0.1 / math.sqrt(k + 1)
        assert path[k] - path[k + 3] >= least * (1 - 1e-9)
    assert game(C, rho, 30_000, peak=True)[0][-1] < -0.98 or C < 3


def test_eq_10_17_is_false_for_rmsprop():
    path, _ = game(3, 0.1, 300, wall=math.inf)
    assert all(path[k] < path[k + 3] for k in range(3, 297, 3))


@pytest.mark.parametrize("rho", [0.9, 0.99])
@pytest.mark.parametrize("spike", [7.0, 1000.0])
def test_eq_10_18_and_10_19_after_a_spike(rho, spike):
    v = top = rho + (1 - rho) * spike**2
    assert failure.frozen_pace(spike, rho) == pytest.approx(1 / math.sqrt(top), rel=1e-12)
    k = 0
    while 1 / math.sqrt(v) < 0.5:
        v, k = rho * v + (1 - rho), k + 1
        top = max(top, v)
    assert k == math.ceil(failure.recovery(spike, rho))
    assert top == rho + (1 - rho) * spike**2
    halfway = math.log((1 - rho) * (spike**2 - 1) / 3) / -math.log(rho)
    assert failure.recovery(spike, rho) == pytest.approx(max(halfway, 0), rel=1e-12)


def rates(gradients, rho, kind):
    """Step per unit of gradient of AMSGrad with bias correction, the maximum raw or debiased."""
    v, top, found = 0.0, 0.0, []
    for t, g in enumerate(gradients, 1):
        v, seen = rho * v + (1 - rho) * g * g, 1 - rho**t
        top = max(top, v if kind == "raw" else v / seen)
        found.append(math.sqrt(seen / top) if kind == "raw" else 1 / math.sqrt(top))
    return np.array(found)


@pytest.mark.parametrize("rho", [0.9, 0.999])
def test_eq_10_20_how_much_a_rate_can_grow(rho):
    rng = np.random.default_rng(20)
    largest = 0.0
    for gradients in ([1000.0] + [1.0] * 5000, rng.standard_normal(500) ** 3 + 1e-3):
        raw, debiased = (rates(gradients, rho, kind) for kind in ("raw", "debiased"))
        assert (np.diff(debiased) <= 0).all()
        growth = np.maximum.accumulate(raw[::-1])[::-1] / raw
        t = np.arange(1, len(raw) + 1)
        assert (growth <= (1 + 1e-12) / np.sqrt(1 - rho**t)).all()
        largest = max(largest, growth[0])
    assert largest > 0.95 / math.sqrt(1 - rho)  # the bound is nearly reached, and 1 is passed


def slow_v(C, n, rho, rounds, v=0):
    """Yogi's v after each step of a game, in the numbers of C, rho and v: a list of rounds."""
    found = []
    for _ in range(rounds):
        found.append([])
        for g in [C] + [-1] * (n - 1):
            square = g * g
            v += (1 - rho) * square * ((square > v) - (square < v))
            found[-1].append(v)
    return found


def slow_moves(C, rounds):
    """What each round moves up, in learning rates."""
    return [-C / math.sqrt(v[0]) + sum(1 / math.sqrt(x) for x in v[1:]) for v in rounds]


@pytest.mark.parametrize("start", [0, 1, 150])
@pytest.mark.parametrize(("C", "n"), [(3, 3), (10, 10), (9, 10), (Fraction(201, 100), 3)])
def test_eq_10_21_and_10_22_the_band_in_exact_fractions(C, n, start):
    for rho in (Fraction(1, 2), Fraction(9, 10)):
        late = slow_v(C, n, rho, 500, Fraction(start))[400:]
        heights = [v[0] for v in late]
        assert rho * C * C <= min(heights) and max(heights) <= (2 - rho) * C * C
        for v in late:
            assert v == [v[0] - j * (1 - rho) for j in range(n)] and v[-1] > 1
        assert yogi.band(C, rho) == (rho * C * C, (2 - rho) * C * C)
        assert max(heights) - min(heights) > (1 - rho) * C * C / 2  # the band is needed


def test_eq_10_21_is_what_the_module_does():
    for C, n, rho in ((3, 3, 0.1), (10, 10, 0.9)):
        rounds = slow_v(float(C), n, rho, 50)
        moves = slow_moves(C, rounds)
        path = failure.play(yogi.yogi, failure.cycle(C, n), 50 * n, lr=1.0, power=0.0, bounds=None,
                            rho=rho, eps=0.0)
        assert [path[n * (k + 1)] - path[n * k] for k in range(50)] == pytest.approx(
            moves, abs=1e-12)


def test_no_natural_round_leads_yogi_astray_from_one_half_on():
    y = sympy.symbols("y", positive=True)
    assert 1 / sympy.sqrt(1 - sympy.Rational(2, 9)) < 1 + sympy.Rational(61, 100) * sympy.Rational(
        2, 9)  # at the end of the chord, and below it in between: a convex function
    assert sympy.diff(1 / sympy.sqrt(1 - y), y, 2).subs(y, 0.1) > 0
    assert all(Fraction(C - 1, C * C) <= Fraction(2, 9) for C in range(3, 200))
    assert all(C / 2 * C - (C - 1) / 2 > 1 for C in range(3, 200))
    for C in (3, 4, 7, 10, 30, 100):
        for rho in (0.5, 0.75, 0.99):
            late = slow_v(C, C, rho, 400 if rho > 0.9 else 60)[-30:]
            assert max(slow_moves(C, late)) < 0
            for v in late:
                assert all(1 - x / v[0] <= j * (1 + 1e-9) / C**2 for j, x in enumerate(v))
    assert failure.pull(30, 30, 0.99) > 1  # RMSprop fails there


def test_a_tiny_decay_leads_yogi_astray_on_a_natural_round():
    """Why the theorem has a condition: the mean move of the late rounds, measured."""
    for C, rho, up in ((20, 0.0025, True), (20, 0.2, False), (3, 0.1, False), (10, 0.01, False)):
        assert (np.mean(slow_moves(C, slow_v(C, C, rho, 3000)[1000:])) > 0) == up


def test_at_the_border_and_a_little_beyond_every_late_round_of_yogi_goes_up():
    for C, n in ((9, 10), (2.0, 3), (4.0, 5)):
        for rho in (0.5, 0.9, 0.99):
            beyond = (1 - rho) * n * (n - 1) / (4 * (2 - rho) * C * C)  # surely still astray
            for off, up in ((0.0, True), (0.9 * beyond, True), (0.5, False)):
                if up or rho > 0.9:
                    late = slow_moves(C + off, slow_v(C + off, n, rho, 2000)[1000:])
                    assert all((x > 0) == up for x in late)


@pytest.mark.parametrize(("n", "off"), [(3, 0.01), (3, 0.001), (10, 0.003)])
def test_eq_10_23_the_threshold_of_yogi_to_first_order(n, off):
    C = n - 1 + off
    law = 1 - 4 * C * C * off / (n * (n - 1))
    assert yogi.threshold_law(C, n) == pytest.approx(law)
    for factor, up in ((1.1, True), (0.9, False)):
        rho = 1 - factor * (1 - law)
        rounds = int(8 / (1 - rho))
        late = slow_moves(C, slow_v(C, n, rho, rounds)[rounds // 2:])
        assert (math.fsum(late) > 0) == up
    assert 1 - yogi.threshold_law(20, 20) > 4


@pytest.mark.parametrize("rho", [0.9, 0.99, 0.999])
@pytest.mark.parametrize("spike", [99.5, 300.25])
def test_eq_10_24_after_a_spike_yogi_walks_down(rho, spike):
    v, k = 1 + (1 - rho) * spike**2, 0
    while 1 / math.sqrt(v) < 0.5:
        v, k = v - (1 - rho), k + 1
    law = spike**2 - 3 / (1 - rho)
    assert k == math.ceil(law) and yogi.recovery(spike, rho) == pytest.approx(law, rel=1e-12)
    assert law > 5 * failure.recovery(spike, rho) and abs(law - spike**2) <= 3001
