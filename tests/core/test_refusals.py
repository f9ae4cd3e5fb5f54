"""What a step refuses: the message names the repair, and nothing at all has changed."""

import array_api_strict as strict
import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab import errors

F32 = np.float32


def frozen(x):
    x = np.array(x)
    x.flags.writeable = False
    return x


def pair(values=(1.0, 2.0), dtype=np.float64):
    return np.array(values, dtype), np.full(len(values), 0.5, dtype)


def overlapping(offset):
    """Two parameters in one buffer, their starts `offset` elements apart."""
    buffer = np.arange(8.0)
    return [buffer[:4], buffer[offset:offset + 4]]


def far_apart():
    """Of three, the first and the last overlap, and the one between them lies elsewhere."""
    buffer = np.arange(8.0)
    return [buffer[:2], buffer[6:], buffer[1:3]]


def unsized(dtype):
    theta = np.ones(3).astype(dtype)
    return theta, theta.copy()


def second_of_three(bad_theta=None, bad_g=None):
    """Three tensors, the second of which is refused: the first must not have moved."""
    theta, g = [np.ones(2), np.ones(3), np.ones(4)], [np.ones(2), np.ones(3), np.ones(4)]
    theta[1] = theta[1] if bad_theta is None else bad_theta
    g[1] = g[1] if bad_g is None else bad_g
    return theta, g


def own(theta):
    return theta, theta


REFUSED = {
    "shape": (lambda: (np.ones(3), np.ones(2)), errors.ShapeMismatch, "its parameter's shape"),
    "broadcast": (lambda: (np.ones((2, 1)), np.ones((1, 2))), errors.ShapeMismatch, r"\(1, 2\)"),
    "scalar gradient": (lambda: (np.ones(3), np.array(1.0)), errors.ShapeMismatch, r"\(\)"),
    "gradient dtype": (lambda: (np.ones(3, F32), np.ones(3)), errors.DtypeRefused,
                       r"gradient.astype\('float32'\)"),
    "float16": (lambda: unsized("float16"), errors.DtypeRefused, "float32 copy"),
    "integers": (lambda: unsized("int64"), errors.DtypeRefused, "int64; the lab steps float32"),
    "bool": (lambda: unsized("bool"), errors.DtypeRefused, "bool"),
    "complex": (lambda: unsized("complex128"), errors.DtypeRefused, "complex128"),
    "other byte order": (lambda: unsized(">f8"), errors.DtypeRefused, ">f8"),
    "longdouble": (lambda: unsized("longdouble"), errors.DtypeRefused, "float64. Keep a"),
    "object": (lambda: unsized("object"), errors.DtypeRefused, "object"),
    "read-only": (lambda: (frozen([1.0]), np.ones(1)), errors.ReadOnlyParameter, r"theta.copy\(\)"),
    "broadcast parameter": (lambda: (np.broadcast_to(1.0, 3), np.ones(3)), errors.ReadOnlyParameter,
                            "read-only"),
    "g is theta": (lambda: own(np.ones(3)), errors.AliasedArrays, r"gradient.copy\(\)"),
    "g overlaps theta": (lambda: tuple(overlapping(1)), errors.AliasedArrays, "shares memory"),
    "parameters overlap": (lambda: (overlapping(3), [np.ones(4), np.ones(4)]), errors.AliasedArrays,
                           "parameter 0 and parameter 1 share memory"),
    "one parameter twice": (lambda: ([x := np.ones(2), x], [np.ones(2), np.ones(2)]),
                            errors.AliasedArrays, "write it twice: copy one"),
    "first and last overlap": (lambda: (far_apart(), [np.ones(2)] * 3), errors.AliasedArrays,
                               "parameter 0 and parameter 2"),
    "g of the first parameter": (lambda: ([x := np.ones(2), np.ones(2)], [np.ones(2), x[:]]),
                                 errors.AliasedArrays, "parameter 0 and a gradient|a gradient and"),
    "g of another parameter": (lambda: ([np.ones(2), x := np.ones(2)], [x[:], np.ones(2)]),
                               errors.AliasedArrays, "a gradient"),
    "second shape": (lambda: second_of_three(bad_g=np.ones(2)), errors.ShapeMismatch,
                     "parameter 1 has shape"),
    "second dtype": (lambda: second_of_three(np.ones(3, "f2"), np.ones(3, "f2")),
                     errors.DtypeRefused, "parameter 1 is float16"),
    "second read-only": (lambda: second_of_three(frozen(np.ones(3))), errors.ReadOnlyParameter,
                         "parameter 1 is read-only"),
    "second integer": (lambda: second_of_three(bad_g=np.ones(3, int)), errors.DtypeRefused,
                       "its gradient int64"),
    "second no array": (lambda: second_of_three(bad_g=[1.0, 1.0, 1.0]), errors.StructureMismatch,
                        "the gradient of parameter 1 is list, not an array"),
    "second None": (lambda: ([np.ones(1), np.ones(1)], [np.ones(1), None]),
                    errors.StructureMismatch, "NoneType"),
    "second of another library": (
        lambda: second_of_three(bad_g=strict.ones(3)), errors.MixedLibraries, "to_host"),
    "libraries mixed": (lambda: ([np.ones(1), strict.ones(1)], [np.ones(1), strict.ones(1)]),
                        errors.MixedLibraries, "numpy and array_api_strict"),
    "too few": (lambda: ([np.ones(1), np.ones(1)], [np.ones(1)]), errors.StructureMismatch,
                "expected a list of 2, got a list of 1; give gradients in the container"),
    "list for array": (lambda: (np.ones(1), [np.ones(1)]), errors.StructureMismatch,
                       "expected one array, got a list of 1"),
    "dict for list": (lambda: ([np.ones(1)], {"w": np.ones(1)}), errors.StructureMismatch,
                      "a dict with keys"),
    "other keys": (lambda: ({"w": np.ones(1)}, {"v": np.ones(1)}), errors.StructureMismatch,
                   r"\['w'\].*\['v'\]"),
    "no parameters": (lambda: ([], []), errors.StructureMismatch, "no parameters"),
    "nested": (lambda: ({"a": {"w": np.ones(1)}}, {"a": {"w": np.ones(1)}}),
               errors.StructureMismatch, "parameter 'a' is dict"),
    "a number": (lambda: (1.0, 1.0), errors.StructureMismatch, "call the rule itself on numbers"),
    "a NumPy scalar": (lambda: (np.float64(1), np.float64(1)), errors.StructureMismatch,
                       r"np.array\(\[...\]\)"),
    "masked": (lambda: (np.ma.array([1.0]), np.ones(1)), errors.StructureMismatch, "np.asarray"),
    "masked gradient": (lambda: (np.ones(1), np.ma.array([1.0])), errors.StructureMismatch,
                        "the gradient of the parameter is MaskedArray"),
    "record array": (lambda: (np.ones(1).view(np.recarray), np.ones(1)), errors.StructureMismatch,
                     "recarray"),
}


