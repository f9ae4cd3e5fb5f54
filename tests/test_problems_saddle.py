"""The saddle between two valleys: exact numbers, its derivatives by differences, its refusals."""

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.problems.saddle import Saddle


def test_exact_at_the_three_places_where_the_slope_vanishes():
    p = Saddle()
    for y, loss, curvature in ((0.0, 0.0, -1.0), (1.0, -0.25, 2.0), (-1.0, -0.25, 2.0)):
        theta = np.array([0.0, y])
        assert p.loss(theta) == loss and (p.grad(theta) == 0).all()
        assert p.curvatures(theta).tolist() == [1.0, curvature]


@pytest.mark.parametrize("tilt", [0.0, 0.125])
def test_slopes_and_curvatures_by_differences(tilt):
    p, h = Saddle(tilt=tilt), 1e-5
    for theta in np.random.default_rng(0).standard_normal((5, 2)):
        for i, e in enumerate(np.eye(2) * h):
            slope = (p.loss(theta + e) - p.loss(theta - e)) / (2 * h)
            assert p.grad(theta, 1)[i] == pytest.approx(slope, abs=1e-8)
            curvature = (p.grad(theta + e)[i] - p.grad(theta - e)[i]) / (2 * h)
            assert p.curvatures(theta)[i] == pytest.approx(curvature, abs=1e-8)
            assert p.grad(theta + e)[1 - i] == p.grad(theta - e)[1 - i]  # no mixed derivative


def test_many_points_at_once_and_nothing_is_written():
    p, points = Saddle(tilt=0.5), np.random.default_rng(1).standard_normal((3, 4, 2))
    points.flags.writeable = False
    assert p.losses(points).shape == (3, 4)
    assert p.losses(points)[1, 2] == p.loss(points[1, 2])
    theta = p.theta0
    theta[0] = 9.0
    assert p.theta0[0] == -0.7 and isinstance(p, lab.problems.Problem)
    assert p.name == "saddle, tilt 0.5" and repr(Saddle()) == "Saddle('saddle')"


def test_what_does_not_fit_is_refused():
    with pytest.raises(lab.errors.LabError, match="two parameters"):
        Saddle([1.0, 2.0, 3.0])
    with pytest.raises(lab.errors.ShapeMismatch):
        Saddle().grad(np.zeros(3))
