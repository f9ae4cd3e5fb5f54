"""The numbers of <lab-box> equal the numbers of lesson 11: JavaScript against Python."""

import functools
import itertools

import numpy as np
import pytest
from scipy.optimize import lsq_linear

import rmsprop_lab as lab
from rmsprop_lab import decay
from tests.web.scripts import Script

LAMS = (0.02, 0.08, 0.1, 0.12, 0.16, 0.2, 0.25, 0.4, 0.5, 0.7, 1.0)
ANGLES = (0, 15, 30, 45, 60, 75, 90)
POINTS = ([0.0, 0.0], [5.0, 2.0], [-1.5, 3.25])
RATES = (0.2, 8, 100)  # of the figure: first rate, stages, steps of each


@functools.cache
def hill(angle):
    """The turned valley of the lesson, whose walk starts at the origin."""
    turned = lab.problems.bench(angle)
    return lab.problems.Moved(turned, -lab.arrays.to_host(turned.theta0))


@functools.cache
def rounded(angle):
    """The same valley with the last bits of the script: a walk that jumps keeps every rounding."""
    sines = {0: 0.0, 15: (6**0.5 - 2**0.5) / 4, 30: 0.5, 45: 0.5**0.5, 60: 3**0.5 / 2,
             75: (6**0.5 + 2**0.5) / 4, 90: 1.0}
    c, s = sines[90 - angle], sines[angle]
    mixed = c * s * (0.2 - 4.0)
    H = [[c * c * 0.2 + s * s * 4.0, mixed], [mixed, s * s * 0.2 + c * c * 4.0]]
    target = [c * 5.0 - s * 2.0, s * 5.0 + c * 2.0]
    return lab.problems.Moved(lab.problems.Quadratic(H, [-x for x in target]), target)


def inside(lam, angle):
    """The minimum of f inside the walls, by the bounded solver of the lesson."""
    A, wall = np.linalg.cholesky(hill(angle).H).T, decay.wall(lam)
    return lsq_linear(A, A @ hill(angle).minimum, bounds=(-wall, wall), method="bvls", tol=1e-14).x


def first_wall(angle):
    """By bisection: up to it no wall cuts the minimum off."""
    target = hill(angle).minimum
    return bisected(lambda lam: bool((decay.box(target, lam) == target).all()))


def last_corner(angle):
    """By bisection: below it the corner of the strongest decay is no place to rest."""
    signs = -np.sign(hill(angle).grad(np.zeros(2)))

    def loose(lam):
        theta = signs * decay.wall(lam)
        return decay.kkt_gap(theta, hill(angle).grad(theta), lam) > 0
    return bisected(loose)


def bisected(low_side):
    """The lam in [0.01, 100] up to which low_side(lam) is true."""
    low, high = 0.01, 100.0
    assert low_side(low) and not low_side(high)
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if low_side(middle) else (low, middle)
    return low


@functools.cache
def walk(coupled, lam, angle):
    """The places of the lesson's own walk, (801, 2)."""
    p = rounded(angle)
    return decay.walk(p.grad, p.theta0, decay.halving(RATES[0], *RATES[1:]), lam=lam,
                      penalty="seen" if coupled else "decoupled")


def ridges(angle, n):
    """The ridge at n strengths from 0 up, and its end."""
    p = hill(angle)
    return [*(x for k in range(n) for x in decay.ridge(p.H, p.minimum, k / (n - k)).tolist()), 0, 0]


def hessian(angle):
    (a, b), (_, d) = hill(angle).H.tolist()
    return [a, b, d]