def contents(tree):
    """The bytes of all arrays in a container, whatever it holds."""
    leaves = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else [tree]
    return [contents(x) if isinstance(x, (dict, list)) else
            np.asarray(x).tobytes() if not isinstance(x, float) else x for x in leaves]


def state_of(opt):
    return opt.t, repr(opt), {k: contents(v) for k, v in opt.state.items()}, opt._layout


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_step_changes_nothing(name):
    make, error, message = REFUSED[name]
    theta, g = make()
    for opt in (lab.RMSprop(momentum=0.5), lab.SGD(0.1), lab.Adam(executor="reference")):
        before = contents(theta), contents(g), state_of(opt)
        with pytest.raises(error, match=message):
            opt.step(theta, g)
        assert (contents(theta), contents(g), state_of(opt)) == before
        assert opt.t == 0 and opt.state == {}


def test_every_error_of_the_module_is_seen_here_or_named():
    elsewhere = {"LabError", "HyperparameterError", "EpsUnderflow", "ExecutorUnavailable",
                 "RuleError", "StateRefused", "SettingNotOffered"}
    assert {error.__name__ for _, error, _ in REFUSED.values()} | elsewhere >= set(errors.__all__)
    for name in errors.__all__:
        assert issubclass(getattr(errors, name), ValueError)


@pytest.mark.parametrize("then", [
    lambda theta, g: ([np.ones(3)], [np.ones(3)]),  # another container
    lambda theta, g: (np.ones(3), np.ones(3)),  # another shape
    lambda theta, g: (theta.astype(F32), g.astype(F32)),
    lambda theta, g: (theta, np.ones(5)),
    lambda theta, g: (theta, theta),
    lambda theta, g: (frozen(theta), g)], ids=range(6))
