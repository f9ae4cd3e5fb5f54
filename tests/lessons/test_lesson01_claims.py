"""Lesson 1: each displayed equation that claims something, and each number, found another way."""

import itertools
import statistics
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import rmsprop_lab as lab
from rmsprop_lab import averages

RHO = sympy.symbols("rho", positive=True)
DECAYS = ["0.9", "0.95", "0.99", "0.999"]


def summed(term, k):
    """The sum over k = 0, 1, 2, ... for 0 < rho < 1, and sympy must find its closed form."""
    total = sympy.summation(term, (k, 0, sympy.oo))
    total = total.replace(sympy.Piecewise, lambda *branches: branches[0][0])
    assert not total.has(sympy.Sum)
    return total


def test_eq_1_1_is_the_plain_mean_exactly():
    xs = [Fraction(n, 7) for n in (3, -1, 4, 1, -5, 9, 2, 6)]
    v = Fraction(12345)  # what is there before the first sample weighs nothing
    for t, x in enumerate(xs, 1):
        v = averages.mean(v, x, Fraction(t))
        assert v == statistics.mean(xs[:t])
    assert averages.means([8.0, 4.0, 0.0, 4.0]) == [8.0, 6.0, 4.0, 4.0]


def test_eq_1_1_after_equal_numbers_of_two_kinds_is_in_the_middle():
    assert averages.means([9.0] * 60 + [1.0] * 60)[-1] == pytest.approx(5.0, rel=1e-12)


def test_eq_1_2_with_a_decay_of_1_minus_1_over_t_is_eq_1_1():
    v, x, t = sympy.symbols("v x t", positive=True)
    assert sympy.simplify(averages.ema(v, x, 1 - 1 / t) - ((t - 1) * v + x) / t) == 0


def test_eq_1_3_unrolls_the_recursion():
    v0, *xs = sympy.symbols("v0 x1:7")
    v = v0
    for x in xs:
        v = averages.ema(v, x, RHO)
    weights = [(1 - RHO) * RHO**k for k in range(6)]
    claimed = RHO**6 * v0 + sum(w * x for w, x in zip(weights, reversed(xs), strict=True))
    assert sympy.expand(v - claimed) == 0
    assert sympy.expand(v.subs(RHO, sympy.Rational(1, 3)) - claimed.subs(RHO, 0.5)) != 0
    assert averages.weights(0.5, 6) == [float(w.subs(RHO, sympy.Rational(1, 2))) for w in weights]


def test_eq_1_4_and_the_limit_of_the_share():
    for n in (1, 2, 10):
        total = sum((1 - RHO) * RHO**k for k in range(n))
        assert sympy.expand(total - (1 - RHO**n)) == 0
    limit = sympy.limit(sympy.log(RHO) / (1 - RHO), RHO, 1, "-")
    assert 1 - sympy.exp(limit) == 1 - sympy.exp(-1)


def test_the_window_of_ten_holds_two_thirds():
    share = sum(Fraction(1, 10) * Fraction(9, 10) ** k for k in range(10))
    assert float(share) == pytest.approx(0.651, abs=5e-4)
    assert averages.share_of_last(0.9, 10) == pytest.approx(float(share), rel=1e-14)


@pytest.mark.parametrize("rho", DECAYS)
def test_eq_1_5_half_a_weight_is_left_after_a_half_life(rho):
    h = averages.half_life(float(rho))
    with localcontext() as context:
        context.prec = 40
        assert float(Decimal(rho) ** Decimal(h)) == pytest.approx(0.5, rel=1e-12)
    assert f"{averages.half_life(0.9):.2f}" == "6.58"


@pytest.mark.parametrize("rho", DECAYS)
@pytest.mark.parametrize("fraction", ["0.9", "0.95", "0.99"])
def test_settling_by_forty_digits(rho, fraction):
    with localcontext() as context:
        context.prec = 40
        left, t = Decimal(1), 0
        while 1 - left < Decimal(fraction):
            left, t = left * Decimal(rho), t + 1
    assert averages.settling_steps(float(rho), float(fraction)) == t


