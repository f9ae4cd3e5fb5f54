"""Lesson 17: each displayed equation that claims something, without the clinic's own optimizers."""

import math
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
import pytest
import sympy

from rmsprop_lab import clinic, problems
from rmsprop_lab.clinic import laws, report


def walked(rule, steps, scale=1):
    """Steps of a rule under a constant gradient, in learning rates, by exact or Decimal numbers."""
    out, state = [], {}
    for t in range(1, steps + 1):
        out.append(rule(state, scale, t))
    return out


@pytest.mark.parametrize(("k", "divisor"), [
    (0, lambda v: 1), (1, lambda v: sympy.sqrt(v)), (2, lambda v: v),
    (sympy.Rational(1, 2), lambda v: v ** sympy.Rational(1, 4))])
def test_eq_17_1_the_power_of_the_size(k, divisor):
    c, g = sympy.symbols("c g", positive=True)
    v = sympy.Symbol("v", positive=True)  # of the gradients; c^2 v of those grown by c
    ratio = sympy.simplify((c * g / divisor(c**2 * v)) / (g / divisor(v)))
    assert sympy.simplify(ratio - c ** (1 - k)) == 0
    assert sympy.simplify(ratio - c ** (1 - 2 * k)) != 0 or k == 0
    assert laws.power(float(k)) == 1 - float(k)


def test_eq_17_1_is_what_the_clinic_measures():
    for name, k in (("MissingRoot", 2), ("AverageOfSizes", 0.5), ("LostMemory", 1)):
        assert report(name)["scale"].measured == pytest.approx(laws.power(k), abs=1e-4)
    assert report("UndividedParts")["scale"].measured == pytest.approx(laws.power(0), abs=1e-9)


@pytest.mark.parametrize("rho", ["0.5", "0.9", "0.99"])
def test_eq_17_2_and_17_3_first_steps_for_ever(rho):
    getcontext().prec = 40
    r = Decimal(rho)

    def keeps(state, g, t):
        state["v"] = r * state.get("v", Decimal(0)) + (1 - r) * g * g
        return Decimal(g) / state["v"].sqrt()

    def forgets(state, g, t):
        return Decimal(g) / ((1 - r) * g * g).sqrt()

    kept, lost = walked(keeps, 50, 7), walked(forgets, 50, 7)
    assert float(kept[0]) == pytest.approx(laws.first_step(float(r)), rel=1e-15)
    for t in (1, 2, 50):
        law = laws.without_memory(float(r), t)
        assert float(lost[t - 1]) == pytest.approx(law, rel=1e-15)
    assert float(kept[1]) != pytest.approx(laws.first_step(float(r)), rel=0.05)


@pytest.mark.parametrize("rho", [Fraction(1, 2), Fraction(9, 10)])
def test_eq_17_4_an_uncleared_sum(rho):
    v, errors, t = Fraction(0), [], 0
    for t in range(1, 401):
        v = rho * v + (1 - rho) * t * t
        if t == 100:
            weights = [(1 - rho) * rho**k for k in range(t)]
            assert v == sum(w * (t - k) ** 2 for k, w in enumerate(weights))
        if t in (100, 200, 400):
            errors.append(abs(t / math.sqrt(v) - laws.uncleared(float(rho), t)) * t * t)
    assert max(errors) < 40 * float(1 / (1 - rho))  # the rest is O(1 / t^2)
    assert abs(t / math.sqrt(v) - 1) * t * t > 3 * errors[-1]  # without the term it is not
    assert abs(t / math.sqrt(v) - 1) * t == pytest.approx(float(rho / (1 - rho)), rel=0.05)


def adam(b1, b2, c1, c2, steps):
    """(m c1) / sqrt(v c2) for a constant gradient of 1; v and c2 make a square."""
    m = v = Fraction(0)
    for t in range(1, steps + 1):
        m, v = b1 * m + (1 - b1), b2 * v + (1 - b2)
        yield m * c1(t), v * c2(t)


