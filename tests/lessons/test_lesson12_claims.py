"""The claims of lesson 12, checked without the lab's own loops: fractions, sympy, SciPy, NumPy."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from scipy.optimize import linprog, minimize_scalar

from rmsprop_lab import decay, generalisation

N_PLUS, N_MINUS = 36, 24
COEFFICIENTS = [(1, 1), (2, 1), (36, 24), (5, 40), (100, 1), (1, 100)]


def paper(labels, private=(1, 5), label=1.0, constants=2):
    """Wilson's data from the words of the paper, as a list of rows."""
    shared = 1 + constants
    rows = []
    for i, y in enumerate(labels, 1):
        row = {1: label * y} | {j: 1.0 for j in range(2, shared + 1)}
        first = shared + 1 + max(private) * (i - 1)
        for j in range(first, first + private[0 if y > 0 else 1]):
            row[j] = 1.0
        rows.append([row.get(j, 0.0) for j in range(1, shared + max(private) * len(labels) + 1)])
    return np.array(rows)


def data(plus=N_PLUS, minus=N_MINUS, **options):
    y = np.array([1.0] * plus + [-1.0] * minus)
    return paper(y, **options), y


def adaptive(X, y, kind, lr, steps, *, eps=0.0, theta=None, rows=None, v0=0.0, slope=None):
    """RMSprop, AdaGrad or Adam in plain NumPy; 0 / 0 is read as 0."""
    theta = np.zeros(X.shape[1]) if theta is None else theta
    m, v, path = np.zeros_like(theta), v0 + np.zeros_like(theta), [theta]
    for t in range(1, steps + 1):
        part = slice(None) if rows is None else rows(t)
        g = X[part].T @ (X[part] @ theta - y[part]) if slope is None else slope(theta)
        if kind == "AdaGrad":
            v = v + g * g
            top, root = g, np.sqrt(v)
        elif kind == "RMSprop":
            v = 0.99 * v + 0.01 * g * g
            top, root = g, np.sqrt(v)
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            top, root = m / (1 - 0.9**t), np.sqrt(v / (1 - 0.999**t))
        below = root + eps
        theta = theta - lr * np.divide(top, below, out=np.zeros_like(top), where=below > 0)
        path.append(theta)
    return np.array(path)


RATES = {"RMSprop": 0.01, "AdaGrad": 0.05, "Adam": 0.01}


# --- gradient descent: the rows -------------------------------------------------------------------

def wide(seed=12, n=3, d=6):
    draw = np.random.default_rng(seed)
    return draw.standard_normal((n, d)), draw.standard_normal(n)


def test_eqs_12_1_and_12_2_the_gradient_of_the_cost():
    a, b, s, t, u = sympy.symbols("a b s t u")
    X, y, theta = sympy.Matrix([[a, b]]), sympy.Matrix([u]), sympy.Matrix([s, t])
    cost = ((X * theta - y).T * (X * theta - y))[0] / 2  # (12.1)
    slope = X.T * (X * theta - y)  # (12.2)
    assert [sympy.expand(sympy.diff(cost, v) - w) for v, w in zip((s, t), slope, strict=True)] == [
        0, 0]
    assert sympy.expand(sympy.diff(2 * cost, s) - slope[0]) != 0


@pytest.mark.parametrize("method", ["descent", "heavy ball", "batches"])
def test_eq_12_3_every_point_is_a_sum_of_rows(method):
    X, y = wide()
    theta, b, draw = np.zeros(6), np.zeros(6), np.random.default_rng(0)
    across = np.linalg.svd(X)[2][3:]  # directions orthogonal to all rows
    for _ in range(3000):
        part = draw.choice(3, 1) if method == "batches" else slice(None)
        b = (0.9 if method == "heavy ball" else 0.0) * b + X[part].T @ (X[part] @ theta - y[part])
        theta = theta - 0.02 * b
        assert np.abs(across @ theta).max() < 1e-12
    # (12.4): so it ends at the pseudo-inverse solution, which no other start does
    assert theta == pytest.approx(np.linalg.pinv(X) @ y, abs=1e-8)
    assert generalisation.minimum_norm(X, y) == pytest.approx(np.linalg.pinv(X) @ y, abs=1e-12)
    assert np.abs(across @ np.sign(X.T @ y)).max() > 0.1  # and an adaptive step leaves the rows


