"""The numbers in the page equal the numbers of the lesson: JavaScript against Python."""

import itertools

import pytest

from rmsprop_lab import averages
from tests.web.scripts import Script

RHOS = (0.0, 1e-3, 0.1, 0.5, 0.75, 0.9, 0.91, 0.93, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9999)
COUNTS = (1, 2, 3, 10, 14, 100, 1000, 5000)
FRACTIONS = (0.1, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
CALLS = [
    *(("shareOfLast", averages.share_of_last, pair) for pair in itertools.product(RHOS, COUNTS)),
    *(("shareOfLast", averages.share_of_last, (rho, 0)) for rho in RHOS),
    *(("weights", averages.weights, pair) for pair in itertools.product(RHOS, (0, 1, 2, 40))),
    *(("halfLife", averages.half_life, (rho,)) for rho in RHOS),
    *(("meanAge", averages.mean_age, (rho,)) for rho in RHOS),
    *(("effectiveSampleSize", averages.effective_sample_size, (rho,)) for rho in RHOS),
    *(("settlingSteps", averages.settling_steps, it) for it in itertools.product(RHOS, FRACTIONS)),
]
# Powers differ between the two languages by a rounding or two of numbers below 1.
SCRIPT = Script("lab-averages.js", CALLS, exact=("settlingSteps",))


def test_every_function_equals_pythons():
    assert SCRIPT.differences() == {}


def test_every_function_of_the_file_is_compared():
    assert SCRIPT.uncompared() == set()


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
    assert name in SCRIPT.broken(tmp_path, right, wrong)
