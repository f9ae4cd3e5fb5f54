"""Lesson 12's module, its problem and its picture: exact where the arithmetic is exact."""

import array_api_strict
import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab import generalisation
from rmsprop_lab.errors import HyperparameterError, LabError, ShapeMismatch

BILL, PRICE = np.array([[3.0, 1.0]]), np.array([4.0])


def test_the_bill_has_two_answers():
    assert generalisation.minimum_norm(BILL, PRICE) == pytest.approx([1.2, 0.4], rel=1e-15)
    assert generalisation.sign_solution(BILL, PRICE).tolist() == [1.0, 1.0]
    assert generalisation.sign_solution(-BILL, PRICE).tolist() == [-1.0, -1.0]
    assert generalisation.sign_factor(BILL, 2 * PRICE) == 0.5


def test_a_condition_that_fails_is_said():
    X, y = np.eye(2), np.array([1.0, 2.0])
    assert generalisation.sign_factor(X, y) is None
    with pytest.raises(LabError, match="run the method instead"):
        generalisation.sign_solution(X, y)


def test_a_factor_is_positive_or_none():
    X, y = np.array([[1.0], [1.0]]), np.array([1.0, -1.0])  # q = 0: no slope, no walk, no fit
    assert generalisation.sign_factor(X, y) is None
    with pytest.raises(LabError):
        generalisation.sign_solution(X, y)


def test_the_condition_is_not_met_by_a_little_less():
    y = np.array([1.0, 1.0, -1.0])
    X = generalisation.wilson_data(y)
    assert generalisation.sign_factor(X, y) == 4.0
    X[0, 1] += 1e-9
    assert generalisation.sign_factor(X, y) is None


def test_multiples_are_the_walk_of_the_optimizer_on_the_bill():
    path = lab.run(lab.RMSprop(lr=0.0625, rho=0.75, eps=1e-300),
                   lab.problems.LeastSquares(BILL, PRICE), 20)
    walk = generalisation.multiples(1.0, 20, lr=0.0625, rho=0.75)
    assert path.theta[:, 0] == pytest.approx(walk, abs=1e-14)
    assert walk[:2] == [0.0, 0.125] and len(walk) == 21


@pytest.mark.parametrize("bad", [[1, 0], [[1, -1]], [2.0], ["a"]])
def test_labels_are_one_or_minus_one(bad):
    with pytest.raises((ShapeMismatch, ValueError)):
        generalisation.wilson_data(bad)


def test_the_data_follow_their_options():
    X = generalisation.wilson_data([-1, 1], private=(2, 1), label=3.0, constants=(0.5,))
    assert X.tolist() == [[-3.0, 0.5, 1.0, 0.0, 0.0, 0.0], [3.0, 0.5, 0.0, 0.0, 1.0, 1.0]]
    assert generalisation.wilson_data([1.0], constants=()).shape == (1, 6)


def test_private_features_are_private():
    X = generalisation.wilson_data([1, -1, -1, 1, -1])
    assert X[:, 3:].sum(axis=0).max() == 1.0
    assert X[:, 3:].sum(axis=1).tolist() == [1, 5, 5, 1, 5]


def test_error_rate_counts_a_zero_as_wrong_and_means_over_solutions():
    X, y = np.array([[1.0], [1.0], [-1.0], [0.0]]), np.array([1.0, -1.0, 1.0, 1.0])
    assert generalisation.error_rate(np.array([1.0]), X, y) == 0.75
    assert generalisation.error_rate(np.array([[1.0], [-1.0]]), X, y) == 0.625


def test_settle_changes_neither_optimizer_nor_start():
    p = lab.problems.LeastSquares(BILL, PRICE)
    opt, start = lab.RMSprop(lr=0.5), p.theta0
    end = generalisation.settle(opt, p.grad, start, [0.1, 0.05])
    assert opt.t == 0 and opt.lr == 0.5 and not opt.state and not start.any()
    same = lab.RMSprop(lr=0.1)
    for lr in (0.1, 0.05):
        same.lr = lr
        same.step(start, p.grad(start))
    assert (end == start).all() and end.any()


def test_the_arithmetic_runs_on_any_array_library():
    xp = array_api_strict
    X, y = xp.asarray([[3.0, 1.0]]), xp.asarray([4.0])
    assert generalisation.sign_factor(X, y) == 1.0
    host = lab.arrays.to_host
    assert host(generalisation.minimum_norm(X, y)) == pytest.approx([1.2, 0.4])
    p = lab.problems.LeastSquares(BILL, PRICE, xp.asarray([0.0, 0.0]), batch=1)
    assert host(p.grad(p.theta0, 1)).tolist() == [-12.0, -4.0] and p.loss(p.theta0) == 8.0


