"""Lists, dicts, arenas, strides and orders: the same numbers, wherever they lie."""

import itertools
import tempfile

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab import errors
from rmsprop_lab.executors.arena import Arena

SHAPES = {"w": (3, 4), "b": (4,), "scale": (), "none": (0, 2)}
MAKE = {
    "sgd": lambda **k: lab.SGD(0.1, momentum=0.9, **k),
    "adagrad": lambda **k: lab.AdaGrad(0.1, **k),
    "rmsprop": lambda **k: lab.RMSprop(0.1, **k), "rprop": lab.Rprop, "adadelta": lab.AdaDelta,
    "g2": lambda **k: lab.RMSprop(
        0.1, v0="g2", centered=True, momentum=0.5, weight_decay=0.1, **k),
    "adam": lambda **k: lab.Adam(0.1, amsgrad="debiased", weight_decay=0.1, **k)}


def drawn(seed, shapes=SHAPES, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return {k: rng.standard_normal(shape).astype(dtype) for k, shape in shapes.items()}


def flat(tree):
    leaves = tree.values() if isinstance(tree, dict) else tree
    return np.concatenate([np.asarray(x).ravel() for x in leaves])


def run_flat(make, dtype=np.float32):
    theta, opt = flat(drawn(0, dtype=dtype)), make(executor="numpy")
    for t in range(1, 5):
        opt.step(theta, flat(drawn(t, dtype=dtype)))
    return theta, opt


# Two rules are enough for the compiler: it sees flat arrays, whatever the rule.
@pytest.mark.parametrize(("name", "executor"), [
    *itertools.product(MAKE, ["auto", "reference", "numpy"]),
    ("rmsprop", "numba"), ("g2", "numba")])
def test_containers_equal_the_flat_array(name, executor):
    expected, opt = run_flat(MAKE[name])
    as_dict, dicts = drawn(0), MAKE[name](executor=executor)
    as_list, lists = list(drawn(0).values()), MAKE[name](executor=executor)
    arena, arenas = Arena(drawn(0)), MAKE[name](executor=executor)
    for t in range(1, 5):
        g = drawn(t)
        # Gradients may come in another order, and so may the parameters, from the second step on.
        keys = sorted(as_dict) if t % 2 else list(SHAPES)
        params = as_dict if t == 1 else {k: as_dict[k] for k in reversed(keys)}
        dicts.step(params, {k: g[k] for k in keys})
        lists.step(as_list if t < 3 else tuple(as_list), tuple(g.values()))
        arenas.step(arena.flat, arena.gather(g))
    for theta, other in ((as_dict, dicts), (as_list, lists), (arena.params, None)):
        assert flat(theta).tobytes() == expected.tobytes()
        for state in other.state if other else ():
            assert flat(other.state[state]).tobytes() == opt.state[state].tobytes()
            assert type(other.state[state]) is type(theta)
    assert arenas.state.keys() == opt.state.keys()


def test_reordered_keys_of_equal_shapes_keep_their_own_state():
    """Paired by position, both would be stepped with the other's mean square."""
    theta, opt = {"a": np.ones(2), "b": np.ones(2)}, lab.RMSprop(lr=0.1)
    opt.step(theta, {"a": np.ones(2), "b": np.full(2, 100.0)})
    opt.step({k: theta[k] for k in "ba"}, {"a": np.ones(2), "b": np.full(2, 100.0)})
    assert np.allclose(opt.state["v"]["a"], 0.19) and np.allclose(opt.state["v"]["b"], 1900)
    assert list(opt.state["v"]) == ["a", "b"]


LAYOUTS = {
    "fortran": lambda x: np.asfortranarray(x),
    "strided": lambda x: embed(x, np.s_[:, ::2], (x.shape[0], 2 * x.shape[1])),
    "reversed": lambda x: embed(x, np.s_[::-1], x.shape),
    "transposed": lambda x: np.ascontiguousarray(x.T).T,
    "unaligned": lambda x: embed_unaligned(x),
    "memmap": lambda x: mapped(x)}


def embed(x, where, shape):
    whole = np.full(shape, 7, x.dtype)
    whole[where] = x
    return whole[where]


def embed_unaligned(x):
    whole = np.zeros(x.nbytes + 1, np.uint8)[1:].view(x.dtype).reshape(x.shape)
    whole[...] = x
    assert not whole.flags.aligned
    return whole


def mapped(x):
    with tempfile.TemporaryFile() as file:
        whole = np.memmap(file, x.dtype, "w+", shape=x.shape)
    whole[...] = x
    return whole


@pytest.mark.parametrize("executor", ["auto", "numpy", "numba"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout_equals_the_contiguous_one(layout, executor):
    place, shapes = LAYOUTS[layout], {"w": (6, 5)}
    for name in ("rmsprop", "g2") if executor == "numba" else MAKE:
        plain, placed = drawn(0, shapes)["w"], place(drawn(0, shapes)["w"])
        mixed = place(drawn(0, shapes)["w"])
        one, two, three = (MAKE[name](executor=executor) for _ in range(3))
        for t in range(1, 4):
            g = drawn(t, shapes)["w"]
            one.step(plain, g)
            two.step(placed, place(g))
            three.step(mixed, g if t % 2 else place(g))  # an order of its own at each step
        assert np.array_equal(plain, placed) and np.array_equal(plain, mixed)
        for state, s in one.state.items():
            assert np.array_equal(s, two.state[state]) and np.array_equal(s, three.state[state])
        if layout == "strided":
            assert (placed.base[:, 1::2] == 7).all()  # what lies between is not touched


def test_an_order_that_all_arrays_share_takes_the_kernel(monkeypatch):
    from rmsprop_lab import executors

    def reference(*job):
        raise AssertionError("the slow way")

    monkeypatch.setattr(executors, "_reference", reference)
    w = np.asfortranarray(drawn(0, {"w": (6, 5)})["w"])
    lab.RMSprop(executor="numpy").step(w, w.copy(order="F"))
    with pytest.raises(AssertionError, match="the slow way"):
        lab.RMSprop(executor="numpy").step(w, w.copy(order="C"))


def test_interleaved_halves_of_one_buffer_do_not_overlap():
    buffer = np.arange(8.0)
    lab.SGD(1.0).step(buffer[::2], buffer[1::2])
    assert buffer.tolist() == [-1, 1, -1, 3, -1, 5, -1, 7]
    lab.SGD(1.0).step([buffer[:4], buffer[4:]], [np.ones(4), np.ones(4)])
    assert buffer.tolist() == [-2, 0, -2, 2, -2, 4, -2, 6]


@pytest.mark.parametrize("executor", ["reference", "numpy", "numba"])
def test_no_axes_no_elements(executor):
    for name in ("rmsprop", "g2"):
        point, empty = np.array(2.0), np.empty((0, 3))
        line, opt, other = np.array([2.0]), MAKE[name](executor=executor), MAKE[name]()
        for t in range(3):
            opt.step([point, empty], [np.array(3.0 + t), np.empty((0, 3))])
            other.step(line, np.array([3.0 + t]))
        assert point.shape == () and point == line[0] and empty.shape == (0, 3)
        assert all(s[0].shape == () and s[0] == other.state[k][0] for k, s in opt.state.items())


def test_two_dtypes_in_one_list():
    theta, opt = [np.ones(2), np.ones(2, np.float32)], lab.RMSprop(0.1)
    opt.step(theta, [np.full(2, 3.0), np.full(2, 3.0, np.float32)])
    assert [x.dtype for x in theta] == [s.dtype for s in opt.state["v"]] == [np.float64, np.float32]
    with pytest.raises(errors.DtypeRefused, match="an arena holds one dtype"):
        Arena(theta)


def test_read_only_gradients_are_read():
    g = np.full(3, 0.5)
    g.flags.writeable = False
    for executor in ("reference", "numpy", "numba"):
        theta = np.ones(3)
        lab.RMSprop(executor=executor).step(theta, g)
        lab.RMSprop(executor=executor).step(theta, np.broadcast_to(0.5, 3))
        assert (theta < 1).all() and (g == 0.5).all()


def test_the_arena_copies_in_and_shows_views():
    tensors = drawn(0)
    arena = Arena(tensors)
    arena.flat[...] = 0
    assert tensors["w"].any() and not arena.params["w"].any()
    assert arena.params["w"].base is arena.flat and arena.params["scale"].shape == ()
    twin = arena.like()
    twin.params["b"][...] = 1
    assert twin.flat.sum() == 4 and not arena.flat.any()
    out = np.full_like(arena.flat, 9)
    assert arena.gather(drawn(1), out=out) is out
    assert out.tobytes() == flat(drawn(1)).tobytes()
    with pytest.raises(errors.ShapeMismatch):
        arena.gather(drawn(1) | {"b": np.zeros(3, np.float32)})
    with pytest.raises(errors.StructureMismatch):
        arena.gather({"w": np.zeros((3, 4), np.float32)})


def test_init_makes_the_state_that_the_first_step_would():
    theta, g = drawn(0), drawn(1)
    opt = MAKE["g2"]()
    with pytest.raises(errors.HyperparameterError, match=r"init\(params, grads\)"):
        opt.init(theta)
    assert opt.init(theta, g) is opt and opt.t == 0
    decayed = g["w"] + 0.1 * theta["w"]
    assert opt.state["v"]["w"].tobytes() == (decayed * decayed).tobytes()
    before = opt.state["v"]["w"].copy()
    opt.init(theta, drawn(2))
    assert (opt.state["v"]["w"] == before).all()
    with pytest.raises(errors.StructureMismatch):
        opt.init([np.ones(2)])