def test_the_settling_times_of_the_lesson():
    found = {r: [averages.settling_steps(r, f) for f in (0.9, 0.95, 0.99)]
             for r in (0.9, 0.99, 0.999)}
    assert found == {0.9: [22, 29, 44], 0.99: [230, 299, 459], 0.999: [2302, 2995, 4603]}


def test_the_table_of_the_empty_start_in_exact_fractions():
    v, rho, seen = Fraction(0), Fraction(9, 10), {}
    for t in range(1, 31):
        v = rho * v + (1 - rho) * 9
        assert v == 9 * (1 - rho**t)
        assert averages.debias(v, rho, t) == 9  # (1.6)
        seen[t] = float(v)
    lesson = averages.history([9.0] * 30, 0.9)
    assert lesson == pytest.approx(list(seen.values()), rel=1e-13)
    assert [f"{seen[t]:.3f}" for t in (1, 2, 3, 5, 10, 30)] == [
        "0.900", "1.710", "2.439", "3.686", "5.862", "8.618"]
    assert [f"{0.1 / seen[t] ** 0.5:.4f}" for t in (5, 10, 30)] == ["0.0521", "0.0413", "0.0341"]


@pytest.mark.parametrize("rho", [0.0, 0.9, 0.99, 0.999])
def test_eq_1_7_is_the_step_rmsprop_makes(rho):
    slope = lab.problems.constant(-3.0)
    path = lab.run(lab.RMSprop(lr=0.25, rho=rho, eps=0.0), slope, 50)
    claimed = [0.25 * averages.start_up_step(rho, t) for t in range(1, 51)]
    assert path.effective_step[:, 0] == pytest.approx(claimed, rel=1e-9)


def test_the_first_steps_of_the_lesson():
    steps = [averages.start_up_step(0.9, t) for t in range(1, 6)]
    assert [f"{step:.2f}" for step in steps] == ["3.16", "2.29", "1.92", "1.71", "1.56"]
    assert averages.start_up_step(0.99, 1) == pytest.approx(10, rel=1e-12)
    assert f"{averages.start_up_step(0.999, 1):.1f}" == "31.6"


@pytest.mark.parametrize("rho, shown", [
    ("0.9", "9.14"), ("0.95", "21.07"), ("0.99", "123.86"), ("0.999", "1339.93")])
def test_eq_1_8_by_thirty_digits(rho, shown):
    with localcontext() as context:
        context.prec = 30
        left, total = Decimal(rho), Decimal(0)
        while left > Decimal("1e-18"):
            total += 1 / (1 - left).sqrt() - 1
            left *= Decimal(rho)
    assert averages.extra_travel(float(rho)) == pytest.approx(float(total), rel=1e-10)
    assert f"{total:.2f}" == shown


def test_eq_1_8_tends_to_two_half_lives():
    w, u = sympy.symbols("w u", positive=True)
    # the substitution w = 1 - exp(-u), and the antiderivative 2 ln(1 + sqrt w)
    integrand = (1 / sympy.sqrt(w) - 1) / (1 - w)
    assert sympy.simplify(sympy.diff(2 * sympy.log(1 + sympy.sqrt(w)), w) - integrand) == 0
    slope = sympy.diff(1 - sympy.exp(-u), u).subs(u, -sympy.log(1 - w))
    assert sympy.simplify(slope - (1 - w)) == 0
    # Euler and Maclaurin: 2 ln 2 / a + zeta(1/2) / sqrt a + 1/2, a = -ln rho
    for rho in (0.99, 0.999, 0.9999):
        a = -np.log(rho)
        expected = 2 * np.log(2) / a + float(sympy.zeta(sympy.Rational(1, 2))) / np.sqrt(a) + 0.5
        assert averages.extra_travel(rho) == pytest.approx(expected, rel=2e-4)
    ratio = averages.extra_travel(0.9999) / averages.half_life(0.9999)
    assert 1.97 < ratio < 2


