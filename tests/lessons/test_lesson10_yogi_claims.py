"""Lesson 10, (10.21) to (10.24): Yogi forgets slowly; checked with exact fractions and SymPy."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy

from rmsprop_lab import failure, yogi


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
