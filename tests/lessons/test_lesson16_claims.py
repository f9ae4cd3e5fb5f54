"""Lesson 16: each displayed equation that claims something, checked without `rmsprop_lab.cost`."""

import math
from collections import Counter
from decimal import Decimal, getcontext
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
import sympy

import rmsprop_lab as lab
from rmsprop_lab import adam, cost, descent, rmsprop
from rmsprop_lab.bench.cases import CASES
from rmsprop_lab.rule import rule

getcontext().prec = 50


class Recorder:
    """A number that notes what is done with it; a tracer of our own, without sharing of parts."""

    def __init__(self, log, name=None):
        self.log, self.name = log, name

    def __array_namespace__(self, api_version=None):
        return SimpleNamespace(__name__="recorder", sqrt=lambda x: x.done("sqrt", x))

    def done(self, op, *operands):
        self.log["operations"][op] += 1
        self.log["read"] |= {x.name for x in operands if isinstance(x, Recorder) and x.name}
        return Recorder(self.log)


def _operator(op, swap=False):
    def operate(self, other):
        return self.done(op, *((other, self) if swap else (self, other)))
    return operate


for _name in ("add", "sub", "mul", "truediv"):
    setattr(Recorder, f"__{_name}__", _operator(_name))
    setattr(Recorder, f"__r{_name}__", _operator(_name, swap=True))

NUMBERS = {"lr": 0.1, "rho": 0.9, "eps": 1e-8, "mu": 0.9, "w": 0.0, "t": 3, "beta1": 0.9,
           "beta2": 0.999}
METHODS = {  # states, bytes
    "SGD": (descent.family.variant(), 0, 12),
    "momentum": (descent.family.variant(momentum="plain"), 1, 20),
    "RMSprop": (rmsprop.rmsprop, 1, 20),
    "RMSprop, momentum": (rmsprop.family.variant(momentum="plain"), 2, 28),
    "centred": (rmsprop.family.variant(momentum="plain", centered="yes"), 3, 36),
    "Adam": (adam.family.variant(), 2, 28),
}


def recorded(some_rule):
    """Arrays read, arrays written and operations of one run on recorders."""
    log = {"operations": Counter(), "read": set()}
    names = ("theta", "g", *some_rule.state)
    given = [Recorder(log, name) for name in names]
    numbers = {n: NUMBERS[n] for n in some_rule.number_names}
    out = some_rule(*given, **numbers)
    out = out if isinstance(out, tuple) else (out,)
    kept = [new for new, old in zip(out, [given[0], *given[2:]], strict=True) if new is not old]
    return len(log["read"]), len(kept), sum(log["operations"].values())


@pytest.mark.parametrize("name", METHODS)
def test_eq_16_1_bytes_of_a_step(name):
    some_rule, states, expected = METHODS[name]
    read, written, _ = recorded(some_rule)
    assert 4 * (read + written) == 4 * (3 + 2 * states) == expected
    assert cost.bytes_moved(some_rule) == expected


def test_eq_16_1_sees_a_state_more():
    read, written, _ = recorded(METHODS["centred"][0])
    assert 4 * (read + written) != METHODS["RMSprop, momentum"][2]


@pytest.mark.parametrize("name", METHODS)
def test_eq_16_2_operations_for_each_byte(name):
    some_rule, _, moved = METHODS[name]
    _, _, operations = recorded(some_rule)
    # `ema` repeats nothing, but g - m and the like are shared in the trace and not here
    repeated = {"centred": 1}.get(name, 0)
    assert operations - repeated == cost.flops(some_rule)
    assert cost.intensity(some_rule) == cost.flops(some_rule) / moved <= 0.5


def pipeline(pieces, move, compute):
    """When the last piece is computed: one memory and one processor, piece by piece."""
    moved = computed = Fraction(0)
    for _ in range(pieces):
        moved += move
        computed = max(moved, computed) + compute
    return computed


@pytest.mark.parametrize(("move", "compute"), [(3, 1), (1, 3), (2, 2)])
def test_eq_16_3_is_a_bound_that_overlap_approaches(move, compute):
    for pieces in (1, 10, 1000):
        took = pipeline(pieces, Fraction(move, pieces), Fraction(compute, pieces))
        bound = max(move, compute)
        assert bound <= took <= move + compute <= 2 * bound
        assert took - bound == Fraction(min(move, compute), pieces)
    assert cost.least_time(1, move, compute, 1.0, 1.0) == max(move, compute)


def test_eq_16_4_and_16_5_follow():
    n, b, f, w, r = sympy.symbols("n b f w r", positive=True)
    speed = n * f / sympy.Max(n * b / w, n * f / r)
    for values in ({b: 20, f: 9, w: 4, r: 30}, {b: 20, f: 9, w: 100, r: 3}):
        claimed = sympy.Min(r, f / b * w)
        assert sympy.simplify((speed - claimed).subs(values)) == 0
        assert sympy.simplify((speed - sympy.Max(r, f / b * w)).subs(values)) != 0
    x = sympy.symbols("x", positive=True)
    assert sympy.solve(sympy.Eq(x * w, r), x) == [r / w]


def test_a_matrix_product_uses_each_number_often():
    n = 8
    products = n * n * n
    assert 2 * products / (3 * n * n * 4) == n / 6  # operations for each byte


