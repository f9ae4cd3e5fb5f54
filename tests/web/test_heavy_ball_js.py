"""The numbers of <lab-momentum> equal the numbers of lesson 7: JavaScript against Python."""

import functools
import itertools
import math

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab import momentum
from tests.web.scripts import Script

LAMS = (0.2, 4.0)
PAIR, BEST, _ = momentum.best(*LAMS)
DESCENT = lab.descent.best_rate(LAMS)
RATES = (0.05, 0.2, 0.25, DESCENT, 0.5, PAIR, 0.8, 0.98)
MOMENTA = (0.0, 0.1, 0.3, BEST, 0.64, 0.9, 0.99)
PAIRS = [*itertools.product(RATES, MOMENTA), (0.5, 0.0), (0.95, 0.9),
         *((eta, momentum.critical(eta * lam)) for eta in (0.05, 0.2, 0.6) for lam in LAMS)]
ONE = 1e-9  # closer than this to a threshold is at it


@functools.cache
def path(eta, mu, steps):
    """The walk of the lab's own optimizer."""
    return lab.run(lab.SGD(lr=eta, momentum=mu), lab.problems.bench(), steps)


def kind(x, mu):
    """How a coordinate with eta lam = x moves, by the window (7.7) and the edge (7.8)."""
    (left, right), edge = momentum.window(mu), 2 * (1 + mu)
    if abs(x - edge) < ONE:
        return "never arrives"
    if x > edge:
        return "flies apart"
    if mu == 0 and x == 1:
        return "lands in one step"
    if min(abs(x - left), abs(x - right)) < ONE:
        return "critical"
    return "swings" if left < x < right else "creeps" if x < left else "changes sides"


def rate(x, mu):
    """The lab's rate; on the two edges of the window, where it rounds roots apart, (7.7)."""
    return math.sqrt(mu) if kind(x, mu) == "critical" else float(momentum.rate(x, mu))


def period(x, mu):
    """Steps for a whole turn of the complex roots."""
    moves, root = kind(x, mu), np.roots([1, -(1 + mu - x), mu])[0]
    if moves == "swings":
        return 2 * math.pi / abs(np.angle(root))
    return 2.0 if root.real < -ONE else math.inf


@functools.cache
def steps(eta, mu):
    """Counted on long walks of the rule itself; no later step of a slower one matters here."""
    if any(kind(eta * lam, mu) in ("flies apart", "never arrives") for lam in LAMS):
        return math.inf
    last = 0
    for lam in LAMS:
        theta, b = 1.0, 0.0
        for t in range(1, 6001):
            theta, b = momentum.heavy_ball(theta, lam * theta, b, lr=eta, mu=mu)
            last = max(last, t) if abs(theta) > 1e-3 else last
    assert last < 5000
    return float(last + 1)


def edge(mu):
    """Where the steep coordinate's rate passes 1, found by halving."""
    low, high = 0.0, 4.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if momentum.rate(4 * middle, mu) > 1 else (middle, high)
    return low


def losses(points):
    thetas = lab.arrays.default().asarray(points).reshape(-1, 2)
    return lab.problems.bench().losses(thetas).tolist()


CURVED = [(eta * lam, mu) for eta, mu in PAIRS for lam in LAMS]
CALLS = [
    *(("rate", rate, it) for it in CURVED),
    *(("period", period, it) for it in CURVED),
    *(("critical", momentum.critical, (eta * lam,)) for eta in RATES for lam in LAMS),
    *(("edge", edge, (mu,)) for mu in MOMENTA),
    ("best", lambda: list(momentum.best(*LAMS)[:2]), ()),
    *(("ceiling", momentum.ceiling, it) for it in itertools.product((0.0, 0.5, 0.99), (0, 1, 40))),
    *(("walk", lambda *it: path(*it).theta.ravel().tolist(), (*it, 40)) for it in PAIRS),
    *(("losses", losses, (path(*it, 40).theta.ravel().tolist(),)) for it in PAIRS[::5]),
    *(("stepsToThousandth", steps, it) for it in PAIRS),
]
# Where a walk flies apart or cancels, roundings grow with it.
SCRIPT = Script("lab-heavy-ball.js", CALLS, rel_tol=1e-10, abs_tol=1e-12,
                exact=("stepsToThousandth",))


def test_every_function_equals_pythons():
    assert SCRIPT.differences() == {}


def test_every_function_of_the_file_is_compared():
    assert SCRIPT.uncompared() == set()


def test_every_kind_of_motion_is_among_the_calls():
    assert {kind(*it) for it in CURVED} == {
        "creeps", "critical", "swings", "changes sides", "lands in one step", "never arrives",
        "flies apart"}


def test_the_ceiling_by_which_the_count_ends_holds_for_every_pair():
    """The lesson states (7.42) for the best pair; its bound on a coordinate needs no best pair."""
    for eta, mu in PAIRS:
        share = abs(path(eta, mu, 40).theta / np.array([-5.0, -2.0]))
        for i, lam in enumerate(LAMS):
            r = rate(eta * lam, mu)
            assert all(share[t, i] <= momentum.ceiling(r, t) * (1 + 1e-9) + 1e-15
                       for t in range(41))


@pytest.mark.parametrize(("name", "right", "wrong"), [
    ("rate", "d < 0 ? Math.sqrt(mu)", "d < 0 ? mu"),
    ("rate", "(1 + mu - x) ** 2 - 4 * mu", "(1 + mu - x) ** 2 - mu"),
    ("rate", "Math.abs(d) < ROUNDING ? 0 : d", "d"),
    ("period", "return p < 0 ? 2 : Infinity", "return Infinity"),
    ("period", "Math.acos(p / (2 * Math.sqrt(mu)))", "Math.acos(p / 2)"),
    ("critical", "(1 - Math.sqrt(x)) ** 2", "(1 - x) ** 2"),
    ("edge", "(2 * (1 + mu)) / HIGH", "2 / HIGH"),
    ("best", "((large - small) / (large + small)) ** 2", "(large - small) / (large + small)"),
    ("ceiling", "(1 + (1 + r) * t)", "(1 + (1 - r) * t)"),
    ("walk", "mu * b[i] + lams[i]", "mu * b[i] + (1 - mu) * lams[i]"),
    ("losses", "points[i + 1] ** 2) / 2", "points[i + 1] ** 2)"),
    ("stepsToThousandth", "if (Math.abs(theta) > 1e-3) last = t",
     "if (Math.abs(theta) > 1e-3) last = t; else break"),
    ("stepsToThousandth", "return last + 1", "return last"),
    ("stepsToThousandth", "ceiling(r, t) > 1e-3", "r ** t > 1e-3"),
])
def test_a_wrong_formula_is_found(tmp_path, name, right, wrong):
    assert name in SCRIPT.broken(tmp_path, right, wrong)
