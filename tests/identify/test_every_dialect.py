"""identify: every RMSprop of the table is named from its steps alone, with its constants."""

import pytest

import rmsprop_lab as lab
from rmsprop_lab.dialects.identify import identify

DIALECTS = lab.dialects.RMSPROPS


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_is_named_with_its_constants(name):
    dialect = DIALECTS[name]
    found = identify(dialect.optimizer(lr=2e-3))
    assert found.calls <= 200
    assert name in str(found)
    wanted = dialect.resolved()
    assert found.settings["lr"] == pytest.approx(2e-3, rel=1e-3)
    for constant in ("rho", "eps"):
        assert found.settings[constant] == pytest.approx(wanted[constant], rel=1e-3)


def test_constants_that_stand_in_no_table_are_recovered():
    found = identify(lab.RMSprop(lr=0.0137, rho=0.9337, eps=3.21e-6, momentum=0.61, lr_at="inside"))
    expected = {"lr": 0.0137, "rho": 0.9337, "eps": 3.21e-6, "momentum": 0.61}
    assert {k: found.settings[k] for k in expected} == pytest.approx(expected, rel=1e-3)
    assert found.settings["lr_at"] == "inside"


def test_another_constant_is_another_answer():
    one = identify(lab.RMSprop(rho=0.9, eps=1e-8)).settings
    other = identify(lab.RMSprop(rho=0.9, eps=1e-8, eps_at="inside")).settings
    assert one["eps_at"] != other["eps_at"]


@pytest.mark.parametrize("make", [lab.SGD, lab.AdaGrad], ids=lambda m: m.__name__)
def test_other_methods_are_not_taken_for_rmsprop(make):
    assert identify(make(lr=0.1)).settings.get("method") != "RMSprop"