def test_eq_12_4_has_one_solution_when_the_rows_are_independent():
    X, y = wide()
    assert np.linalg.eigvalsh(X @ X.T).min() > 0
    twice = np.vstack([X, X[0] + X[1]])
    assert abs(np.linalg.eigvalsh(twice @ twice.T).min()) < 1e-12


def test_eq_12_5_pythagoras():
    X, y = wide()
    short = np.linalg.pinv(X) @ y
    across = np.linalg.svd(X)[2][3:]
    for move in np.random.default_rng(5).standard_normal((20, 3)):
        other = short + move @ across
        assert X @ other == pytest.approx(y, abs=1e-12)
        assert other @ other == pytest.approx(short @ short + ((other - short) ** 2).sum())
        far = other + X[0]  # not a solution: no right angle
        assert far @ far != pytest.approx(short @ short + ((far - short) ** 2).sum(), rel=1e-6)


@pytest.mark.parametrize("share, settles", [(0.99, True), (1.01, False)])
def test_eq_12_6_the_errors_follow_the_curvatures_of_the_rows(share, settles):
    X, y = wide()
    lr = share * 2 / np.linalg.eigvalsh(X @ X.T).max()
    theta, error = np.zeros(6), -y
    for t in range(2000):
        theta, error = theta - lr * X.T @ (X @ theta - y), error - lr * X @ X.T @ error
        if t < 20:
            assert X @ theta - y == pytest.approx(error, rel=1e-9, abs=1e-12)
    assert (np.abs(error).max() < 1e-6) == settles


def test_from_another_start_it_ends_at_the_nearest_solution():
    X, y = wide()
    start = np.random.default_rng(1).standard_normal(6)
    theta = start
    for _ in range(4000):
        theta = theta - 0.05 * X.T @ (X @ theta - y)
    nearest = start + np.linalg.pinv(X) @ (y - X @ start)
    assert theta == pytest.approx(nearest, abs=1e-9)
    assert theta != pytest.approx(np.linalg.pinv(X) @ y, abs=1e-2)


# --- the lemma ------------------------------------------------------------------------------------

def test_eq_12_7_the_first_gradient():
    X, y = data()
    assert (X.T @ (X @ np.zeros(X.shape[1]) - y) == -(X.T @ y)).all()


def test_eq_12_8_its_factor_is_the_sum_of_sizes_over_the_square_of_the_targets():
    for X, y in (data(), (np.array([[3.0, 1.0]]), np.array([4.0]))):
        q = X.T @ y
        c = np.abs(q).sum() / (y @ y)
        assert X @ np.sign(q) == pytest.approx(c * y, abs=1e-12)
        assert generalisation.sign_factor(X, y) == pytest.approx(c, rel=1e-12)
    X, y = wide()
    image = X @ np.sign(X.T @ y)
    assert np.ptp(image / y) > 0.5 and generalisation.sign_factor(X, y) is None


@pytest.mark.parametrize("kind", RATES)
def test_eqs_12_9_to_12_12_in_fractions_and_floats(kind):
    """The walk is a multiple of the signs at every step, and ends at a quarter of them."""
    X, y = data()
    q = X.T @ y
    path = adaptive(X, y, kind, RATES[kind], 250)
    along = path @ np.sign(q) / np.abs(np.sign(q)).sum()
    assert np.abs(path - along[:, None] * np.sign(q)).max() < 1e-9  # the ray
    g = X.T @ (X @ path[7] - y)
    assert g == pytest.approx((4 * along[7] - 1) * q, abs=1e-6)  # (12.9)
    assert path[-1] == pytest.approx(np.sign(q) / 4, abs=1e-5)  # (12.12)
    # the mutation: with a guard it leaves the ray
    guarded = adaptive(X, y, kind, RATES[kind], 250, eps=1.0)
    assert np.abs(guarded - (guarded @ np.sign(q) / np.abs(np.sign(q)).sum())[:, None]
                  * np.sign(q)).max() > 0.01


