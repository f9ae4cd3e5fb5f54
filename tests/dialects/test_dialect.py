"""A dialect is data: it makes optimizers, refuses what its library does not offer, and compares."""

import copy
import dataclasses
import itertools
import pickle

import pytest

import rmsprop_lab as lab
from rmsprop_lab import dialects
from rmsprop_lab.dialects import golden, words
from rmsprop_lab.dialects.dialect import Dialect, method_class
from rmsprop_lab.errors import HyperparameterError, LabError, SettingNotOffered

ALL = dialects.ALL


def test_the_names_are_where_they_should_be():
    required = ["HINTON", "GRAVES", "DQN", "A3C", "PYTORCH", "TF1", "KERAS2", "KERAS3", "OPTAX",
                "JAX", "TIMM", "SB3", "MLX", "MXNET", "MXNET_CENTERED", "CHAINER", "CAFFE2",
                "FASTAI"]
    assert set(required) <= set(dialects.RMSPROPS)
    for name, one in ALL.items():
        assert getattr(lab.dialects, name) is one and one.name == name
    assert {one.method for one in ALL.values()} == {
        "RMSprop", "Adam", "AdaGrad", "AdaDelta", "SGD", "Rprop", "Adamax", "NAdam", "AdaBelief"}


@pytest.mark.parametrize("name", ALL)
def test_the_optimizer_has_the_settings_of_the_dialect(name):
    one = ALL[name]
    opt = one.optimizer(lr=0.25)
    assert type(opt) is method_class(one.method) and opt.lr == 0.25
    assert {key: getattr(opt, key) for key in one.settings} == dict(one.settings)
    assert set(one.fixed).isdisjoint(one.spelled) and "lr" in one.spelled
    if one.lr is None:
        with pytest.raises(HyperparameterError, match=f"say one: {name}.optimizer"):
            one.optimizer()
    else:
        assert one.optimizer().lr == one.lr


def test_tf_keras_2_moves_its_eps_with_momentum():
    keras = dialects.KERAS2
    assert keras.optimizer().eps_at == "outside"
    assert keras.optimizer(momentum=0.9).eps_at == "inside"
    assert keras.optimizer(momentum=0.0, centered=True).eps_at == "outside"
    assert keras.optimizer(eps_at="inside", momentum=0.9).eps_at == "inside"
    with pytest.raises(SettingNotOffered, match=r"'outside' \(with momentum 'inside'\) there"):
        keras.optimizer(eps_at="inside")


def test_a_value_that_the_library_replaces():
    assert dialects.KERAS2.optimizer(eps=0.0).eps == 1e-7
    assert dialects.KERAS2.keywords(eps=0.0) == {"epsilon": 0.0}
    assert dialects.KERAS3.optimizer(eps=0.0).eps == 0.0


def test_mxnet_is_another_when_centred():
    plain, centred = dialects.MXNET, dialects.MXNET_CENTERED
    assert repr(plain.optimizer(centered=True)) == repr(centred.optimizer())
    assert plain.optimizer().momentum == 0.0 and centred.optimizer().momentum == 0.9
    assert plain.optimizer().eps_at == "outside" and dialects.MXNET1.optimizer().eps_at == "inside"


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: dialects.PYTORCH.optimizer(eps_at="inside"), SettingNotOffered,
         r"PyTorch does not let you choose eps_at: it is 'outside' there. For a step of your own: "
         r"lab.RMSprop\(eps_at='inside', ...\)"),
        (lambda: dialects.MLX.optimizer(lr=1.0, momentum=0.9), SettingNotOffered, "MLX does not"),
        (lambda: dialects.PYTORCH.optimizer(nesterov=True, momentum=0.9), SettingNotOffered,
         "nesterov"),
        (lambda: dialects.PYTORCH.optimizer(alpha=0.9), HyperparameterError,
         "say rho, which PyTorch spells alpha"),
        (lambda: dialects.PYTORCH_ADAM.optimizer(betas=(0.9, 0.99)), HyperparameterError,
         "say beta1 and beta2, which PyTorch spells betas"),
        (lambda: dialects.PYTORCH.optimizer(rhoo=0.9), HyperparameterError,
         "rhoo is no setting of RMSprop; there are rho, eps, eps_at"),
        (lambda: dialects.TIMM.optimizer(caution=True), HyperparameterError,
         "timm offers caution, the lab's RMSprop does not: it drops"),
        (lambda: dialects.KERAS3_ADAGRAD.optimizer(weight_decay=0.1), SettingNotOffered,
         "Keras 3 offers weight_decay, the lab's AdaGrad does not: its decay is decoupled"),
        (lambda: dialects.PYTORCH_ADAM.optimizer(amsgrad="debiased"), SettingNotOffered,
         "PyTorch offers amsgrad='off' or 'raw', not 'debiased'"),
        (lambda: dialects.OPTAX.optimizer(lr=1.0, centered=True, debias=True), HyperparameterError,
         "the variance is 0 at step 1"),
        (lambda: dialects.PYTORCH.optimizer(rho=1.5), HyperparameterError, r"rho=1.5 must be"),
        (lambda: dialects.PYTORCH.optimizer(lr="0.1"), HyperparameterError, "not a number"),
        (lambda: dialects.PYTORCH.diff(dialects.MLX, momentum=0.9), SettingNotOffered, "MLX"),
    ],
)
def test_errors_name_the_repair(make, error, says):
    with pytest.raises(error, match=says):
        make()