@pytest.mark.parametrize(("latency", "slots"), [(10, 4), (7, 1), (100, 64)])
def test_eq_16_6_by_a_queue_of_requests(latency, slots):
    done, free, in_the_air, end = 0, [0] * slots, 0, 20_000
    for _ in range(end * slots // latency - slots):
        begun = min(free)
        free[free.index(begun)] = begun + latency
        done, in_the_air = done + 1, in_the_air + latency
    elapsed = max(free)
    bandwidth = done / elapsed
    assert in_the_air / elapsed == pytest.approx(cost.in_flight(bandwidth, latency))
    assert bandwidth * latency == pytest.approx(slots, rel=0.02)


def test_eq_16_6_counts_what_is_read():
    read, written, _ = recorded(rmsprop.rmsprop)
    assert 4 * read == 4 * len(cost.reads(rmsprop.rmsprop)) == 12 and 4 * written == 8


def test_eq_16_7_is_16_3_after_a_start():
    found = cost.least_time(1000, 20, 2, 50.0, 8.0, start=7.0)
    assert found == 7.0 + 1000 * max(20 / 50.0, 2 / 8.0)


def test_eq_16_8_and_16_9():
    n, k, t0, b, w = sympy.symbols("n k t0 b w", positive=True)
    time = k * t0 + n * b / w
    half = sympy.solve(sympy.Eq(t0, n * b / w), n)
    assert half == [t0 * w / b]
    assert sympy.simplify(time.subs({k: 1, n: half[0]}) - 2 * t0) == 0
    values = {n: 10**6, k: 161, t0: 5e-6, b: 20, w: 4.3e12}
    assert cost.launched(10**6, 20, 4.3e12, 5e-6, 161) == pytest.approx(float(time.subs(values)))
    assert cost.half_size(20, 4.3e12, 5e-6) == pytest.approx(float(half[0].subs(values)))


def decimal_adam(t, frozen, beta1="0.9", beta2="0.999"):
    """The step at t for a constant gradient 1, eta 1 and eps 0, in fifty digits."""
    b1, b2, m, v = Decimal(beta1), Decimal(beta2), Decimal(0), Decimal(0)
    for k in range(1, t + 1):
        m, v = b1 * m + (1 - b1), b2 * v + (1 - b2)
        at = 1 if frozen else k
        step = (m / (1 - b1**at)) / (v / (1 - b2**at)).sqrt()
    return step


@pytest.mark.parametrize("t", [1, 2, 10, 12, 300])
def test_eq_16_10_a_frozen_recording(t):
    ratio = decimal_adam(t, True) / decimal_adam(t, False)
    assert cost.frozen(t, 0.9, 0.999) == pytest.approx(float(ratio), rel=1e-12)
    assert decimal_adam(t, False) == pytest.approx(Decimal(1), rel=Decimal("1e-45"))


def test_eq_16_10_goes_up_and_then_below_one():
    ratios = [cost.frozen(t, 0.9, 0.999) for t in (1, 3, 10, 30, 300, 3000)]
    assert ratios[0] == 1 and max(ratios) > 2 and ratios[-1] < 0.4
    assert cost.frozen(10**6, 0.9, 0.999) == pytest.approx(math.sqrt(0.001) / 0.1)


def test_eq_16_11_and_16_12_by_hand():
    @rule(state=("m",))
    def signum(theta, g, m, *, lr, beta1):
        m = lab.averages.ema(m, g, beta1)
        return theta - lr * lab.arrays.sign(m), m

    m, theta = Fraction(0), Fraction(1)
    ours = (1.0, 0.0)
    for g in (Fraction(1), Fraction(-4), Fraction(1, 2), Fraction(16)):
        m = Fraction(3, 4) * m + Fraction(1, 4) * g
        theta -= Fraction(1, 2) * ((m > 0) - (m < 0))
        ours = signum(ours[0], float(g), ours[1], lr=0.5, beta1=0.75)
        assert ours == (float(theta), float(m))
    assert cost.bytes_moved(signum) == 20


@pytest.mark.parametrize("name", METHODS)
def test_eq_16_13_states_of_two_bytes(name):
    some_rule, states, _ = METHODS[name]
    assert cost.bytes_moved(some_rule, state=2) == 3 * 4 + 2 * states * 2


def test_the_predictions_of_the_table():
    found = {n: [round(1e6 * moved * n / 4.3e12, 1) for moved in (20, 28)]
             for n in (10**6, 10**7, 10**8, 10**9)}
    assert found == {10**6: [4.7, 6.5], 10**7: [46.5, 65.1], 10**8: [465.1, 651.2],
                     10**9: [4651.2, 6511.6]}


def test_one_rounding_is_not_two():
    rng = np.random.default_rng(0)
    v, g = rng.random(300, np.float32), rng.standard_normal(300, np.float32)
    rho, square = np.float32(0.9), np.float32(0.1) * (g * g)
    exact = [Fraction(float(rho)) * Fraction(float(a)) + Fraction(float(b))
             for a, b in zip(v, square, strict=True)]
    nearest = np.array([np.float32(float(x)) for x in exact])  # a double in between, as in the text
    assert (nearest == (np.float64(rho) * v + square).astype(np.float32)).all()
    assert 0.1 < (nearest != rho * v + square).mean() < 0.4


def test_the_resnet_of_the_text():
    case = CASES["resnet50"]
    assert (len(case.shapes), case.size) == (161, 25557032)
