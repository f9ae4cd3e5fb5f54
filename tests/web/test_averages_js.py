"""The numbers in the page equal the numbers of the lesson: JavaScript against Python."""

import itertools
import math

import pytest

from rmsprop_lab import averages
from tests.web.webtools import STATIC, node

SOURCE = STATIC / "lab-averages.js"
RHOS = (0.0, 1e-3, 0.1, 0.5, 0.75, 0.9, 0.91, 0.93, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9999)
COUNTS = (1, 2, 3, 10, 14, 100, 1000, 5000)
FRACTIONS = (0.1, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
# Powers differ between the two languages by a rounding or two of numbers below 1.
ROUNDING = {"rel_tol": 1e-12, "abs_tol": 1e-15}

CALLS = [
    *(("shareOfLast", averages.share_of_last, pair) for pair in itertools.product(RHOS, COUNTS)),
    *(("shareOfLast", averages.share_of_last, (rho, 0)) for rho in RHOS),
    *(("weights", averages.weights, pair) for pair in itertools.product(RHOS, (0, 1, 2, 40))),
    *(("halfLife", averages.half_life, (rho,)) for rho in RHOS),
    *(("meanAge", averages.mean_age, (rho,)) for rho in RHOS),
    *(("effectiveSampleSize", averages.effective_sample_size, (rho,)) for rho in RHOS),
    *(("settlingSteps", averages.settling_steps, it) for it in itertools.product(RHOS, FRACTIONS)),
]
NAMES = sorted({name for name, _, _ in CALLS})


def differences(source):
    """The calls whose result in `source` is not Python's: {name: [(arguments, ours, theirs)]}."""
    results = node("call.mjs", {"file": str(source), "calls": [(n, a) for n, _, a in CALLS]})
    out = {}
    for (name, golden, arguments), text in zip(CALLS, results, strict=True):
        theirs = [float(one) for one in text] if isinstance(text, list) else float(text)
        ours = golden(*arguments)
        pairs = ([(ours, theirs)] if not isinstance(ours, list) else
                 list(zip(ours, theirs, strict=True)) if len(ours) == len(theirs) else
                 [(math.inf, math.nan)])
        exact = isinstance(ours, int) and name == "settlingSteps"
        if not all(a == b if exact else math.isclose(a, b, **ROUNDING) for a, b in pairs):
            out.setdefault(name, []).append((arguments, ours, theirs))
    return out


def test_every_function_equals_pythons():
    assert differences(SOURCE) == {}


def test_every_function_of_the_file_is_compared():
    text = SOURCE.read_text("utf-8")
    exported = text.partition("root.averages = {")[2].partition("}")[0]
    assert sorted(name.strip() for name in exported.split(",") if name.strip()) == NAMES


@pytest.mark.parametrize(("name", "right", "wrong"), [
    ("shareOfLast", "1 - rho ** n", "1 - rho ** (n + 1)"),
    ("weights", "(1 - rho) * rho ** k", "rho ** k"),
    ("halfLife", "Math.LN2 / -Math.log(rho)", "1 / (1 - rho)"),
    ("meanAge", "rho / (1 - rho)", "1 / (1 - rho)"),
    ("effectiveSampleSize", "(1 + rho) / (1 - rho)", "1 / (1 - rho)"),
    ("settlingSteps", "< fraction", "<= fraction"),
    ("settlingSteps", "Math.log(rho)) - 1)", "Math.log(rho)) + 1)"),
])
def test_a_wrong_formula_is_found(tmp_path, name, right, wrong):
    text = SOURCE.read_text("utf-8")
    assert text.count(right) == 1
    copy = tmp_path / "lab-averages.js"
    copy.write_text(text.replace(right, wrong), "utf-8")
    assert name in differences(copy)