def test_the_sum_misses_half_of_the_area_left_of_its_first_term():
    missed = []
    for rho in (0.99, 0.999, 0.9999):
        distance = -np.log(rho)
        area = 2 * np.log(1 + np.sqrt(1 - rho))  # from w = 0 to w = 1 - rho
        assert area == pytest.approx(2 * np.sqrt(distance), rel=0.1)
        missed.append(1 - distance * (1 / np.sqrt(1 - rho) - 1) / area)
    assert missed == sorted(missed, reverse=True) and missed[-1] == pytest.approx(0.5, abs=0.005)


def test_the_excess_grows_more_than_tenfold_and_the_first_step_tenfold():
    times = averages.extra_travel(0.999) / averages.extra_travel(0.9)
    assert times == pytest.approx(146.6, abs=0.05)
    assert averages.start_up_step(0.999, 1) / averages.start_up_step(0.9, 1) == pytest.approx(10)


def test_extra_travel_refuses_a_decay_at_which_it_would_not_end():
    for rho in (1.0, -0.1, float("nan")):
        with pytest.raises(lab.errors.HyperparameterError, match="rho"):
            averages.extra_travel(rho)


def test_eq_1_9_mean_age_and_the_lateness_on_a_ramp():
    k = sympy.symbols("k", integer=True, nonnegative=True)
    assert sympy.simplify(summed(k * (1 - RHO) * RHO**k, k) - RHO / (1 - RHO)) == 0
    t, v = sympy.symbols("t v")
    late = RHO / (1 - RHO)
    # if v_{t-1} = t - 1 - a, then v_t = t - a
    assert sympy.simplify(averages.ema(t - 1 - late, t, RHO) - (t - late)) == 0
    assert averages.mean_age(0.9) == pytest.approx(9)


def test_eq_1_10_effective_sample_size():
    k = sympy.symbols("k", integer=True, nonnegative=True)
    size = 1 / summed((1 - RHO) ** 2 * (RHO**2) ** k, k)
    assert sympy.simplify(size - (1 + RHO) / (1 - RHO)) == 0
    assert sympy.simplify(size - (2 * RHO / (1 - RHO) + 1)) == 0
    assert averages.effective_sample_size(0.9) == pytest.approx(19)
    for n in (1, 10, 19):  # a window: mean age (n - 1) / 2
        assert 2 * statistics.mean(range(n)) + 1 == n


@pytest.mark.parametrize("rho, q", [("9/10", "9604/10000"), ("9/10", "36/100"), ("1/2", "3/4")])
def test_eq_1_11_following_a_geometric_sequence(rho, q):
    rho, q = Fraction(rho), Fraction(q)
    v, x = Fraction(0), Fraction(64)
    for t in range(1, 30):
        v = rho * v + (1 - rho) * x
        assert v / x == (1 - rho) * (1 - (rho / q) ** t) / (1 - rho / q)
        x *= q


def test_the_bench_shrinks_by_the_factors_of_the_lesson():
    path = lab.run(lab.SGD(lr=0.1), lab.problems.bench(), 20)
    assert path.grad[1:, 0] / path.grad[:-1, 0] == pytest.approx(0.98, rel=1e-12)
    assert path.grad[1:, 1] / path.grad[:-1, 1] == pytest.approx(0.6, rel=1e-12)


squares = st.lists(st.integers(0, 1000), min_size=1, max_size=30)


@given(squares, st.integers(0, 1000), st.integers(1, 9))
def test_eq_1_12_no_faster_than_the_leak(xs, v0, tenths):
    rho = Fraction(tenths, 10)
    v = [Fraction(v0)]
    for x in xs:
        v.append(rho * v[-1] + (1 - rho) * x)
    for early, late in itertools.combinations(range(len(v)), 2):
        assert v[late] >= rho ** (late - early) * v[early]
    signed = rho * 1 + (1 - rho) * -5
    assert signed < rho  # it needs samples that are not negative


@pytest.mark.parametrize("rho, steps", [("0.9", 81), ("0.99", 614), ("0.999", 3862)])
def test_how_long_an_outlier_lasts(rho, steps):
    with localcontext() as context:
        context.prec = 40
        rho = Decimal(rho)
        excess, k = (1 - rho) * (Decimal(100) ** 2 - 1), 0
        while excess > Decimal("0.21"):
            excess, k = excess * rho, k + 1
    assert k == steps