def test_eqs_12_10_and_12_11_the_walk_of_one_number():
    X, y = data()
    ell, square, walk = 0.0, 0.0, [0.0]
    for _ in range(60):
        e = 4 * ell - 1
        square = 0.99 * square + 0.01 * e * e
        ell -= 0.01 * e / math.sqrt(square)
        walk.append(ell)
    path = adaptive(X, y, "RMSprop", 0.01, 60)
    assert path[:, 0] == pytest.approx(np.array(walk), abs=1e-12)
    assert np.array(generalisation.multiples(4.0, 60, lr=0.01, rho=0.99)) == pytest.approx(
        np.array(walk), abs=1e-12)
    assert path[:, 0] != pytest.approx(np.array(generalisation.multiples(3.0, 60, lr=0.01,
                                                                         rho=0.99)), abs=1e-3)


def test_eq_12_11_whatever_numbers_stand_before_the_gradients():
    """Any sum of gradients over the root of any sum of their squares is a multiple of the signs."""
    draw, q = np.random.default_rng(11), np.array([3.0, -2.0, 0.5, 7.0])
    for _ in range(20):
        e, top, below = draw.standard_normal(5), draw.standard_normal(5), draw.random(5)
        quotient = (top * e).sum() * q / np.sqrt((below * e * e).sum() * q * q)
        assert np.ptp(quotient / np.sign(q)) < 1e-12 * np.abs(quotient).max()
        guarded = (top * e).sum() * q / (np.sqrt((below * e * e).sum() * q * q) + 1.0)
        assert np.ptp(guarded / np.sign(q)) > 1e-3 * np.abs(guarded).max()


@pytest.mark.parametrize("plus, minus", [(3, 2), (6, 1)])
def test_eq_12_13_no_solution_has_a_smaller_largest_weight(plus, minus):
    X, y = data(plus, minus)
    n, d = X.shape
    found = linprog(np.r_[np.zeros(d), 1.0], A_eq=np.c_[X, np.zeros(n)], b_eq=y,
                    A_ub=np.r_[np.c_[np.eye(d), -np.ones(d)], np.c_[-np.eye(d), -np.ones(d)]],
                    b_ub=np.zeros(2 * d), bounds=[(None, None)] * (d + 1))
    assert found.fun == pytest.approx(1 / 4, abs=1e-9)
    signs = generalisation.sign_solution(X, y)
    assert X @ signs == pytest.approx(y, abs=1e-12) and np.abs(signs).max() == 1 / 4
    assert np.abs(np.linalg.pinv(X) @ y).max() > 0.3  # the shortest one has a larger weight


def test_without_the_condition_the_rate_decides():
    X, y = wide()
    ends = [adaptive(X, y, "AdaGrad", lr, 1500)[-1] for lr in (0.05, 0.5)]
    assert all(np.abs(X @ end - y).max() < 1e-9 for end in ends)
    assert np.abs(ends[0] - ends[1]).max() > 0.005
    assert min(np.abs(end - np.linalg.pinv(X) @ y).max() for end in ends) > 0.02


# --- Wilson's data --------------------------------------------------------------------------------

def test_eq_12_14_the_data_are_those_of_the_paper():
    y = [1, -1, -1, 1, 1]
    assert (generalisation.wilson_data(y) == paper(y)).all()
    assert generalisation.wilson_data(y).sum(axis=1).tolist() == [4, 6, 6, 4, 4]
    assert (generalisation.wilson_data(y, private=(5, 1)) != paper(y)).any()


@pytest.mark.parametrize("plus, minus", COEFFICIENTS)
def test_eqs_12_15_and_12_16(plus, minus):
    X, y = data(plus, minus)
    q = X.T @ y
    assert q[:3].tolist() == [plus + minus, plus - minus, plus - minus]
    for i, label in enumerate(y):
        assert set(q[3 + 5 * i:8 + 5 * i]) <= {label, 0.0}
    says = X @ np.sign(q)
    assert (says == 4 * y).all() == (plus > minus)


def test_eq_12_16_as_a_polynomial():
    y = sympy.symbols("y")
    for label in (1, -1):
        assert (y + 2 + y * (3 - 2 * y)).subs(y, label) == 4 * label
        assert (y + 2 + y * (3 - y)).subs(y, label) != 4 * label


