"""Saving and resuming: bit for bit through a file, and refused where it would be another run."""

import copy
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rmsprop_lab as lab
from rmsprop_lab.errors import StateRefused
from tests.core.optimizers import DTYPES, any_optimizer, bits, gradients


def through_json(saved):
    """As a program in another language might store it: text, with the arrays in hex."""
    def plain(x):
        if isinstance(x, np.ndarray):
            return {"dtype": x.dtype.name, "shape": x.shape, "hex": x.tobytes().hex()}
        raise TypeError(type(x))

    def array(x):
        if set(x) != {"dtype", "shape", "hex"}:
            return x
        return np.frombuffer(bytes.fromhex(x["hex"]), x["dtype"]).reshape(x["shape"])
    return json.loads(json.dumps(saved, default=plain), object_hook=array)


@given(any_optimizer, st.integers(0, 3), st.sampled_from(DTYPES), st.booleans(), st.integers(0, 99))
def test_resumed_is_uninterrupted(opt, cut, dtype, as_dict, seed):
    steps, twin = 6, copy.deepcopy(opt)
    g = gradients(seed, steps, (4,), dtype)
    theta = np.linspace(-2, 2, 4, dtype=dtype)
    theta = {"a": theta[:1].copy(), "b": theta[1:].copy()} if as_dict else theta
    pack = (lambda x: {"b": x[1:], "a": x[:1]}) if as_dict else (lambda x: x)
    for t in range(cut):
        opt.step(theta, pack(g[t]))
    there, saved, t0 = copy.deepcopy(theta), opt.state_dict(), opt.t
    for t in range(cut, steps):
        opt.lr *= 0.5  # a schedule: the saved rate goes on, not the one of the call
        opt.step(theta, pack(g[t]))
    for form in (pickle.loads(pickle.dumps(saved)), through_json(saved)):
        resumed, again = copy.deepcopy(twin), copy.deepcopy(there)
        resumed.load_state_dict(form)
        assert resumed.t == t0
        for t in range(cut, steps):
            resumed.lr *= 0.5
            resumed.step(again, pack(g[t]))
        assert bits(again) == bits(theta) and bits(resumed.state) == bits(opt.state)


@given(any_optimizer)
def test_a_pickled_optimizer_goes_on(opt):
    g, theta = gradients(0, 4, (3,), np.float64), np.ones(3)
    opt.step(theta, g[0])
    twin, there = pickle.loads(pickle.dumps(opt)), theta.copy()
    for t in (1, 2):
        opt.step(theta, g[t])
        twin.step(there, g[t])
    assert there.tobytes() == theta.tobytes() and bits(twin.state) == bits(opt.state)
    assert repr(twin) == repr(opt)


def stepped(make=lab.RMSprop, theta=None, **settings):
    opt, theta = make(**settings), np.array([1.0, 2.0]) if theta is None else theta
    opt.step(theta, copy.deepcopy(theta))
    return opt


def test_a_state_is_a_copy():
    opt, theta = lab.RMSprop(), np.ones(2)
    opt.step(theta, np.ones(2))
    saved = opt.state_dict()
    before = bits(saved["state"])
    opt.step(theta, np.ones(2))
    opt.state["v"][...] = 9
    assert bits(saved["state"]) == before
    opt.load_state_dict(saved)
    saved["state"]["v"][0][...] = 7
    assert bits({"v": [opt.state["v"]]}) == before
    opt.step(theta, np.ones(2))
    assert (saved["state"]["v"][0] == 7).all()


def test_a_copy_of_an_optimizer_has_a_state_of_its_own():
    opt, theta = lab.RMSprop(momentum=0.5), np.ones(2)
    opt.step(theta, np.ones(2))
    before, twin = bits(opt.state), copy.deepcopy(opt)
    twin.step(theta.copy(), np.ones(2))
    twin.lr = 9
    assert bits(opt.state) == before and opt.t == 1 and opt.lr == 1e-3


def test_what_a_state_holds():
    saved = stepped(theta={"w": np.ones(2, np.float32)}).state_dict()
    assert list(saved) == ["format", "optimizer", "t", "settings", "layout", "state"]
    assert (saved["format"], saved["optimizer"], saved["t"]) == (1, "RMSprop", 1)
    assert saved["layout"] == ("dict", ("w",)) and saved["settings"]["rho"] == 0.9
    assert saved["state"]["v"][0].dtype == np.float32
    assert lab.RMSprop().state_dict()["state"] == {}


SAVED = stepped().state_dict()


def edited(**changes):
    return SAVED | changes


def setting(**changes):
    return SAVED | {"settings": SAVED["settings"] | changes}


def without(*path):
    cut = copy.deepcopy(SAVED)
    place = cut
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return cut


def state(*leaves, name="v"):
    return edited(state={name: list(leaves)})


