"""Quadratics, the bench and the gradient streams: exact where the numbers are powers of two."""

import math
from decimal import Decimal, localcontext

import array_api_strict as strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rmsprop_lab as lab
from rmsprop_lab.problems import Quadratic, Stream, bench, constant, hinton_cycle, noisy
from rmsprop_lab.problems.base import Constant, Start

ANGLES = [0, 5, 15, 30, 45]


def frozen(values, dtype="float64"):
    """A read-only array: a problem that writes to it raises."""
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array


def test_quadratic_by_hand():
    p = Quadratic([[2.0, 1.0], [1.0, 4.0]], [1.0, -1.0])
    theta = frozen([3.0, 0.5])
    assert p.grad(theta, 1).tolist() == [6.5, 5.0]
    assert p.loss(theta) == 11.0
    assert isinstance(p.loss(theta), float)


def test_a_diagonal_and_three_dimensions_by_hand():
    theta = frozen([1.0, -2.0, 4.0])
    diagonal = Quadratic([1.0, 2.0, 0.5], theta)
    full = Quadratic(np.diag([1.0, 2.0, 0.5]), theta)
    for p in (diagonal, full):
        assert p.grad(theta).tolist() == [1.0, -4.0, 2.0]
        assert p.loss(theta) == 8.5
    mixed = Quadratic([[2, 1, 0], [1, 2, 0], [0, 0, 1]], theta)
    assert mixed.grad(theta).tolist() == [0.0, -3.0, 4.0]


def test_one_parameter_is_the_parabola():
    p = Quadratic([1.0], [1.0])
    assert (p.loss(p.theta0), p.grad(p.theta0, 7).tolist()) == (0.5, [1.0])


def test_losses_of_many_points_are_the_losses_of_each():
    p = bench(30)
    points = np.random.default_rng(0).normal(size=(4, 3, 2))
    many = p.losses(frozen(points))
    assert many.shape == (4, 3)
    assert many.tolist() == [[p.loss(x) for x in row] for row in points]


def test_bench_by_hand():
    p = bench()
    assert p.theta0.tolist() == [-5.0, -2.0]
    assert p.H.tolist() == [[0.2, 0.0], [0.0, 4.0]]
    assert p.loss(p.theta0) == 10.5
    assert p.grad(p.theta0, 1).tolist() == [-1.0, -8.0]


@pytest.mark.parametrize(
    "angle, h, start",
    [
        (90, [[4.0, 0.0], [0.0, 0.2]], [2.0, -5.0]),
        (180, [[0.2, 0.0], [0.0, 4.0]], [5.0, 2.0]),
        (-90, [[4.0, 0.0], [0.0, 0.2]], [-2.0, 5.0]),
        (720.0, [[0.2, 0.0], [0.0, 4.0]], [-5.0, -2.0]),
        (45, [[2.1, -1.9], [-1.9, 2.1]], None),
    ],
)
def test_right_angles_leave_no_residue(angle, h, start):
    p = bench(angle)
    assert p.H.tolist() == h
    assert start is None or p.theta0.tolist() == start


def test_thirty_degrees_is_correctly_rounded():
    with localcontext() as context:
        context.prec = 40
        mixed = float(Decimal(3).sqrt() / 4 * Decimal("-3.8"))
        x = float(-5 * Decimal(3).sqrt() / 2 + 1)
        y = float(Decimal("-2.5") - Decimal(3).sqrt())
    assert bench(30).H.tolist() == [[1.15, mixed], [mixed, 3.05]]
    assert bench(30).theta0.tolist() == [x, y]
    assert bench(-30).H[0, 1] == -mixed


@given(st.floats(-720, 720))
def test_any_turn_keeps_the_curvatures_and_the_first_loss(angle):
    p = bench(angle)
    assert np.linalg.eigvalsh(p.H) == pytest.approx([0.2, 4.0], rel=1e-14)
    assert p.loss(p.theta0) == pytest.approx(10.5, rel=1e-14)
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    assert p.theta0 == pytest.approx([-5 * c + 2 * s, -5 * s - 2 * c], abs=1e-13)


