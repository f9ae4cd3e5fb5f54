"""Adafactor's public surface: what it keeps, containers, libraries, refusals and checkpoints."""

import copy
import math

import array_api_strict as strict
import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.errors import (
    AliasedArrays,
    DtypeRefused,
    EpsUnderflow,
    ExecutorUnavailable,
    HyperparameterError,
    ShapeMismatch,
    StateRefused,
)
from tests.relatives import matrices, walk


def test_a_matrix_costs_its_rows_and_columns():
    """112 numbers for 64 by 48, where RMSprop keeps 3072; a vector is kept whole."""
    params = {"w": np.ones((64, 48)), "b": np.ones(48), "k": np.ones((3, 5, 4)), "s": np.ones(())}
    opt = lab.Adafactor().init(params)
    kept = {name: sum(opt.state[s][name].size for s in "rcv") for name in params}
    assert kept == {"w": 112, "b": 48, "k": 3 * 5 + 3 * 4, "s": 1}
    assert lab.RMSprop().init(params["w"]).state["v"].size == 3072
    assert {s: opt.state[s]["k"].shape for s in "rcv"} == {
        "r": (3, 5, 1), "c": (3, 1, 4), "v": (0,)}


@pytest.mark.parametrize(("shape", "axes", "factor_from", "kept"), [
    ((3, 3, 64, 48), "last", 1, (9 * 64, 9 * 48)), ((3, 3, 64, 48), "largest", 1, (576, 432)),
    ((64, 48, 3, 3), "last", 1, (64 * 48 * 3, 64 * 48 * 3)),
    ((64, 48, 3, 3), "largest", 1, (64 * 9, 48 * 9)), ((64, 48, 3, 3), "largest", 49, (0, 0)),
    ((4, 4, 4), "largest", 1, (16, 16)), ((64, 1), "last", 1, (64, 1)),
    ((64, 1), "last", 2, (0, 0))])
def test_which_axes_are_averaged_over(shape, axes, factor_from, kept):
    opt = lab.Adafactor(axes=axes, factor_from=factor_from).init(np.ones(shape))
    assert (opt.state["r"].size, opt.state["c"].size) == kept
    assert opt.state["v"].size == (0 if any(kept) else math.prod(shape))


def test_containers_step_as_their_arrays_do():
    theta, gradients = matrices(5)
    alone, rest = walk(lab.Adafactor(), theta, gradients), np.ones(3)
    for pack in (lambda x, y: [x, y], lambda x, y: {"w": x, "b": y}):
        opt, x, y = lab.Adafactor(), theta.copy(), rest.copy()
        for g in gradients:
            opt.step(pack(x, y), pack(g, y * 2))
        assert x.tobytes() == alone[-1].tobytes()
    assert opt.t == 20 and set(opt.state) == {"r", "c", "v"}
    assert opt.state["r"]["w"].shape == (6, 1) and opt.state["v"]["b"].shape == (3,)


def test_views_and_fortran_order_are_stepped_in_place():
    theta, gradients = matrices(6)
    expected = walk(lab.Adafactor(), theta, gradients)[-1]
    whole, opt = np.zeros((12, 4)), lab.Adafactor()
    whole[::2] = theta
    fortran, twin = np.asfortranarray(theta), lab.Adafactor()
    for g in gradients:
        opt.step(whole[::2], g)
        twin.step(fortran, np.asfortranarray(g))
    assert np.allclose(whole[::2], expected, rtol=1e-13) and not whole[1::2].any()
    assert np.allclose(fortran, expected, rtol=1e-13)


@pytest.mark.parametrize("device", ["CPU_DEVICE", "device1"])
def test_strict_arrays_stay_on_their_device(device):
    device, (theta, gradients) = strict.Device(device), matrices(7)
    params = {"w": theta, "b": np.ones(3), "s": np.ones(())}
    moved = {k: strict.asarray(x.copy(), device=device) for k, x in params.items()}
    ours, theirs = lab.Adafactor(weight_decay=0.1), lab.Adafactor(weight_decay=0.1)
    for t, g in enumerate(gradients):
        grads = {"w": g, "b": np.full(3, t + 1.0), "s": np.ones(())}
        ours.step(params, grads)
        theirs.step(moved, {k: strict.asarray(x, device=device) for k, x in grads.items()})
        if t == 4:
            saved, theirs = theirs.state_dict(), lab.Adafactor(weight_decay=0.1)
            theirs.load_state_dict(saved)
    for k, x in params.items():
        assert moved[k].device == device
        assert np.allclose(lab.arrays.to_host(moved[k]), x, rtol=1e-12, atol=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(6, 4), (3,), (), (0, 4), (2, 3, 4)])
def test_every_shape_keeps_its_dtype(shape, dtype):
    theta, opt = np.ones(shape, dtype), lab.Adafactor(weight_decay=0.1)
    for _ in range(3):
        opt.step(theta, np.ones(shape, dtype))
    assert theta.dtype == dtype and theta.shape == shape and np.isfinite(theta).all()
    assert all(s.dtype == dtype for s in opt.state.values())


def test_it_has_no_kernels():
    theta, g = np.ones(3), np.ones(3)
    for executor in ("auto", "reference"):
        lab.Adafactor(executor=executor).step(theta, g)
    for executor in ("numpy", "numba", "cupy"):
        with pytest.raises(ExecutorUnavailable, match="use 'auto'"):
            lab.Adafactor(executor=executor)


