"""The exercises of lesson 6: solutions pass, stubs are not attempted, slips are named."""

import math

import pytest

from rmsprop_lab.exercises import lesson06
from tests.exercises.answers import fresh, function

ROOTS = {"inside": "lab.arrays.sqrt(v + eps)", "outside": "lab.arrays.sqrt(v) + eps"}


AVERAGE = "v = rho * v + (1 - rho) * g * g"


def step(inside=ROOTS["inside"], outside=ROOTS["outside"], average=AVERAGE,
         word='eps_at == "inside"', end="return theta - lr * (g / den), v"):
    return function(
        "def dialect_step(theta, g, v, lr, rho, eps, eps_at):\n"
        f"    {average}\n"
        f"    den = {inside} if {word} else {outside}\n"
        f"    {end}\n", "dialect_step")


STEP_WRONG = {
    "outside only": (step(inside=ROOTS["outside"]), "eps is always outside"),
    "inside only": (step(outside=ROOTS["inside"]), "eps is always inside"),
    "exchanged": (step(word='eps_at == "outside"'), "the two words are exchanged"),
    "a truth": (step(word="eps_at"), "eps is always inside"),
    "both": (step(inside="lab.arrays.sqrt(v + eps) + eps"), "eps is there twice"),
    "squared": (step(inside="lab.arrays.sqrt(v + eps**2)"), "eps squared under the root"),
    "no root": (step(inside="v + eps"), "the root is missing"),
    "no eps": (step(outside="lab.arrays.sqrt(v)"), "eps is missing"),
    "into v": (step(inside="lab.arrays.sqrt(v)", average="v = rho * v + (1 - rho) * g * g + "
                    '(eps if eps_at == "inside" else 0.0)'), "eps has got into the state"),
    "stale": (step(average="old, v = v, rho * v + (1 - rho) * g * g",
                   inside="lab.arrays.sqrt(old + eps)", outside="lab.arrays.sqrt(old) + eps"),
              "the step uses the old v"),
    "swapped": (step(end="return v, theta - lr * (g / den)"), "theta stands first"),
    "theta alone": (step(end="return theta - lr * (g / den)"), "asks for 2 values"),
    "in place": (step(average="v *= rho; v += (1 - rho) * g * g"), "changed in place"),
    "another number": (step(inside="lab.arrays.sqrt(v + 7 * eps)"), "is not right yet"),
}


def test_the_step_is_correct_in_two_ways():
    assert lesson06.dialect_step.check(step())
    assert lesson06.dialect_step.check(step(inside="(v + eps)**0.5", outside="v**0.5 + eps"))


@pytest.mark.parametrize("name", STEP_WRONG)
def test_a_wrong_step_is_named(name):
    answer, message = STEP_WRONG[name]
    outcome = lesson06.dialect_step.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def test_the_hand_case_is_exact():
    assert lesson06.dialect_step.reference(1.0, 8.0, 12.0, 0.25, 0.75, 3.0, "outside") == (0.75, 25)
    inside = lesson06.dialect_step.reference(1.0, 8.0, 12.0, 0.25, 0.75, 11.0, "inside")
    assert inside == (1.0 - 0.25 * (8.0 / 6.0), 25)


def port(lr="lr", eps='eps * (c * c if eps_at == "inside" else c)', v0="v0 * c * c", w="w * c"):
    return function("def ported(lr, eps, eps_at, v0, w, c):\n"
                    f"    return {lr}, {eps}, {v0}, {w}\n", "ported")


PORT_WRONG = {
    "lr divided": (port(lr="lr / c"), "lr is divided by c"),
    "lr multiplied": (port(lr="lr * c"), "lr is multiplied by c"),
    "eps by c": (port(eps="eps * c"), "Under the root eps is added to v"),
    "eps by c squared": (port(eps="eps * c * c"), "Outside the root eps is added to sqrt(v)"),
    "eps exchanged": (port(eps='eps * (c if eps_at == "inside" else c * c)'),
                      "the two places are exchanged"),
    "eps divided": (port(eps='eps / (c * c if eps_at == "inside" else c)'),
                    "eps is divided where it should grow"),
    "eps kept": (port(eps="eps"), "eps is left as it is"),
    "v0 by c": (port(v0="v0 * c"), "v is an average of squares"),
    "v0 kept": (port(v0="v0"), "v0 is left as it is"),
    "w kept": (port(w="w"), "the weight decay is left as it is"),
    "w squared": (port(w="w * c * c"), "w is multiplied by c squared"),
    "w divided": (port(w="w / c"), "w is divided by c"),
    "a dict": (function("def ported(lr, eps, eps_at, v0, w, c):\n    return {}\n", "ported"),
               "you return a dict"),
    "two": (function("def ported(lr, eps, eps_at, v0, w, c):\n    return eps, v0\n", "ported"),
            "you return 2 values"),
}


def test_the_port_is_correct():
    assert lesson06.ported.check(port())
    assert lesson06.ported.reference(0.25, 0.5, "inside", 1.0, 0.125, 4.0) == (0.25, 8.0, 16.0, 0.5)


@pytest.mark.parametrize("name", PORT_WRONG)
def test_a_wrong_port_is_named(name):
    answer, message = PORT_WRONG[name]
    outcome = lesson06.ported.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


def test_a_word_that_has_no_effect_is_said_with_both_words():
    answer = port(eps="eps * c**1.5")
    assert "with eps_at = 'outside' and with eps_at = 'inside'" in lesson06.ported.check(
        answer).message