def turned_losses(make, steps=200, problem=bench):
    return [lab.run(make(), problem(angle), steps).loss[-1] for angle in ANGLES]


def test_gradient_descent_does_not_see_the_turn():
    losses = turned_losses(lambda: lab.SGD(lr=0.4))
    assert [f"{x:.3e}" for x in losses] == ["8.186e-15"] * 5


def test_mutation_the_invariance_test_can_fail():
    """A per-coordinate method, and a bench whose start stays behind, both break it."""
    adagrad = turned_losses(lambda: lab.AdaGrad(lr=2.0))
    assert max(adagrad) / min(adagrad) > 1e50
    left_behind = turned_losses(
        lambda: lab.SGD(lr=0.4), problem=lambda angle: Quadratic(bench(angle).H, [-5.0, -2.0])
    )
    assert max(left_behind) / min(left_behind) > 1.1


def test_numbers_are_the_same_bits_in_another_library():
    p = bench(30)
    x = np.random.default_rng(1).normal(size=2)
    other = strict.asarray(x)
    assert np.asarray(p.grad(other, 1)).tolist() == p.grad(x, 1).tolist()
    assert p.loss(other) == p.loss(x)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("device", ["CPU_DEVICE", "device1"])
@pytest.mark.parametrize(
    "make",
    [
        lambda x: Quadratic([[2.0, 1.0], [1.0, 4.0]], x),
        lambda x: Quadratic([2.0, 4.0], x),
        lambda x: Quadratic(np.eye(2), x),
        lambda x: Stream([[1.0, 2.0], [3.0, 4.0]], x),
        lambda x: constant([1.0, 2.0], x),
        lambda x: noisy([1.0, 2.0], theta0=x),
    ],
)
def test_theta_stays_in_its_library_dtype_and_device(make, dtype, device):
    x = strict.asarray([1.0, 2.0], dtype=getattr(strict, dtype), device=strict.Device(device))
    p = make(x)
    for array in (p.theta0, p.grad(x, 1)):
        assert type(array) is type(x)
        assert (array.dtype, array.device, array.shape) == (x.dtype, x.device, (2,))
    assert isinstance(p.loss(x), float)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_inputs_are_read_and_never_written(dtype):
    for p in (bench(15, dtype=dtype), constant([1.0, 2.0], dtype=dtype)):
        theta = frozen(p.theta0, dtype)
        before = theta.tobytes()
        g = p.grad(theta, 1)
        p.loss(theta)
        g[...] = 7.0  # the caller owns the gradient
        assert theta.tobytes() == before
        assert g.dtype == theta.dtype
        assert not np.any(p.grad(theta, 1) == 7.0)


def test_each_theta0_is_a_new_array():
    for p in (bench(), constant(1.0), Quadratic([1.0], np.ones(1))):
        p.theta0[...] = 99.0
        assert not np.any(p.theta0 == 99.0)


def test_the_callers_arrays_may_change_afterwards():
    h, x, rows = np.eye(2), np.ones(2), np.ones((3, 2))
    p, q = Quadratic(h, x), Stream(rows)
    for array in (h, x, rows):
        array[...] = 5.0
    assert (p.H.tolist(), p.theta0.tolist()) == ([[1.0, 0.0], [0.0, 1.0]], [1.0, 1.0])
    assert q.gradients.tolist() == [[1.0, 1.0]] * 3


def test_a_stream_repeats_and_its_loss_is_the_mean_cost():
    p = Stream([[1.0, 0.0], [2.0, 8.0], [0.0, -2.0]], theta0=[1.0, 1.0])
    assert [p.grad(p.theta0, t).tolist() for t in (1, 3, 4, 6)] == [
        [1.0, 0.0], [0.0, -2.0], [1.0, 0.0], [0.0, -2.0]]
    assert p.loss(frozen([4.0, 2.0])) == 8.0