def test_run_records_it():
    problem = lab.problems.bench()
    path = lab.run(lab.Adafactor(0.1), problem, 50)
    assert path.loss[-1] < path.loss[0] / 2 and path.state["v"].shape == (51, 2)


REFUSED = {
    "shape": (ShapeMismatch, lambda: [np.ones((6, 4)), np.ones(4)]),
    "dtype": (DtypeRefused, lambda: [np.ones((6, 4)), np.ones(3, np.float32)])}


@pytest.mark.parametrize("why", REFUSED)
def test_a_refused_step_changes_nothing(why):
    error, grads = REFUSED[why]
    params, opt = [np.ones((6, 4)), np.ones(3)], lab.Adafactor()
    opt.step(params, [np.ones((6, 4)), np.ones(3)])
    before = copy.deepcopy((params, opt.state, opt.t))
    with pytest.raises(error):
        opt.step(params, grads())
    for a, b in zip(before[0], params, strict=True):
        assert a.tobytes() == b.tobytes()
    assert opt.t == 1 and all(
        a.tobytes() == b.tobytes() for s in "rcv"
        for a, b in zip(before[1][s], opt.state[s], strict=True))


def test_arrays_that_share_memory_are_refused():
    theta, opt = np.ones((2, 2)), lab.Adafactor()
    with pytest.raises(AliasedArrays):
        opt.step(theta, theta)
    opt.step(theta, np.ones((2, 2)))
    vector, own = np.ones(3), lab.Adafactor()
    own.step(vector, np.ones(3))
    with pytest.raises(AliasedArrays, match="own state"):
        own.step(vector, own.state["v"])


def test_other_parameters_or_axes_need_another_optimizer():
    opt = lab.Adafactor(axes="last")
    opt.step(np.ones((2, 3, 4)), np.ones((2, 3, 4)))
    with pytest.raises(ShapeMismatch, match="make a new optimizer"):
        opt.step(np.ones((2, 3, 5)), np.ones((2, 3, 5)))
    with pytest.raises(ShapeMismatch, match="float64; a parameter .* float32"):
        opt.step(np.ones((2, 3, 4), np.float32), np.ones((2, 3, 4), np.float32))
    opt.factor_from = 4
    with pytest.raises(ShapeMismatch, match="factor_from"):
        opt.step(np.ones((2, 3, 4)), np.ones((2, 3, 4)))


def test_an_eps_that_is_zero_in_the_dtype():
    single = np.ones((2, 2), np.float32)
    with pytest.raises(EpsUnderflow):
        lab.Adafactor(eps1=1e-50).step(single, single.copy())
    with pytest.raises(EpsUnderflow):  # its square is the floor
        lab.Adafactor(eps1=1e-30, eps_at="floor").step(single, single.copy())
    lab.Adafactor(eps1=0.0).step(single, single.copy())


@pytest.mark.parametrize("wrong", [
    {"lr": -1.0}, {"power": math.nan}, {"eps1": "auto"}, {"clip": 0.0}, {"clip": "none"},
    {"eps1": math.inf}, {"eps2": None}, {"weight_decay": "0.1"}, {"power": True},
    {"rate": "adaptive"}, {"scaled": 1}, {"axes": "first"}, {"factor_from": 0},
    {"eps_at": "inside"}])
def test_settings_out_of_range(wrong):
    with pytest.raises(HyperparameterError, match=next(iter(wrong))):
        lab.Adafactor(**wrong)


def test_resumed_is_uninterrupted():
    theta, gradients = matrices(8)
    params = {"w": theta, "b": np.ones(4)}
    opt = lab.Adafactor(0.1)
    for t, g in enumerate(gradients):
        if t == 9:
            saved, again, opt.lr = opt.state_dict(), copy.deepcopy(params), 0.1
        opt.lr *= 0.9
        opt.step(params, {"w": g, "b": g[0]})
    resumed = lab.Adafactor(0.1)
    resumed.load_state_dict(saved)
    resumed.lr = 0.1
    for g in gradients[9:]:
        resumed.lr *= 0.9
        resumed.step(again, {"w": g, "b": g[0]})
    assert all(again[k].tobytes() == params[k].tobytes() for k in params)


def test_states_that_are_refused():
    theta, gradients = matrices(9)
    opt = lab.Adafactor()
    opt.step(theta, gradients[0])
    saved = opt.state_dict()
    with pytest.raises(StateRefused, match="axes='last'"):
        lab.Adafactor(axes="largest").load_state_dict(saved)
    with pytest.raises(StateRefused, match="start cold"):
        lab.Adafactor().load_state_dict(saved | {"state": {"r": saved["state"]["r"]}})
    other = lab.Adafactor()
    other.step(np.ones((3, 2)), np.ones((3, 2)))
    with pytest.raises(StateRefused, match="the state [rc]"):
        other.load_state_dict(saved)
    with pytest.raises(StateRefused, match="Adafactor"):
        lab.RMSprop().load_state_dict(saved)


def test_a_copy_has_a_state_of_its_own():
    theta, gradients = matrices(10)
    opt = lab.Adafactor()
    opt.step(theta, gradients[0])
    twin = copy.deepcopy(opt)
    twin.step(theta.copy(), gradients[1])
    assert opt.t == 1 and twin.t == 2
    assert opt.state["r"].tobytes() != twin.state["r"].tobytes()
    assert repr(opt).startswith("Adafactor(lr=0.01, power=0.8, eps1=1e-30")
