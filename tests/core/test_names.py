"""Names that a kernel could not spell, or spells for something else, are refused in the rule."""

import pytest

from rmsprop_lab.errors import RuleError
from rmsprop_lab.names import check_names
from rmsprop_lab.rule import rule


@pytest.mark.parametrize("name", [
    "n", "i", "T", "k1", "t3", "r0", "long", "double", "lambda_", "size", "v_new", "g_i", "sqrt",
    "numbers", "main", "default"])
def test_names_that_kernels_use(name):
    for make in (f"@rule(state=({name!r},))\ndef mine(theta, g, {name}, *, lr): pass",
                 f"@rule()\ndef mine(theta, g, *, {name}): pass",
                 f"@rule()\ndef {name}(theta, g, *, lr): pass"):
        with pytest.raises(RuleError, match=f"{name!r} means something else in a kernel; rename"):
            exec(make, {"rule": rule})


def test_names_that_c_cannot_spell():
    with pytest.raises(RuleError, match="'η' is no name in CUDA; spell it in ASCII"):
        exec("@rule()\ndef mine(theta, g, *, η): pass", {"rule": rule})
    for name in ("_lr", "2x", ""):
        with pytest.raises(RuleError, match="starting with a letter"):
            check_names("mine", [name])
    with pytest.raises(RuleError, match="stands twice"):
        check_names("mine", ["v", "v"])
    check_names("mine", ["lr", "rho", "beta1", "t", "w", "peak", "k", "r", "new", "momentum"][:8])