def test_what_the_library_does_anyway_may_be_said():
    assert dialects.PYTORCH.optimizer(eps_at="outside", v0=0.0).eps_at == "outside"
    assert dialects.PYTORCH.keywords(eps_at="outside") == {}


def test_the_call_is_spelled_as_the_library_spells_it():
    assert dialects.PYTORCH.spell(lr=0.01, rho=0.9) == "torch.optim.RMSprop(lr=0.01, alpha=0.9)"
    assert dialects.PYTORCH_ADAM.spell(beta2=0.99) == "torch.optim.Adam(betas=(0.9, 0.99))"
    assert dialects.TIMM.keywords(lr_at="outside", decay="decoupled", weight_decay=0.1) == {
        "lr_in_momentum": False, "decoupled_decay": True, "weight_decay": 0.1}
    assert dialects.CHAINER.spell(eps_at="inside", weight_decay=0.1) == (
        "chainer.optimizers.RMSprop(eps_inside_sqrt=True), with the hook "
        "chainer.optimizer_hooks.WeightDecay(0.1)")


def test_a_dialect_cannot_be_written_to():
    with pytest.raises(dataclasses.FrozenInstanceError):
        dialects.TF1.lr = 0.1
    for table in (dialects.TF1.settings, dialects.TF1.spelled):
        with pytest.raises(TypeError):
            table["v0"] = 0.0


@pytest.mark.parametrize("one", ALL.values(), ids=ALL)
def test_equality_copies_and_pickles(one):
    for twin in (copy.deepcopy(one), pickle.loads(pickle.dumps(one)), dataclasses.replace(one)):
        assert twin == one and hash(twin) == hash(one) and twin.settings == one.settings
    other = dataclasses.replace(one, settings=dict(one.settings) | {"weight_decay": 0.5}) \
        if "weight_decay" in one.settings else dataclasses.replace(one, lr=9.0)
    assert other != one


def test_a_dialect_must_be_whole():
    half = {key: value for key, value in dialects.TF1.settings.items() if key != "v0"}
    with pytest.raises(HyperparameterError, match="TF1: settings .* must be those of RMSprop"):
        dataclasses.replace(dialects.TF1, settings=half)
    with pytest.raises(HyperparameterError, match="evidence is 'recorded' or 'source'"):
        dataclasses.replace(dialects.TF1, evidence="hearsay")
    with pytest.raises(HyperparameterError, match="method='Lion': the lab has AdaBelief, "):
        Dialect("LION", "optax", "0", "optax.lion", "Lion")


FLIPPED = {"rho": {"rho": 0.5}, "eps": {"eps": 0.5}, "eps_at": {"eps_at": "outside"},
           "v0": {"v0": 0.5}, "centered": {"centered": True}, "momentum": {"momentum": 0.5},
           "lr_at": {"lr_at": "outside"}, "debias": {"debias": True, "v0": 0.0},
           "decay": {"decay": "decoupled"}}


@pytest.mark.parametrize("axis", words.AXES)
def test_each_axis_has_its_sentence(axis):
    base = dialects.TIMM
    other = dataclasses.replace(base, name="OTHER", settings=dict(base.settings) | FLIPPED[axis])
    said = base.diff(other)
    assert [one.partition(":")[0] for one in said] == [
        *(["v0"] if axis == "debias" else []), axis]
    assert all("TIMM" in one and "OTHER" in one and one.endswith(".") for one in said)
    assert base.diff(base) == [] and base.diff(copy.deepcopy(base)) == []


