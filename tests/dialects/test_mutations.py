"""Each axis counts: flip it, and a golden comparison turns red."""

import pytest

from rmsprop_lab import dialects
from rmsprop_lab.dialects import conformance, golden
from rmsprop_lab.dialects.words import AXES

#: Axis -> (dialect, case, what is put in place of the dialect's own).
FLIPS = {
    "rho": ("TIMM", "plain", {"rho": 0.9 + 1e-9}),
    "eps": ("PYTORCH", "plain", {"eps": 1.001e-8}),
    "eps_at": ("KERAS2", "plain", {"eps_at": "inside"}),
    "v0": ("TIMM", "plain", {"v0": 0.0}),
    "centered": ("SB3", "centred", {"centered": False}),
    "momentum": ("OPTAX", "nesterov", {"nesterov": False}),
    "lr_at": ("TIMM", "lr drop", {"lr_at": "outside"}),
    "debias": ("OPTAX", "debias on", {"debias": False}),
    "decay": ("KERAS3", "decoupled decay", {"decay": "l2"}),
}


def differ(name, setting, **mutation):
    """The difference from the library's recording, with the mutation."""
    dialect = dialects.ALL[name]
    ours = golden.trajectory(dialect, golden.cases(dialect)[setting], **mutation)
    return golden.difference(ours, golden.load(name)["cases"][setting]["theta"])


def test_all_nine_axes_are_flipped():
    assert set(FLIPS) == set(AXES) and len(AXES) == 9


@pytest.mark.parametrize("axis", AXES)
def test_a_flipped_axis_turns_red(axis):
    name, setting, mutation = FLIPS[axis]
    assert differ(name, setting) <= 1e-12
    assert differ(name, setting, **mutation) > 1e-11


@pytest.mark.parametrize(
    ("name", "setting", "mutation"),
    [
        ("KERAS2", "momentum", {"eps_at": "outside"}),
        ("OPTAX", "v0 1", {"v0": 0.0}),
        ("OPTAX", "eps_at outside", {"eps_at": "inside"}),
        ("OPTAX", "momentum", {"momentum": 0.9 + 1e-9}),
        ("PYTORCH", "lr drop", {"lr_at": "inside"}),
        ("PYTORCH", "l2 decay", {"decay": "decoupled"}),
        ("PYTORCH", "l2 decay", {"weight_decay": 0.1 + 1e-9}),
        ("GRAVES", "plain", {"nesterov": True}),
        ("PYTORCH_ADAM", "plain", {"eps_at": "hat"}),
        ("PYTORCH_ADAM", "amsgrad", {"amsgrad": "off"}),
        ("OPTAX_AMSGRAD", "plain", {"amsgrad": "raw"}),
        ("KERAS3_ADAM", "plain", {"eps_at": "outside"}),
        ("KERAS3_ADAMAX", "plain", {"eps_at": "inside"}),
        ("PYTORCH_NADAM", "plain", {"momentum_decay": 1.0}),
        ("OPTAX_ADABELIEF", "other numbers", {"eps_s": "eps"}),
    ],
)
def test_other_choices_turn_red_too(name, setting, mutation):
    assert differ(name, setting, **mutation) > 1e-11


def test_float32_is_tight_enough_to_see_another_method():
    for name, setting, mutation in (("MXNET1", "plain", {"eps_at": "outside"}),
                                    ("MXNET", "plain", {"eps_at": "inside"}),
                                    ("MLX", "plain", {"rho": 0.985}),
                                    ("MLX_ADAM", "plain", {"debias": True}),
                                    ("MXNET_CENTERED", "lr drop", {"lr_at": "outside"})):
        theirs = golden.load(name)["cases"][setting]["theta"]
        case = golden.cases(dialects.ALL[name])[setting]
        ours = golden.trajectory(dialects.ALL[name], case, "float32", **mutation)
        assert golden.difference(ours, theirs) > golden.allowed("float32", theirs), name


def test_every_recorded_number_arrives():
    """A number off by a thousandth is seen in the case that sets all of them to something else."""
    for name in conformance.recorded():
        dialect, saved = dialects.ALL[name], golden.load(name)
        case = golden.cases(dialect).get("other numbers")
        for setting, value in (case.overrides if case else {}).items():
            ours = golden.trajectory(
                dialect, case, saved["dtype"], **{setting: value * (1 - 1e-3)})
            theirs = saved["cases"]["other numbers"]["theta"]
            found = golden.difference(ours, theirs)
            assert found > golden.allowed(saved["dtype"], theirs), (name, setting, found)