EPS_WRONG = {
    7e-5**2: "square of the outer eps", 7e-5: "the outer eps itself",
    2 * 3e-3 * 7e-5: "the mixed term alone", 3e-3 * 7e-5 + 7e-5**2: "the mixed term once",
    (3e-3 + 7e-5) ** 2: "the whole of what stands under the root",
    4.249e-7 / 3e-3: "in units of g", 4.249e-7**0.5: "the root of the answer",
    math.sqrt(9e-6 + 7e-5) / (3e-3 + 7e-5): "the ratio (6.3)",
    1e-7: "too small", 1e-5: "too large", -1e-7: "cannot be a guard", math.nan: "cannot be a guard",
    "4.2e-7": "is a str", None: "is None",
}


@pytest.mark.parametrize("answer", EPS_WRONG)
def test_a_wrong_eps_is_named(answer):
    outcome = lesson06.matching_eps.check(answer)
    assert outcome.kind == "NotYet" and EPS_WRONG[answer] in outcome.message, outcome


@pytest.mark.parametrize("answer", [2 * 3e-3 * 7e-5 + 7e-5**2, 4.249e-7])
def test_the_matching_eps_may_be_a_formula_or_four_digits(answer):
    assert lesson06.matching_eps.check(answer)
    assert lesson06.matching_eps.check(...).kind == "NotAttempted"


def test_the_expected_eps_makes_the_same_step():
    eps, g = lesson06.matching_eps.expected(), 3e-3
    assert math.isclose(g / math.sqrt(g * g + eps), g / (g + 7e-5), rel_tol=1e-13)
    assert math.isclose(eps, 2 * g * 7e-5 + 7e-5**2, rel_tol=1e-9)


GO_ON = "for t, g in enumerate(gradients[cut:], cut + 1):"


def resume(line=GO_ON, saved='{"theta": theta, "v": v}',
           bottom="lab.averages.debias(v, rho, t) ** 0.5 + 1e-8"):
    return function(
        "def resumed(gradients, cut, lr, rho):\n"
        "    theta, v = 0.0, 0.0\n"
        "    for t, g in enumerate(gradients[:cut], 1):\n"
        "        v = lab.averages.ema(v, g * g, rho)\n"
        "        theta = theta - lr * g / (lab.averages.debias(v, rho, t) ** 0.5 + 1e-8)\n"
        f"    saved = {saved}\n"
        '    theta, v = saved["theta"], saved["v"]\n'
        f"    {line}\n"
        "        v = lab.averages.ema(v, g * g, rho)\n"
        f"        theta = theta - lr * g / ({bottom})\n"
        "    return theta\n", "resumed")


START_ONE = "for t, g in enumerate(gradients[cut:], 1):"
RESUME_WRONG = {
    "both lost": (resume(START_ONE, saved='{"theta": theta, "v": 0.0}'), "together with the clock"),
    "v lost": (resume(saved='{"theta": theta, "v": 0.0}'), "but v starts again from zero"),
    "early": (resume("for t, g in enumerate(gradients[cut:], cut):"), "counted twice"),
    "late": (resume("for t, g in enumerate(gradients[cut:], cut + 2):"), "leaves a step out"),
    "no debias": (resume(bottom="v**0.5 + 1e-8"), "no longer debiased"),
    "theta lost": (resume(saved='{"theta": 0.0, "v": v}'), "theta starts again from zero"),
    "from the end": (resume("for t, g in enumerate(gradients[cut:], len(gradients)):"),
                     "the theta you return is not right yet"),
}


def test_the_repaired_checkpoint_is_correct_in_two_ways():
    assert lesson06.resumed.check(resume())
    kept = resume("for t, g in enumerate(gradients[cut:], saved['t'] + 1):",
                  saved='{"theta": theta, "v": v, "t": cut}')
    assert lesson06.resumed.check(kept)


def test_the_checkpoint_as_given_is_not_attempted():
    outcome = lesson06.resumed.check(resume(START_ONE))
    assert outcome.kind == "NotAttempted"
    assert "the step after the checkpoint is 0.52 lr, expected 1.00 lr" in outcome.message


@pytest.mark.parametrize("name", RESUME_WRONG)
def test_a_wrong_repair_is_named(name):
    answer, message = RESUME_WRONG[name]
    outcome = lesson06.resumed.check(answer)
    assert outcome.kind == "NotYet" and message in outcome.message, outcome


@pytest.fixture
def prediction():
    return fresh(lesson06.prediction)


def test_the_prediction_follows_from_the_measurement(prediction):
    assert prediction.reveal(2.0).kind == "NotAttempted"
    assert prediction.check("z").kind == "NotYet"
    assert prediction.check("A").kind == "Committed"
    assert "first prediction counts" in prediction.check("c").message
    assert prediction.reveal(prediction.measure())
    assert [prediction.right(x) for x in (2.1, 25.0, 900.0, 2e6)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("letter", "bcd")
def test_a_wrong_prediction_is_told_why(prediction, letter):
    prediction.check(letter)
    outcome = prediction.reveal(prediction.measure())
    assert outcome.kind == "NotYet" and f"you predicted {letter}" in outcome.message
    assert "that is a" in outcome.message and "logarithm" in outcome.message


def test_the_measured_ratio_is_that_of_the_law():
    law = math.log(3e-12) / math.log(3e-6)
    assert lesson06.prediction.measure() == pytest.approx(law, rel=0.01)