def test_a_step_refused_later_keeps_the_state(then):
    opt, (theta, g) = lab.RMSprop(momentum=0.5), pair()
    opt.step(theta, g)
    before = state_of(opt), theta.tobytes()
    with pytest.raises(errors.LabError):
        opt.step(*then(theta, g))
    assert (state_of(opt), theta.tobytes()) == before
    opt.step(theta, g)
    assert opt.t == 2


def test_the_state_is_no_gradient():
    opt, (theta, g) = lab.RMSprop(), pair()
    opt.step(theta, g)
    for view in (opt.state["v"], opt.state["v"][:]):
        with pytest.raises(errors.AliasedArrays, match="the optimizer's own state; pass a copy"):
            opt.step(theta, view)
        with pytest.raises(errors.AliasedArrays):
            opt.step(view, g)
    opt.step(theta, opt.state["v"].copy())


@pytest.mark.parametrize("make", [
    lambda eps: lab.RMSprop(eps=eps), lambda eps: lab.Adam(eps=eps),
    lambda eps: lab.AdaGrad(0.1, eps=eps), lambda eps: lab.AdaDelta(eps=eps)])
def test_an_eps_that_is_zero_in_the_dtype(make):
    with pytest.raises(errors.EpsUnderflow, match="1e-46 is 0 in float32.* use eps >= 1e-45, or"):
        make(1e-46).step(*pair(dtype=F32))
    with pytest.raises(errors.EpsUnderflow):
        make(2.0**-150).step(*pair(dtype=F32))  # halfway to the smallest: rounds to even, zero
    make(2.0**-149).step(*pair(dtype=F32))
    make(1e-46).step(*pair())  # float64 holds it
    make(1e-45).step(*pair(dtype=F32))
    make(0.0).step(*pair(dtype=F32))
    make(1e39).step(*pair(dtype=F32))  # an infinity, with no warning: the parameters say it
    mixed = [np.ones(2), np.ones(2, F32)]
    with pytest.raises(errors.EpsUnderflow, match="parameter 1"):
        make(1e-46).step(mixed, [x.copy() for x in mixed])
    assert mixed[0].tolist() == [1.0, 1.0]


def test_jax_arrays_cannot_be_stepped():
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    x = jax.numpy.ones(2)
    with pytest.raises(errors.ReadOnlyParameter, match="call the rule"):
        lab.RMSprop().step(x, x)
    theta = np.ones(2, F32)
    with pytest.raises(errors.MixedLibraries, match="jax.numpy and numpy"):
        lab.RMSprop().step(theta, x)
    assert theta.tolist() == [1.0, 1.0]


def test_executors_that_do_not_fit():
    with pytest.raises(errors.HyperparameterError, match="choose one of auto, reference"):
        lab.RMSprop(executor="cuda")
    with pytest.raises(errors.ExecutorUnavailable, match="does not run numpy arrays"):
        lab.RMSprop(executor="cupy").step(*pair())
    with pytest.raises(errors.ExecutorUnavailable, match="does not run array_api_strict arrays"):
        lab.RMSprop(executor="numba").step(strict.ones(2), strict.ones(2))


def test_numba_missing_is_named_before_anything_is_written(monkeypatch):
    from rmsprop_lab.executors import numba

    monkeypatch.setattr(numba, "available", lambda: False)
    opt, (theta, g) = lab.RMSprop(executor="numba"), pair()
    with pytest.raises(errors.ExecutorUnavailable, match=r'pip install "rmsprop-lab\[fast\]"'):
        opt.step(theta, g)
    assert theta.tolist() == [1.0, 2.0] and opt.t == 0 and opt.state == {}
    big = np.ones(100000), np.ones(100000)
    lab.RMSprop().step(*big)  # "auto" does without
    assert (big[0] < 1).all()


def test_a_kernel_that_fails_to_compile_leaves_the_first_tensor_alone(monkeypatch):
    from rmsprop_lab import executors

    def broken(program, dtype, n):
        if n == 3:
            raise RuntimeError("no compiler")
        return executors.tiles.kernel(program)

    monkeypatch.setitem(executors.KERNELS, "numpy", broken)
    theta, g = second_of_three()
    opt = lab.RMSprop(executor="numpy")
    with pytest.raises(RuntimeError, match="no compiler"):
        opt.step(theta, g)
    assert all((x == 1).all() for x in theta) and opt.t == 0 and opt.state == {}