PAIRS = list(itertools.product(LAMS, ANGLES))
PLACES = list(itertools.product(POINTS, ANGLES))
CALLS = [
    ("angles", lambda: list(ANGLES), ()),
    *(("minimum", lambda a: hill(a).minimum.tolist(), (a,)) for a in ANGLES),
    *(("hessian", hessian, (a,)) for a in ANGLES),
    *(("slope", lambda x, a: hill(a).grad(np.array(x)).tolist(), it) for it in PLACES),
    *(("loss", lambda x, a: hill(a).loss(np.array(x)), it) for it in PLACES),
    *(("wall", decay.wall, (lam,)) for lam in LAMS),
    *(("ridge", lambda lam, a: decay.ridge(hill(a).H, hill(a).minimum, lam).tolist(), it)
      for it in PAIRS),
    *(("ridges", ridges, (a, 40)) for a in ANGLES),
    *(("cutOff", lambda lam, a: decay.box(hill(a).minimum, lam).tolist(), it) for it in PAIRS),
    *(("box", lambda lam, a: inside(lam, a).tolist(), it) for it in PAIRS),
    *(("firstWall", first_wall, (a,)) for a in ANGLES),
    *(("corner", last_corner, (a,)) for a in ANGLES),
    ("halving", decay.halving, RATES),
    *(("walk", lambda c, lam, a, _: walk(c, lam, a).ravel().tolist(),
       (c, lam, a, decay.halving(*RATES)))
      for c in (True, False) for lam in (0.02, 0.2, 0.7) for a in ANGLES),
]
# The solver of the box is the least exact of them.
SCRIPT = Script("lab-weight-decay.js", CALLS, rel_tol=1e-9, abs_tol=1e-9)


def test_every_function_equals_pythons():
    assert SCRIPT.differences() == {}


def test_every_function_of_the_file_is_compared():
    assert SCRIPT.uncompared() == set()


@pytest.mark.parametrize("angle", ANGLES)
def test_the_valley_of_the_walks_is_the_lessons(angle):
    assert rounded(angle).H == pytest.approx(hill(angle).H, rel=1e-14, abs=1e-15)
    assert rounded(angle).minimum == pytest.approx(hill(angle).minimum, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize(("lam", "angle"), PAIRS)
def test_the_solver_rests_where_the_lesson_says(lam, angle):
    """Interior, wall or corner, (11.13) holds at what the figure's box is compared with."""
    theta = inside(lam, angle)
    assert decay.kkt_gap(theta, hill(angle).grad(theta), lam) < 1e-9


def test_x_reaches_a_wall_leaves_it_and_ends_at_the_opposite_one():
    """What the lesson lets its readers see at 15 degrees, and at the corner at 30."""
    seen = []
    for lam in np.geomspace(first_wall(15), last_corner(15), 60):
        x = float(inside(lam, 15)[0])
        seen.append(int(np.sign(x)) if abs(x) > decay.wall(lam) - 1e-9 else 0)
    assert [key for key, _ in itertools.groupby(seen)] == [1, 0, -1]
    assert inside(last_corner(30), 30)[0] < 0 < hill(30).minimum[0]


@pytest.mark.parametrize(("name", "right", "wrong"), [
    ("minimum", "s * x + c * y", "s * x - c * y"),
    ("hessian", "c * s * (LOW - HIGH)", "c * s * (HIGH - LOW)"),
    ("slope", "x - p, y - q);", "x + p, y - q);"),
    ("loss", "(y - q) * h) / 2", "(y - q) * h)"),
    ("wall", "1 / (2 * lam); //", "1 / lam; //"),
    ("ridge", "q = d + 2 * lam", "q = d + lam"),
    ("ridges", "k / (n - k)", "k / (n + k)"),
    ("cutOff", "Math.max(-wall(lam),", "Math.max(0,"),
    ("box", "(b / d) * (x - p)", "(b / a) * (x - p)"),
    ("box", "p - (b / a)", "p + (b / a)"),
    ("box", "[w * Math.sign(p)", "[-w * Math.sign(p)"),
    ("box", "loss(one, degrees) <", "loss(one, degrees) >"),
    ("box", "held = (v) => Math.max(-w, Math.min(w, v))", "held = (v) => Math.min(w, v)"),
    ("firstWall", "2 * Math.max(...minimum", "2 * Math.min(...minimum"),
    ("corner", "Math.max(...s.map", "Math.min(...s.map"),
    ("halving", "0.5 ** Math.floor", "0.25 ** Math.floor"),
    ("walk", "(1 - rate * (2 * lam))", "(1 + rate * (2 * lam))"),
    ("walk", "g[i] + 2 * lam * x", "g[i] + lam * x"),
    ("walk", "RHO * v[i] +", "v[i] +"),
])
def test_a_wrong_formula_is_found(tmp_path, name, right, wrong):
    assert name in SCRIPT.broken(tmp_path, right, wrong)