def test_nesterov_is_told_from_plain_momentum():
    one, other = dialects.OPTAX, dialects.KERAS3
    assert not any(said.startswith("momentum") for said in one.diff(other, momentum=0.9))
    mine = dataclasses.replace(one, name="MINE", settings=dict(one.settings) | {"nesterov": True})
    assert mine.diff(one, momentum=0.9) == [
        "momentum: MINE has Nesterov momentum 0.9; OPTAX has plain momentum 0.9."]


def test_diff_says_what_changes_with_momentum():
    said = dialects.KERAS2.diff(dialects.KERAS3)
    assert said == ["eps_at: KERAS2 divides by sqrt(v) + eps, with momentum divides by "
                    "sqrt(v + eps); KERAS3 divides by sqrt(v + eps)."]
    assert dialects.KERAS2.diff(dialects.KERAS3, momentum=0.9) == []


def test_diff_across_methods_says_so():
    assert dialects.PYTORCH.diff(dialects.PYTORCH_ADAM) == [
        "method: PYTORCH is RMSprop; PYTORCH_ADAM is Adam."]
    assert not dialects.PYTORCH.same_step(dialects.PYTORCH_ADAM)
    assert dialects.PYTORCH_ADAM.diff(dialects.KERAS3_ADAM)[1].startswith("eps_at: ")
    assert dialects.PYTORCH_NADAM.diff(dialects.OPTAX_NADAM) == [
        "momentum_decay: PYTORCH_NADAM has 0.004; OPTAX_NADAM has inf."]


def test_known_pairs_take_the_same_step():
    assert dialects.PYTORCH.same_step(dialects.MLX)
    assert dialects.PYTORCH.same_step(dialects.CHAINER)
    assert dialects.TF1.same_step(dialects.TIMM) and dialects.JAX.same_step(dialects.OPTAX)
    assert dialects.TF1.same_step(dialects.TIMM, momentum=0.9)
    assert not dialects.TF1.same_step(dialects.SB3, rho=0.9, eps=1e-10, momentum=0.9)  # lr_at
    assert dialects.TF1.same_step(dialects.SB3, rho=0.9, eps=1e-10)  # without momentum it is idle
    assert dialects.KERAS2.same_step(dialects.KERAS3, momentum=0.9)
    assert dialects.PYTORCH_ADAM.same_step(dialects.JAX_ADAM)


def pairs(method):
    ours = [one for one in ALL.values() if one.method == method]
    return itertools.combinations(ours, 2)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_same_step_is_the_truth_about_the_rmsprops(momentum):
    """Every pair: the steps agree on golden gradients and a dropping lr exactly if it says so."""
    seen = {True: 0, False: 0}
    said = {"momentum": momentum} if momentum else {}
    case, paths = golden.Case(said, lr=0.01, drops=True), {}
    for one, other in pairs("RMSprop"):
        try:
            same = one.same_step(other, **said)
        except LabError:
            continue  # one of the two has no momentum to choose
        for each in (one, other):
            exact = dataclasses.replace(each, single=())
            if each.name not in paths:
                paths[each.name] = golden.trajectory(exact, case)
        apart = golden.difference(paths[one.name], paths[other.name])
        assert (apart <= 1e-12) == same, (one.name, other.name, apart)
        seen[same] += 1
    assert seen[True] >= 3 and seen[False] >= 20


@pytest.mark.parametrize("method", ["Adam", "AdaGrad", "AdaDelta", "Adamax", "NAdam"])
def test_same_step_is_the_truth_about_the_siblings(method):
    for one, other in pairs(method):
        runs = [golden.trajectory(dataclasses.replace(each, single=()), golden.Case(lr=1.0))
                for each in (one, other)]
        assert (golden.difference(*runs) <= 1e-12) == one.same_step(other), (one.name, other.name)


def test_the_table_holds_every_row():
    table = dialects.table()
    assert [row[0] for row in table.rows] == list(dialects.RMSPROPS)
    assert "outside; momentum: inside" in repr(dialects.table("KERAS2"))
    assert dialects.table()._repr_html_().count("<tr>") == len(dialects.RMSPROPS) + 1
    assert "first g^2" in repr(dialects.table("FASTAI"))
    with pytest.raises(KeyError):
        dialects.table("PYTORCH_ADAM")
    assert len(dialects.sibling_table().rows) == len(dialects.SIBLINGS)
    assert "not debiased" in repr(dialects.sibling_table("Adam"))
    assert len(dialects.notes().rows) == len(dialects.RMSPROPS)
    escaped = dialects.notes("KERAS3")._repr_html_()
    assert "&quot;epsilon hat&quot;" in escaped