def test_least_squares_by_hand_and_by_differences():
    X, y = np.array([[1.0, 2.0, 0.0], [0.5, -1.0, 4.0]]), np.array([1.0, -2.0])
    p = lab.problems.LeastSquares(X, y)
    at = np.array([1.0, -1.0, 0.5])
    assert p.loss(at) == 0.5 * (4.0 + 5.5**2)
    assert p.grad(at).tolist() == [-2.0 + 2.75, -4.0 - 5.5, 22.0]
    for j, h in enumerate(2.0**-10 * np.eye(3)):
        assert (p.loss(at + h) - p.loss(at - h)) / 2.0**-9 == pytest.approx(p.grad(at)[j])
    many = np.stack([at, 2 * at])
    assert p.losses(many)[0] == p.loss(at) and (p.grads(many)[0] == p.grad(at)).all()


def test_batches_are_the_same_in_every_run_and_add_up():
    X, y = np.arange(12.0).reshape(4, 3), np.arange(4.0)
    p, q = (lab.problems.LeastSquares(X, y, batch=2, seed=s) for s in (5, 6))
    at = np.array([1.0, 0.5, -1.0])
    assert (p.grad(at, 3) == p.grad(at, 3)).all()
    assert any((p.rows(t) != q.rows(t)).any() for t in range(1, 9))
    rows = p.rows(3)
    rest = [i for i in range(4) if i not in rows]
    left = lab.problems.LeastSquares(X[rest], y[rest]).grad(at)
    assert p.grad(at, 3) + left == pytest.approx(lab.problems.LeastSquares(X, y).grad(at))
    with pytest.raises(LabError, match="counted from 1"):
        p.grad(at)


@pytest.mark.parametrize("error, arguments, options", [
    (ShapeMismatch, ([[1.0, 2.0]], [1.0, 2.0]), {}), (ShapeMismatch, ([1.0, 2.0], [1.0]), {}),
    (ShapeMismatch, ([[1.0, 2.0]], [1.0], [0.0]), {}),
    (HyperparameterError, ([[1.0, 2.0]], [1.0]), {"batch": 2}),
    (HyperparameterError, ([[1.0, 2.0]], [1.0]), {"batch": 0})])
def test_data_that_do_not_fit_are_refused(error, arguments, options):
    with pytest.raises(error):
        lab.problems.LeastSquares(*arguments, **options)


def test_the_picture_says_where_circle_and_square_touch():
    p = lab.problems.LeastSquares([[1.0, -2.0]], [5.0], name="a line")
    picture = lab.plots.fits(p, {"GD": lab.run(lab.SGD(lr=0.1), p, 5)}, row=(1, -2), target=5)
    assert "touches it at (1, -2), a square at (1.67, -1.67)" in picture.alt
    assert picture._repr_png_() == lab.plots.fits(
        p, {"GD": lab.run(lab.SGD(lr=0.1), p, 5)}, row=(1, -2), target=5)._repr_png_()
    line, circle = picture.figure.axes[0].lines, picture.figure.axes[0].patches[0]
    assert circle.radius == pytest.approx(5**0.5)
    ends = [a.get_xydata() for a in line if len(a.get_xydata()) == 2]
    assert any(np.allclose(xy @ [1.0, -2.0], 5.0) for xy in ends)


@pytest.mark.parametrize("row, target", [((1.0, 0.0), 4.0), ((1.0,), 4.0), ((1.0, 2.0), 0.0)])
def test_a_line_through_a_corner_that_is_none_is_refused(row, target):
    with pytest.raises(ShapeMismatch, match="none of them zero"):
        lab.plots.fits(lab.problems.LeastSquares([[3.0, 1.0]], [4.0]), row=row, target=target)


def test_stopped_is_exact_in_powers_of_two_and_keeps_its_shape():
    h = np.array([[0.0, 0.25], [0.5, 1.0]])
    assert generalisation.stopped(h, lr=1.0, steps=2).tolist() == [[0.0, 0.4375], [0.75, 1.0]]
    assert generalisation.stopped(array_api_strict.asarray([0.5]), lr=1.0, steps=3)[0] == 0.875


def test_the_gap_to_a_ridge_has_two_sides():
    assert generalisation.ridge_gap(2.0)[1] == 0.0 < generalisation.ridge_gap(2.0)[0]
    above, below = generalisation.ridge_gap(0.25)
    assert below > 0.2 > 0.05 > above > 0
    assert 0.5 < generalisation.nearest_ridge() < 0.6
