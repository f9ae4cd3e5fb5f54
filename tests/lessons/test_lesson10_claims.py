"""Lesson 10, (10.1) to (10.7): the game in rounds and why RMSprop climbs, in plain Python or SymPy.

The thresholds, AMSGrad and Yogi have files of their own: `test_lesson10_threshold_claims.py`,
`test_lesson10_amsgrad_claims.py` and `test_lesson10_yogi_claims.py`.
"""

import math

import pytest
import sympy

from rmsprop_lab import failure


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