@pytest.mark.parametrize("quiet", [0, 1, 10, 100])
def test_a_quiet_start_defeats_the_correction(quiet):
    rho = Fraction(9, 10)
    v = Fraction(0)
    for x in [0] * quiet + [9]:
        v = rho * v + (1 - rho) * x
    squared = 9 / averages.debias(v, rho, quiet + 1)
    assert squared == (1 - rho ** (quiet + 1)) / (1 - rho)
    adam = lab.run(lab.Adam(lr=1.0, beta1=0.0, beta2=0.9, eps=1e-30),
                   lab.problems.Stream([0.0] * quiet + [3.0]), quiet + 1)
    assert float(adam.effective_step[-1, 0]) == pytest.approx(float(squared) ** 0.5, rel=1e-9)


@pytest.mark.parametrize("dtype, spacing", [("float32", 2.0**-24), ("float16", 2.0**-11)])
@pytest.mark.parametrize("rho", [0.9, 0.99, 0.999])
def test_eq_1_13_where_a_short_format_stands_still(dtype, spacing, rho):
    assert np.nextafter(np.array(1, dtype), np.array(0, dtype)) == 1 - spacing
    v, before = np.zeros(1, dtype), None
    while before is None or v[0] != before:
        before, v = v[0], averages.ema(v, np.ones(1, dtype), rho)
    assert 1 - float(v[0]) == pytest.approx(spacing / (2 * (1 - rho)), rel=0.3)
    exact = averages.history([1.0] * 40_000, rho)[-1]
    assert 1 - exact < 1e-12


def test_self_check_a_half_life_of_a_hundred_steps():
    assert averages.half_life(2 ** (-1 / 100)) == pytest.approx(100)
    assert 1 - 2 ** (-1 / 100) == pytest.approx(np.log(2) / 100, rel=0.01)


def test_exercise_1_the_first_sample_outweighs_the_others_for_22_steps():
    x = sympy.symbols("x1:30")
    v, rho = x[0], sympy.Rational(9, 10)
    for t, sample in enumerate(x, 1):
        v = sympy.expand(averages.ema(v, sample, rho))
        assert v.coeff(x[0]) == rho ** (t - 1)
        heaviest = max(v.coeff(other) for other in x[1:t]) if t > 1 else 0
        assert (v.coeff(x[0]) > heaviest) == (t <= 22)


def test_exercise_2_the_textbook_form_drifts_and_the_move_does_not():
    draws = np.random.default_rng(0).standard_normal((5000, 200)) ** 2
    form, move, exact = (np.zeros(200, d) for d in ("float32", "float32", "float64"))
    drift = []
    for x in draws.astype("float32"):
        form = averages.ema(form, x, 0.999)
        move = move + (1 - 0.999) * (x - move)
        exact = averages.ema(exact, x.astype("float64"), 0.999)
        drift.append([(form / exact - 1).mean(), (move / exact - 1).mean()])
    form_drift, move_drift = np.abs(np.mean(drift[-1000:], axis=0))
    kept, added = float(np.float32(0.999)), float(np.float32(1 - 0.999))
    assert form_drift == pytest.approx(added / (1 - kept) - 1, rel=0.1)
    assert move_drift < form_drift / 100


def test_exercise_3_an_average_of_averages():
    k = sympy.symbols("k", integer=True, nonnegative=True)
    once = averages.weights(0.9, 60)
    twice = np.convolve(once, once)[:60]
    assert twice == pytest.approx([0.01 * (n + 1) * 0.9**n for n in range(60)])
    weight = (1 - RHO) ** 2 * (k + 1) * RHO**k
    assert sympy.simplify(summed(k * weight, k) - 2 * RHO / (1 - RHO)) == 0
    size = sum((0.01 * (n + 1) * 0.9**n) ** 2 for n in range(2000))
    assert 2 * 18 + 1 < 1 / size < 2 * 18 + 2  # hardly a better bargain than one average