WRONG = {
    "no dict": (lambda: [1], "use opt.state_dict()"), "empty": (dict, "no 'format'"),
    "format 2": (lambda: edited(format=2), "format 2, this version reads 1; load it with"),
    "format '1'": (lambda: edited(format="1"), "format '1'"),
    "format True": (lambda: edited(format=True), "format True"),
    "format array": (lambda: edited(format=np.array([1, 1])), "format array"),
    "another optimizer": (lambda: stepped(lab.Adam).state_dict(), "of Adam, this optimizer is RMS"),
    "eps inside": (lambda: stepped(eps_at="inside").state_dict(), "make the optimizer with"),
    "centered": (lambda: stepped(centered=True).state_dict(), "centered=True"),
    "v0 g2": (lambda: stepped(v0="g2").state_dict(), "v0='g2', this optimizer has 0.0"),
    "momentum without its buffer": (lambda: setting(momentum=0.5), r"need \['b', 'v'\].*cold"),
    "rho out of range": (lambda: setting(rho=1.0), "rho=1.0 must be a number in"),
    "lr NaN": (lambda: setting(lr=float("nan")), "lr=nan"),
    "lr text": (lambda: setting(lr="0.1"), "lr='0.1'"),
    "lr None": (lambda: setting(lr=None), "None"),
    "word of another type": (lambda: setting(centered=0), "centered=0"),
    "word in a list": (lambda: setting(eps_at=["outside"]), "outside"),
    "one setting more": (lambda: setting(beta=1.0), "'beta'"),
    "settings no dict": (lambda: edited(settings=3), "int, not a dict"),
    "settings None": (lambda: edited(settings=None), "NoneType, not a dict"),
    "t True": (lambda: edited(t=True), "t=True is not a whole number"),
    "t negative": (lambda: edited(t=-1), "t=-1"), "t a float": (lambda: edited(t=1.0), "t=1.0"),
    "t None": (lambda: edited(t=None), "t=None"),
    "no v": (lambda: edited(state={}), "would start cold"),
    "another name": (lambda: state(np.ones(2), name="w"), r"holds \['w'\]"),
    "a name too many": (lambda: edited(state=SAVED["state"] | {3: []}), r"\['3', 'v'\]"),
    "state None": (lambda: edited(state=None), "NoneType, not a dict"),
    "leaves None": (lambda: edited(state={"v": None}), "no lists of arrays"),
    "ragged": (lambda: state([[1.0], [1.0, 2.0]]), "no lists of arrays"),
    "two arrays": (lambda: state(np.ones(2), np.ones(2)), "2 arrays for 1 parameters"),
    "shape": (lambda: state(np.ones(3)), r"\(3,\) float64 at .* 0, this optimizer's is \(2,\)"),
    "dtype": (lambda: state(np.ones(2, np.float32)), "float32 at parameter 0"),
    "float16": (lambda: state(np.ones(2, np.float16)), "states are float32 or float64"),
    "integers": (lambda: state(np.ones(2, int)), "int64"), "text": (lambda: state("ab"), "<U2"),
    "objects": (lambda: state(None), "object"),
    "other byte order": (lambda: state(np.ones(2, ">f8")), ">f8"),
    "layout None": (lambda: edited(layout=None), "no layout"),
    "layout a list": (lambda: edited(layout=("list", 1)), "this optimizer as array"),
    "layout True": (lambda: edited(layout=("list", True)), "unknown"),
    "layout negative": (lambda: edited(layout=("list", -1)), "unknown"),
    "layout of no keys": (lambda: edited(layout=("dict", [])), "unknown"),
    "layout of one key twice": (lambda: edited(layout=("dict", ["a", "a"])), "unknown"),
    "layout of lists": (lambda: edited(layout=("dict", [["a"]])), "unknown"),
    "layout a number": (lambda: edited(layout=3), "unknown"),
    **{f"without {key}": (lambda key=key: without(key), key) for key in SAVED if key != "format"},
    "without a setting": (lambda: without("settings", "rho"), "settings"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_refused_state_changes_nothing(name):
    make, message = WRONG[name]
    opt = stepped()
    before = opt.t, repr(opt), bits(opt.state), opt._layout
    with pytest.raises(StateRefused, match=message):
        opt.load_state_dict(make())
    assert (opt.t, repr(opt), bits(opt.state), opt._layout) == before
    fresh = lab.RMSprop()
    if name not in ("shape", "dtype", "layout a list"):  # a fresh one has no shapes to compare
        with pytest.raises(StateRefused):
            fresh.load_state_dict(make())
    assert fresh.t == 0 and fresh.state == {}


@pytest.mark.parametrize("make", [WRONG["shape"][0], WRONG["dtype"][0]])
def test_a_fresh_optimizer_refuses_at_its_first_step(make):
    opt, theta = lab.RMSprop(), np.ones(2)
    opt.load_state_dict(make())
    with pytest.raises(lab.errors.ShapeMismatch, match="an optimizer belongs to its parameters"):
        opt.step(theta, np.ones(2))
    assert theta.tolist() == [1.0, 1.0] and opt.t == 1


def test_settings_that_exclude_each_other_are_refused():
    opt = stepped(debias=True)
    saved = opt.state_dict()
    saved["settings"]["v0"] = 1.0
    with pytest.raises(StateRefused, match="not valid: debias with v0=1.0"):
        opt.load_state_dict(saved)
    assert opt.v0 == 0.0


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(), x, max_size=3)),
       st.sampled_from([*SAVED, None]))
def test_no_edit_raises_anything_else(value, key):
    opt = lab.RMSprop()
    try:
        opt.load_state_dict(value if key is None else edited(**{key: value}))
    except StateRefused:
        assert opt.t == 0 and opt.state == {}