def test_eq_17_5_multiplied_corrections():
    b1, b2 = Fraction(9, 10), Fraction(999, 1000)
    rows = list(adam(b1, b2, lambda t: 1 - b1**t, lambda t: 1 - b2**t, 40))
    for t, (m, v) in enumerate(rows, 1):
        exact = (1 - b1**t) ** 2 / (1 - b2**t)
        assert m * m == exact**2 * v  # m / sqrt(v) is the claim, without a root
        assert laws.multiplied(0.9, 0.999, t) == pytest.approx(float(exact), rel=1e-12)
    firsts = [laws.multiplied(0.9, 0.999, t) for t in (1, 2, 3, 4)]
    assert firsts == pytest.approx([10, 18.059, 24.505, 29.611], rel=1e-4)
    divided = list(adam(b1, b2, lambda t: 1 / (1 - b1**t), lambda t: 1 / (1 - b2**t), 40))
    assert all(m == 1 and v == 1 for m, v in divided)
    t, (m, v) = 2, rows[1]
    assert m * m != ((1 - b1**t) / (1 - b2**t)) ** 2 * v


def test_how_long_the_two_corrections_last():
    assert (1 - 0.9**50) ** 2 > 0.98 and 1 / (1 - 0.999**1000) > 1.5
    assert 1 / (1 - 0.999**5000) < 1.01


def test_eq_17_6_one_clock_for_all_tensors():
    b1, b2, n = Fraction(9, 10), Fraction(999, 1000), 3
    for j in (1, 2, 3):
        rows = adam(b1, b2, lambda t, j=j: 1 / (1 - b1 ** (n * (t - 1) + j)),
                    lambda t, j=j: 1 / (1 - b2 ** (n * (t - 1) + j)), 20)
        for t, (m, v) in enumerate(rows, 1):
            assert float(m) / math.sqrt(v) == pytest.approx(
                laws.one_clock(0.9, 0.999, t, j, n), rel=1e-12)
    assert laws.one_clock(0.9, 0.999, 5, 1, 1) == pytest.approx(1.0, rel=1e-14)
    assert laws.one_clock(0.9, 0.999, 1, 2, 3) != pytest.approx(1.0, rel=0.1)


def test_eq_17_7_uphill_decay_doubles():
    lr, w = Fraction(1, 10), Fraction(1, 100)
    theta, t = Fraction(1), 0
    while theta < 2:
        theta, t = theta - lr * (0 - w * theta), t + 1
        assert t > 40 or theta == (1 + lr * w) ** t
    assert t == math.ceil(laws.doubling(0.1, 0.01)) == 694
    assert t != math.ceil(-math.log(2) / math.log(1 - 0.001))


def test_float16_has_no_eps_of_1e_8():
    tiny = Fraction(1, 2**24)
    assert Fraction(float(np.finfo("float16").smallest_subnormal)) == tiny
    assert Fraction(1, 10**8) < tiny / 2 and np.float16(1e-8) == 0 and np.float16(6e-8) > 0


def test_ones_hide_a_root():
    assert report("MissingRoot")["pace"].verdict == "passes"
    assert report("MissingRoot")["whisper"].verdict == "fails"


def test_a_guard_under_the_root_ends_nearer_where_gradients_are_tiny():
    lam, theta = np.array([0.2, 4.0]) * 1e-6, {k: np.array([-5.0, -2.0]) for k in ("out", "in")}
    v = {k: np.zeros(2) for k in theta}
    rows = {k: [] for k in theta}
    for _ in range(20_000):
        for k, x in theta.items():
            g = lam * x
            v[k] = 0.9 * v[k] + 0.1 * g * g
            theta[k] = x - 0.1 * g / (np.sqrt(v[k]) + 1e-8 if k == "out" else np.sqrt(v[k] + 1e-8))
            rows[k].append(0.5e6 * float((lam * theta[k] ** 2).sum()))
    assert rows["in"][299] > 100 * rows["out"][299]
    assert rows["in"][-1] < 0.3 * rows["out"][-1]


def test_two_of_the_five_can_hardly_be_told_apart():
    bench = problems.bench()
    dan, eve = (clinic.observe(clinic.PEOPLE[name], bench, 250, split=True)
                for name in ("Dan", "Eve"))
    assert 0 < np.abs(dan - eve).max() < 5e-7


def test_no_property_catches_half_of_the_twelve_and_four_catch_none():
    failed = [report(name).failed for name in clinic.FAULTS]
    counts = {f.name: sum(f.name in row for row in failed) for f in report("LateClip").findings}
    assert max(counts.values()) < 6
    assert [k for k, n in counts.items() if not n] == ["order", "mirror", "clip", "brake"]