def test_hintons_cycle_sums_to_zero_and_signs_do_not():
    p = hinton_cycle()
    assert math.fsum(p.gradients[:, 0]) == pytest.approx(0, abs=1e-16)
    assert sum(math.copysign(1, g) for g in p.gradients[:, 0]) == 8.0
    path = lab.run(lab.SGD(lr=1.0), p, 10)
    assert abs(path.final[0]) < 1e-15  # gradient descent comes back
    assert path.theta[9, 0] == pytest.approx(-0.9, rel=1e-14)


def test_noise_comes_from_the_seed_alone():
    a, b, c = noisy(steps=5, seed=3), noisy(steps=5, seed=3), noisy(steps=5, seed=4)
    assert a.gradients.tobytes() == b.gradients.tobytes() != c.gradients.tobytes()
    expected = 0.5 + 2.0 * np.random.default_rng(3).standard_normal((5, 1))
    assert noisy(0.5, 2.0, steps=5, seed=3).gradients.tolist() == expected.tolist()
    many = noisy(0.5, 2.0, steps=100_000, seed=0).gradients
    assert many.mean() == pytest.approx(0.5, abs=4 * 2.0 / math.sqrt(1e5))  # four standard errors
    assert many.std() == pytest.approx(2.0, abs=4 * 2.0 / math.sqrt(2e5))


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: Quadratic([[1.0, 2.0], [0.0, 1.0]], [1, 1]), r"not symmetric.*\(H \+ H.T\) / 2"),
        (lambda: Quadratic(np.eye(3), [1.0, 1.0]), r"does not fit.*\(d, d\)"),
        (lambda: Quadratic(1.0, [1.0]), "does not fit"),
        (lambda: Quadratic([np.nan, 1.0], [1, 1]), "not finite"),
        (lambda: Quadratic([1.0], np.array([1])), "int64.*start from floats"),
        (lambda: Quadratic([1.0], [np.inf]), "start from finite"),
        (lambda: bench("north"), "degrees as one number"),
        (lambda: bench(math.inf), "finite degrees"),
        (lambda: bench().grad(np.zeros(3)), r"shape \(2,\), got \(3,\).*problem.theta0"),
        (lambda: bench().loss([1.0, 2.0]), "needs an array, not list"),
        (lambda: Stream([]), "at least one gradient"),
        (lambda: Stream(3.0), r"use constant\(g\)"),
        (lambda: Stream([[1.0], [1.0, 2.0]]), "one row of equal length"),
        (lambda: Stream([1.0], theta0=[1.0, 2.0]), r"\(steps,\) \+ theta0.shape"),
        (lambda: constant(1.0).grad(np.zeros(1), 0), "count from 1"),
        (lambda: noisy(sigma=-1.0), "a spread is 0 or more"),
        (lambda: noisy(steps=0), "at least one gradient"),
    ],
)
def test_errors_name_the_repair(call, words):
    with pytest.raises(lab.errors.LabError, match=words):
        call()


def test_constants_are_copied_once_for_each_place():
    numbers = Constant([1.0, 2.0])
    assert numbers.beside(np.zeros(1)) is numbers.beside(np.ones(5))
    assert numbers.beside(np.zeros(1, "float32")).dtype == np.float32
    assert Start([1, 2]).copy().dtype == np.float64


@pytest.mark.gpu
def test_on_a_gpu_the_bench_gives_the_same_bits():
    import cupy

    p, x = bench(30), np.random.default_rng(1).normal(size=2)
    assert cupy.asnumpy(p.grad(cupy.asarray(x), 1)).tobytes() == p.grad(x, 1).tobytes()
    assert isinstance(p.theta0, cupy.ndarray)
