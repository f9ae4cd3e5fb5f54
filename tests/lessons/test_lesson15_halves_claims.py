"""Lesson 15, sixteen bits and the recurrent network, checked with exact fractions and NumPy."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy

import rmsprop_lab as lab
from rmsprop_lab import wild


def bfloat16(x):
    """The nearest number of 8 binary digits to a positive Fraction, ties to even; exact."""
    e = math.floor(math.log2(x))
    e += (Fraction(2) ** (e + 1) <= x) - (Fraction(2) ** e > x)
    unit = Fraction(2) ** (e - 7)
    return round(x / unit) * unit  # Python rounds a Fraction's ties to even


def walk(v, square, rho, steps):
    v = Fraction(v)
    for _ in range(steps):
        v = bfloat16(rho * v + (1 - rho) * square)
    return v


def test_eq_15_22_the_spacing():
    for v in (Fraction(1), Fraction(3, 2), Fraction(255, 128), Fraction(1, 3), Fraction(77)):
        low = bfloat16(v)
        e = math.floor(math.log2(low))
        assert wild.spacing(float(low)) == 2.0 ** (e + 1 - 8)
        assert bfloat16(low + Fraction(wild.spacing(float(low)))) == low + Fraction(
            wild.spacing(float(low)))
        third = low + Fraction(wild.spacing(float(low))) / 3
        assert bfloat16(third) == low  # nothing lies between
    assert np.spacing(np.float16(1.0)) == wild.spacing(1.0, "float16")


@pytest.mark.parametrize("rho", [0.9, 0.99, 0.999])
def test_eq_15_23_where_a_square_vanishes(rho):
    edge = math.sqrt(2.0**-25 / (1 - rho))
    for factor, stays in ((0.99, True), (1.01, False)):
        v = np.float16(0)
        for _ in range(50):
            v = np.float16(rho * float(v) + (1 - rho) * (factor * edge) ** 2)
        assert (v == 0) == stays
    assert np.float16(2.0**-25) == 0 and np.float16(2.0**-25 * 1.001) > 0
    assert np.float16(1e-8) == 0


@pytest.mark.parametrize(("rho", "rest"), [(Fraction(999, 1000), Fraction(1, 4)),
                                           (Fraction(99, 100), Fraction(206, 256)),
                                           (Fraction(9, 10), Fraction(252, 256))])
def test_eq_15_24_where_an_average_sticks(rho, rest):
    v = bfloat16((1 - rho) * 1)
    for _ in range(3000):
        v = bfloat16(rho * v + (1 - rho))
    assert v == rest
    half = Fraction(wild.spacing(float(rest))) / 2
    assert (1 - rho) * (1 - rest) <= half
    before = rest - Fraction(wild.spacing(float(rest) * 0.999))
    # With rho = 0.9 the number before is left by a tie, towards the even one.
    assert (1 - rho) * (1 - before) >= Fraction(wild.spacing(float(before))) / 2
    assert float(wild.stored(np.ones(3000), float(rho))[-1]) == rest


def test_eq_15_25_the_threshold_exactly():
    """Of all 128 numbers between two powers of two, none sinks at 1 - 2^-9, and 1 does below it."""
    at = 1 - Fraction(1, 512)
    assert all(walk(Fraction(k, 128), 0, at, 1) == Fraction(k, 128) for k in range(128, 257))
    below = at - Fraction(1, 10**6)
    assert walk(1, 0, below, 1) < 1
    assert walk(1, 0, Fraction(999, 1000), 50) == 1 and walk(1, 0, Fraction(99, 100), 50) < 1


def test_eq_15_26_rounding_by_chance_has_the_mean_x():
    a, b, x = sympy.symbols("a b x")
    up = (x - a) / (b - a)
    assert sympy.simplify(b * up + a * (1 - up) - x) == 0
    variance = sympy.simplify(b**2 * up + a**2 * (1 - up) - x**2)
    assert sympy.simplify(variance - (b - x) * (x - a)) == 0
    assert sympy.simplify((b - a) ** 2 / 4 - variance - (x - (a + b) / 2) ** 2) == 0  # at most that
    nearest = b  # for x above the middle
    assert sympy.simplify(nearest - x) != 0


def test_eq_15_27_the_mean_follows_the_exact_recursion():
    """All 2^4 fates of four roundings to multiples of 1/4, with their probabilities."""
    rho, squares = Fraction(3, 4), [Fraction(k, 8) for k in (3, 7, 1, 5)]
    fates, exact = {Fraction(0): Fraction(1)}, Fraction(0)
    for square in squares:
        exact = rho * exact + (1 - rho) * square
        after = {}
        for v, chance in fates.items():
            x = rho * v + (1 - rho) * square
            low = Fraction(math.floor(4 * x), 4)
            up = (x - low) * 4
            for place, p in ((low, 1 - up), (low + Fraction(1, 4), up)):
                after[place] = after.get(place, 0) + chance * p
        fates = after
        assert sum(v * p for v, p in fates.items()) == exact
    assert len(fates) > 2


@pytest.mark.parametrize("rho", [0.9, 0.99, 0.999])
def test_eq_15_28_the_spread_stays_within_its_bound(rho):
    squares = np.random.default_rng(2).standard_normal((1500, 600)) ** 2
    exact = wild.stored(squares, rho, "float32")[-1]
    rounded = wild.stored(squares, rho, rounding="chance")[-1]
    spread = np.std(rounded / exact)
    assert 0.1 * wild.rounding_spread(rho) < spread < wild.rounding_spread(rho)
    assert abs((rounded / exact).mean() - 1) < 4 * spread / math.sqrt(600)
    r = sympy.symbols("r", positive=True)
    series = sympy.summation(r ** (2 * sympy.Symbol("k")), (sympy.Symbol("k"), 0, sympy.oo))
    assert sympy.simplify(series.args[0][0] - 1 / (1 - r**2)) == 0


def test_eq_15_30_the_bend_and_its_slope():
    z = sympy.symbols("z", real=True)
    h = z / sympy.sqrt(1 + z**2)
    slope = (1 + z**2) ** sympy.Rational(-3, 2)
    assert sympy.simplify(sympy.diff(h, z) - slope) == 0
    assert sympy.simplify(sympy.diff(h, z) - (1 - h**2)) != 0  # that would be the slope of tanh


def network(theta, x, s):
    """(15.29) to (15.31) for one sequence and two units, in symbols."""
    U, W, b, a, c = theta
    h = sympy.zeros(2, 1)
    zs = []
    for xt in x:
        z = U.T * h + W.T * xt + b
        zs.append(z)
        h = z.applyfunc(lambda q: q / sympy.sqrt(1 + q**2))
    return ((a.T * h)[0] + c - s) ** 2, zs


def test_eqs_15_29_and_15_31_to_15_34_back_through_time_in_symbols():
    u = sympy.Matrix(2, 2, sympy.symbols("u0:4"))
    W = sympy.Matrix([[1, -2], [sympy.Rational(1, 2), 1]])
    b = sympy.Matrix([sympy.Rational(1, 3), -1])
    a, c, s = sympy.Matrix([2, -1]), sympy.Rational(1, 5), sympy.Rational(3, 4)
    x = [sympy.Matrix([sympy.Rational(1, 2), 0]), sympy.Matrix([sympy.Rational(1, 4), 1]),
         sympy.Matrix([sympy.Rational(3, 4), 1])]
    f, _ = network((u, W, b, a, c), x, s)
    at = dict(zip(u, (0.3, -0.7, 1.1, 0.4), strict=True))
    exact = np.array([[float(sympy.diff(f, u[i, j]).subs(at)) for j in (0, 1)] for i in (0, 1)])
    U = np.array([[0.3, -0.7], [1.1, 0.4]])
    Wn, bn, an = (np.array(m, float) for m in (W, b, a))
    h, slopes = [np.zeros((2, 1))], []
    for xt in x:
        z = U.T @ h[-1] + Wn.T @ np.array(xt, float) + bn
        h.append(z / np.sqrt(1 + z * z))
        slopes.append((1 + z * z) ** -1.5)
    delta = 2 * ((an.T @ h[-1])[0, 0] + 0.2 - 0.75) * an * slopes[-1]  # (15.32), B = 1
    total = h[-2] @ delta.T
    for t in (1, 0):
        delta = (U @ delta) * slopes[t]  # (15.33)
        total = total + h[t] @ delta.T  # (15.34)
    assert np.allclose(total, exact, rtol=1e-12)
    assert not np.allclose(total.T, exact, rtol=1e-3)
    a = sympy.Matrix(sympy.symbols("a0:2"))  # used once, at the end
    f, _ = network((u, W, b, a, c), x, s)
    by_a = [float(sympy.diff(f, q).subs(at).subs(dict(zip(a, (2, -1), strict=True)))) for q in a]
    error = 2 * ((an.T @ h[-1])[0, 0] + 0.2 - 0.75)
    assert np.allclose(by_a, error * h[-1][:, 0], rtol=1e-12)


def test_eq_15_35_no_way_back_grows_faster_than_sigma():
    rng = np.random.default_rng(4)
    for _ in range(20):
        U, delta = rng.standard_normal((6, 6)), rng.standard_normal(6)
        sigma, first = np.linalg.svd(U)[1][0], np.linalg.norm(delta)
        for k in range(1, 8):
            delta = (U @ delta) * (1 + rng.standard_normal(6) ** 2) ** -1.5
            assert np.linalg.norm(delta) <= sigma**k * first * (1 + 1e-12)
    radius = np.abs(np.linalg.eigvals([[0.5, 9.0], [0.0, 0.5]])).max()
    grown = np.linalg.norm(np.array([[0.5, 9.0], [0.0, 0.5]]) @ [0.0, 1.0])
    assert grown > radius  # the largest eigenvalue would be no bound


def test_with_some_starts_no_method_learns_the_adding_problem_in_so_few_steps():
    def lowest(seed, make):
        task = lab.problems.AddingRNN(length=12, hidden=8, batch=10, held_out=128, seed=seed)
        found = lab.sweep(make, {"lr": [0.005, 0.01, 0.02, 0.05, 0.1, 0.2]},
                          lab.problems.Clipped(task, 1.0), 400, record=range(250, 400, 15))
        return np.median(found.losses, axis=1).min()
    assert min(lowest(5, make) for make in (lab.AdaGrad, lab.RMSprop, lab.Adam)) > 0.125
    assert lowest(0, lab.RMSprop) < 0.1


def test_eq_15_36_clipping_keeps_the_direction():
    g = np.array([3.0, -4.0, 12.0])
    for limit in (6.5, 26.0):
        clipped = g * min(1.0, limit / np.linalg.norm(g))
        assert np.linalg.norm(clipped) == min(13.0, limit)
        assert np.allclose(clipped / np.linalg.norm(clipped), g / 13, rtol=1e-15)
    assert not np.allclose(np.clip(g, -6.5, 6.5) / np.linalg.norm(np.clip(g, -6.5, 6.5)), g / 13)


@pytest.mark.parametrize("rho", [0.9, 0.99])
@pytest.mark.parametrize("c", [10.0, 100.0])
def test_eq_15_37_the_silence_after_a_spike(rho, c):
    v, steps = rho + (1 - rho) * c * c, 0
    while 1 / math.sqrt(v) < 0.5:
        v, steps = rho * v + (1 - rho), steps + 1
    assert steps == math.ceil(wild.silence(c, rho))
    k = sympy.symbols("k", positive=True)
    over = (1 - sympy.Rational(str(rho))) * (int(c) ** 2 - 1)
    if over > 3:
        at = sympy.log(3 / over) / sympy.log(sympy.Rational(str(rho)))
        assert abs(float((1 + over * sympy.Rational(str(rho)) ** k).subs(k, at)) - 4) < 1e-9