@pytest.mark.parametrize("kind", RATES)
def test_eq_12_17_and_the_share_of_the_negatives(kind):
    """Train error 0, test error the share of -1 in whatever is drawn; gradient descent makes none.

    The .44 that is quoted for n = 60 and p = .6 is the share in one draw; .4 is its mean.
    """
    X, y = data()
    end = adaptive(X, y, kind, RATES[kind], 200)[-1]
    assert ((X @ end) * y > 0).all()
    for seed in range(20):
        new = np.where(np.random.default_rng(seed).random(50) < 0.6, 1.0, -1.0)
        says = np.stack([new, np.ones(50), np.ones(50)], axis=1)  # all that is not private
        assert says @ end[:3] == pytest.approx((new + 2) / 4, abs=1e-4)  # (12.17)
        assert ((says @ end[:3]) * new <= 0).mean() == (new < 0).mean()
        short = (np.linalg.pinv(X) @ y)[:3]
        assert ((says @ short) * new > 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_labels_that_are_drawn_as_in_the_paper(seed):
    y = np.where(np.random.default_rng(seed).random(60) < 0.6, 1.0, -1.0)
    X = paper(y)
    assert (generalisation.sign_factor(X, y) == 4.0) == (y.sum() > 0)


def test_eqs_12_18_and_12_19_in_fractions():
    p, m, a, b = sympy.symbols("p m a b")
    found = sympy.solve([(3 * p + 1) * a + m * b - 1, p * a + (3 * m + 5) * b + 1], [a, b])
    below = 8 * p * m + 15 * p + 3 * m + 5
    assert sympy.simplify(found[a] - (4 * m + 5) / below) == 0
    assert sympy.simplify(found[b] + (4 * p + 1) / below) == 0
    wrong = sympy.solve([(3 * p + 1) * a + m * b - 1, p * a + (3 * m + 3) * b + 1], [a, b])
    assert sympy.simplify(found[a] - wrong[a]) != 0  # 3 private features instead of 5
    for plus, minus in COEFFICIENTS:
        X, y = data(plus, minus)
        inner = np.linalg.solve(X @ X.T, y)
        assert inner[0] == pytest.approx(float(found[a].subs({p: plus, m: minus})), rel=1e-9)
        assert inner[-1] == pytest.approx(float(found[b].subs({p: plus, m: minus})), rel=1e-9)
        assert generalisation.class_weights(plus, minus) == pytest.approx(
            (inner[0], inner[-1]), rel=1e-9)


@pytest.mark.parametrize("plus, minus", COEFFICIENTS)
def test_eq_12_20_is_what_the_shortest_solution_says(plus, minus):
    X, y = data(plus, minus)
    theta = np.linalg.pinv(X) @ y
    below = 8 * plus * minus + 15 * plus + 3 * minus + 5
    right = {1: Fraction(8 * plus * minus + 15 * plus - minus, below),
             -1: -Fraction(8 * plus * minus + 3 * minus - 5 * plus, below)}
    for label in (1, -1):
        assert label * right[label] > 0
        assert label * theta[0] + theta[1] + theta[2] == pytest.approx(float(right[label]))
        assert generalisation.said(plus, minus, label) == pytest.approx(float(right[label]))


def test_eq_12_20_needs_both_classes():
    X, y = data(5, 0)
    theta = np.linalg.pinv(X) @ y
    assert -theta[0] + theta[1] + theta[2] > 0  # it has never seen a negative


@pytest.mark.parametrize("kind", RATES)
def test_eq_12_21_the_logistic_walk_stays_on_the_ray(kind):
    X, y = data()
    slope = lambda theta: -X.T @ (y / (1 + np.exp(y * (X @ theta))))  # noqa: E731
    step = 1e-6 * np.eye(X.shape[1])[0]
    cost = lambda theta: np.log1p(np.exp(-y * (X @ theta))).sum()  # noqa: E731
    at = np.full(X.shape[1], 0.1)
    assert (cost(at + step) - cost(at - step)) / 2e-6 == pytest.approx(slope(at)[0], rel=1e-6)
    assert generalisation.logistic_grad(X, y)(at, 1) == pytest.approx(slope(at), rel=1e-12)
    end = adaptive(X, y, kind, RATES[kind], 150, slope=slope)[-1]
    touched = X.any(axis=0)
    assert np.ptp(np.abs(end[touched])) < 1e-6 * end[0] and end[0] > 0.3
    theta = np.zeros(X.shape[1])
    for _ in range(150):
        theta = theta - 0.01 * slope(theta)
    assert theta[1] < 0.1 * theta[0]


# --- where it breaks ------------------------------------------------------------------------------

def says(end, label=1.0):
    return -label * end[0] + end[1] + end[2]


def test_eq_12_22_holds_in_the_first_step_and_in_no_later_one():
    """With a guard the walk leaves the ray at once, and sqrt(v) is r |q| no more."""
    X, y = data()
    theta, v = np.zeros(X.shape[1]), np.zeros(X.shape[1])
    size = np.abs(X.T @ y)
    for t in range(1, 6):
        g = X.T @ (X @ theta - y)
        v = 0.99 * v + 0.01 * g * g
        spread = np.ptp(np.sqrt(v[size > 0]) / size[size > 0])
        assert (spread < 1e-15) == (t == 1)
        if t == 1:
            assert np.sqrt(v) + 1.0 == pytest.approx(0.1 * size + 1.0, rel=1e-14)  # (12.22)
        theta = theta - 0.01 * g / (np.sqrt(v) + 1.0)


def test_eq_12_22_a_large_guard_is_gradient_descent():
    X, y = data()
    short = np.linalg.pinv(X) @ y
    gaps = [np.abs(adaptive(X, y, "RMSprop", 0.01 * eps, 800, eps=eps)[-1] - short).max()
            for eps in (1e2, 1e3, 1e4)]
    assert gaps[0] < 0.02
    assert gaps[0] / gaps[1] == pytest.approx(10, rel=0.1)
    assert gaps[1] / gaps[2] == pytest.approx(10, rel=0.1)
    assert says(adaptive(X, y, "RMSprop", 0.005, 200, eps=1e-2)[-1]) > 0.2


def test_small_batches_and_a_start_of_one_turn_it_round():
    X, y = data()
    draw = np.random.default_rng(3)
    for kind in ("RMSprop", "AdaGrad"):
        rate = RATES[kind]
        one = adaptive(X, y, kind, rate, 1500, rows=lambda t: draw.choice(60, 1), eps=1e-8)[-1]
        assert says(one) < -0.4 < 0.2 < says(adaptive(X, y, kind, rate, 200)[-1])
    assert says(adaptive(X, y, "RMSprop", 0.01, 300, v0=1.0)[-1]) < -0.2


@pytest.mark.parametrize("size", [0.5, 1.0, 1.5, 2.5, 4.0])
def test_a_label_feature_times_a(size):
    X, y = data(label=size)
    assert generalisation.sign_factor(X, y) == pytest.approx(size + 3, rel=1e-12)
    end = np.sign(X.T @ y) / (size + 3)
    assert X @ end == pytest.approx(y, abs=1e-12)
    assert says(end, size) == pytest.approx((2 - size) / (size + 3), abs=1e-12)
    assert (says(end, size) < 0) == (size > 2)


@pytest.mark.parametrize("constants", [1, 3, 5])
def test_other_numbers_of_constants_and_private_features(constants):
    X, y = data(4, 3, constants=constants, private=(1, 2 * constants + 1))
    assert generalisation.sign_factor(X, y) == pytest.approx(constants + 2, rel=1e-12)
    X, y = data(4, 3, constants=constants, private=(1, 2 * constants + 2))
    assert generalisation.sign_factor(X, y) is None


@pytest.mark.parametrize("plus, minus", [(36, 24), (24, 36), (1, 5)])
@pytest.mark.parametrize("negative", [5, 6])
def test_eq_12_23_centring_is_no_cure_in_fractions(plus, minus, negative):
    """Data and labels less their means meet (12.8), for any majority, and the verdict stays."""
    X, y = data(plus, minus, private=(1, negative))
    n = len(y)
    rows, y = [[Fraction(x) for x in row] for row in X], [Fraction(label) for label in y]
    middle, mean = [sum(column) / n for column in zip(*rows, strict=True)], sum(y) / n
    Z = [[x - m for x, m in zip(row, middle, strict=True)] for row in rows]
    q = [sum(z * (label - mean) for z, label in zip(column, y, strict=True))
         for column in zip(*Z, strict=True)]
    signs = [(x > 0) - (x < 0) for x in q]
    assert signs[:3] == [1, 0, 0]
    says = [sum(z * s for z, s in zip(row, signs, strict=True)) for row in Z]
    c = Fraction(3 + negative, 2)  # 4 for five private features
    assert says == [c * (label - mean) for label in y]  # (12.8)
    less = sum(m * s for m, s in zip(middle, signs, strict=True))
    told = [(label - less) / c + mean for label in (1, -1)]
    assert told[1] > 0  # wrong, with five and without
    assert (less == 4 * mean - 2 and told == [Fraction(3, 4), Fraction(1, 4)]) == (negative == 5)


def test_a_centred_walk_of_rmsprop_says_a_quarter():
    X, y = data()
    end = adaptive(X - X.mean(axis=0), y - y.mean(), "RMSprop", 0.01, 200)[-1]
    new = np.zeros(X.shape[1])
    new[:3] = -1.0, 1.0, 1.0
    assert (new - X.mean(axis=0)) @ end + y.mean() == pytest.approx(0.25, abs=1e-4)
    plain = adaptive(*data(constants=0), "RMSprop", 0.01, 200)[-1]
    assert plain[0] > 0.1  # without constants from the start, a new negative hears -plain[0]


def test_rates_that_fall_too_fast_stop_the_walk_before_it_fits():
    ell, square, rate = 0.0, 0.0, 0.001
    for _ in range(200):
        e = 4 * ell - 1
        square = 0.99 * square + 0.01 * e * e
        ell, rate = ell - rate * e / math.sqrt(square), 0.8 * rate
    assert 0.02 < ell < 0.1


def test_a_deviation_across_the_rows_is_not_pulled_back():
    X, y = wide()
    across = np.linalg.svd(X)[2][3:]
    theta = 0.5 * across[0]
    assert X.T @ (X @ theta - y) == pytest.approx(-X.T @ y, abs=1e-12)  # no change of slope
    assert np.abs(X.T @ (X @ (theta + X[0]) - y) + X.T @ y).max() > 0.1


def test_coupled_decay_has_one_minimum_near_the_shortest_solution():
    X, y = data()
    short = np.linalg.pinv(X) @ y
    ridges = [X.T @ np.linalg.solve(X @ X.T + w * np.eye(60), y) for w in (0.1, 0.01, 0.001)]
    gaps = [np.abs(ridge - short).max() for ridge in ridges]
    assert gaps[0] < 0.01 and gaps[0] / gaps[1] == pytest.approx(10, rel=0.1)
    for w, ridge in zip((0.1, 0.01, 0.001), ridges, strict=True):
        assert np.abs(X.T @ (X @ ridge - y) + w * ridge).max() < 1e-9
    assert np.abs(X.T @ (X @ np.sign(X.T @ y) / 4 - y) + 0.1 * np.sign(X.T @ y) / 4).max() > 0.02


# --- stopping early -------------------------------------------------------------------------------

def stop(X, y, lr, steps):
    theta = np.zeros(X.shape[1])
    for _ in range(steps):
        theta = theta - lr * X.T @ (X @ theta - y)
    return theta


def test_eq_12_24_the_shares_of_a_stopped_walk_and_of_a_ridge():
    X, y = wide()
    h, U = np.linalg.eigh(X @ X.T)
    lr, lam = 0.5 / h.max(), 0.35
    for steps in (1, 2, 7, 30):
        share = U.T @ X @ stop(X, y, lr, steps) / (U.T @ y)
        assert share == pytest.approx(1 - (1 - lr * h) ** steps, abs=1e-12)
        assert generalisation.stopped(h, lr=lr, steps=steps) == pytest.approx(share, abs=1e-12)
        assert share != pytest.approx(1 - (1 - lr * h) ** (steps + 1), abs=1e-3)
    # the minimum of |X theta - y|^2 / 2 + lam |theta|^2, as a least-squares problem with more rows
    longer = np.vstack([X, math.sqrt(2 * lam) * np.eye(6)])
    theta = np.linalg.lstsq(longer, np.r_[y, np.zeros(6)], rcond=None)[0]
    share = U.T @ X @ theta / (U.T @ y)
    assert share == pytest.approx(h / (h + 2 * lam), abs=1e-12)
    assert decay.ridge(h, 1.0, lam) == pytest.approx(share, abs=1e-12)
    assert share != pytest.approx(h / (h + lam), abs=1e-2)


def gap(k):
    """The largest distance of the two curves of (12.25), on an even grid."""
    x = np.linspace(0.0, 60.0, 600_001)[1:]
    return np.abs(-np.expm1(-x) - x / (x + k)).max()


def test_eq_12_25_the_least_gap_and_where_it_is():
    found = minimize_scalar(gap, bounds=(0.3, 1.0), method="bounded", options={"xatol": 1e-9})
    k = generalisation.nearest_ridge()
    assert k == pytest.approx(found.x, abs=1e-4)
    assert max(generalisation.ridge_gap(k)) == pytest.approx(found.fun, abs=1e-6)
    assert found.fun == pytest.approx(0.1019, abs=1e-4)
    above, below = generalisation.ridge_gap(k)
    assert above == pytest.approx(below, rel=1e-6)
    for other in (0.45, 0.5, 0.6, 1.0):
        assert gap(other) == pytest.approx(max(generalisation.ridge_gap(other)), abs=1e-5)
        assert gap(other) > found.fun + 0.01
    assert gap(0.5) < 0.12  # "about a tenth" of the summary
    assert generalisation.ridge_gap(1.0)[1] == 0.0  # with k = 1 gradient descent is never behind


def test_eq_12_25_one_part_grows_with_k_and_the_other_shrinks():
    parts = np.array([generalisation.ridge_gap(k) for k in np.linspace(0.1, 1.0, 19)])
    assert (np.diff(parts[:, 0]) > 0).all() and (np.diff(parts[:, 1]) < 0).all()


@pytest.mark.parametrize("steps", [1, 5, 20, 400])
def test_eq_12_25_is_the_limit_of_small_rates(steps):
    """With lr h at most 1 the share is above 1 - exp(-x), by at most 4 / (e^2 steps)."""
    x = np.linspace(0.0, steps, 4001)
    above = generalisation.stopped(x, lr=1 / steps, steps=steps) + np.expm1(-x)
    assert above.min() > -1e-14 and above.max() < 4 / (math.e**2 * steps)
    assert above.max() > 1 / (math.e**2 * steps)


@pytest.mark.parametrize("kind", RATES)
def test_eq_12_26_one_share_in_all_directions(kind):
    X, y = data()
    path = adaptive(X, y, kind, RATES[kind], 200)
    for theta in path[1:]:
        fitted = X @ theta
        assert fitted == pytest.approx(4 * theta[0] * y, abs=1e-9)  # c l_t y, and l_t > 0
        assert theta[0] > 0 and says(theta) == pytest.approx(theta[0], abs=1e-9)
    guarded = adaptive(X, y, kind, RATES[kind], 10, eps=1.0)[-1]
    assert np.ptp(X @ guarded / y) > 0.01  # the mutation: off the ray the shares differ
    assert all(says(stop(X, y, 0.01, steps)) < 0 for steps in range(1, 201))


def spread_data(seed=None):
    """25 curvatures, the axes turned unless seed is None, and what gradient descent fits."""
    h = np.geomspace(0.01, 100, 25)
    turn = np.eye(25) if seed is None else np.linalg.qr(
        np.random.default_rng(seed).standard_normal((25, 25)))[0]
    return h, np.diag(np.sqrt(h)) @ turn, np.sqrt(h)


def test_along_the_axes_the_curvature_does_not_count_but_the_way_does():
    h, X, y = spread_data()
    assert generalisation.sign_factor(X, y) == pytest.approx(1.0, rel=1e-12)
    assert np.ptp(adaptive(X, y, "RMSprop", 0.01, 20)[-1]) < 1e-9
    ends = np.where(np.arange(25) % 2, 1.0, 0.5)  # two lengths of way: two shares, whatever h is
    share = adaptive(X, X @ ends, "RMSprop", 0.01, 20)[-1] / ends
    assert max(np.ptp(share[::2]), np.ptp(share[1::2])) < 1e-9
    assert share[0] > share[1] + 0.1


def test_turned_the_flat_directions_are_scattered_around_zero():
    shares = []
    for seed in range(60):
        h, X, y = spread_data(seed)
        assert X @ stop(X, y, 0.01, 20) / y == pytest.approx(1 - (1 - 0.01 * h) ** 20, abs=1e-9)
        assert generalisation.sign_factor(X, y) is None
        shares.append(X @ adaptive(X, y, "RMSprop", 0.01, 20)[-1] / y)
    shares = np.array(shares)
    flat, steep = shares[:, :10], shares[:, -3:]
    assert np.abs(flat.mean()) < 0.05 and flat.std() > 0.2  # a ridge has less than 0.15 there
    assert (flat.min(axis=1) < 0).all() and steep.min() > 0.5
    assert decay.ridge(h, 1.0, 0.5 * 0.532 / 0.2)[:10].max() < 0.15
