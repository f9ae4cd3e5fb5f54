"""The errata: verdicts are decided by rules, rows are sound, nothing is forgotten."""

import dataclasses
import math

import pytest

from rmsprop_lab import errata
from rmsprop_lab.errata import Claim, Statement, Table

ROWS = {row.name: row for row in errata.ROWS}

#: Every finding that the page must show, by text. A row may be added; none may go.
FINDINGS = {
    "RMSprop: fixing AdaGrad": (
        "start-1 start-2 start-3 start-5 start-10 start-30 adagrad-30 variance root-sign window-10 "
        "start-up adagrad-stops rmsprop-continues pytorch-alpha pytorch-lr"),
    "RMSProp/en (Marovi AI)": (
        "graves-nesterov thousands-of-steps tensorflow-inside eps-at-the-start v0-zero "
        "default-triple cold-restart cold-restart-bound one-tensor adadelta-no-rate "
        "fails-on-convex smoother middle-ground"),
    "RMSprop Explained: a Dynamic learning rate (Towards AI)": (
        "gradient-is-curvature norm-of-the-vector average-of-gradients stops-before adagrad-eps"),
    "A question about RMSprop and weight decay (2016)": (
        "decay-sign decay-sgd decay-coupled decay-order decay-insensitive decay-no-objective "
        "decay-levenberg"),
    "Dive into Deep Learning": (
        "d2l-half-life d2l-half-life-of-ten d2l-square d2l-linear d2l-rotated d2l-two-rmsprops "
        "d2l-bench d2l-adam-eps d2l-adam-counter d2l-loguniform"),
    "labml.ai, annotated papers": "labml-eps-hat labml-step labml-bound",
    "Neuromatch Academy, deep learning": "neuromatch-negative neuromatch-smaller",
    "Why Momentum Really Works (Distill 2017)": "distill-modulus distill-unrolled",
    "convnetjs": "convnetjs-corrections",
    "Keras 3": "keras-eps-hat keras-golden",
    "Kingma and Ba 2015": "adam-bound adamax-bound",
    "First notes for this course": "underflow bench-print",
}


@pytest.fixture(scope="module")
def judged():
    """Name -> the lines and the verdict of a row, each computed once."""
    return {row.name: (lines, verdict) for row, lines, verdict in Table(errata.ROWS).judged}


@pytest.mark.parametrize(
    ("printed", "computed", "verdict"),
    [
        ("6.51", 6.514999, "holds"), ("6.51", 6.5151, "last digit"), ("6.51", 6.5251, "wrong"),
        ("6.51", 6.5051, "holds"), ("6.51", 6.4949, "wrong"), ("270", 270.4, "holds"),
        ("270", 271.6, "wrong"), ("-0.5", -0.46, "holds"), ("1e-3", 0.0014, "holds"),
    ],
)
def test_verdicts_on_numbers(printed, computed, verdict):
    assert errata.decide(printed, computed) == verdict


@pytest.mark.parametrize(
    ("cases", "verdict"),
    [("TT", "holds"), ("FF", "wrong"), ("T", "holds"), ("F", "wrong"), ("TF", "only if a"),
     ("FTF", "only if b"), ("TFT", "only if not b"), ("TTFF", "only if a or b"),
     ("TTTFF", "only if not d nor e")],
)
def test_verdicts_on_statements(cases, verdict):
    assert errata.judge({name: true == "T" for name, true in zip("abcde", cases, strict=False)}
                        ) == verdict


def test_a_claim_has_the_verdict_of_its_worst_number():
    row = ROWS["start-1"]
    for v, verdict in (("0.90", "holds"), ("0.91", "last digit"), ("0.95", "wrong")):
        changed = dataclasses.replace(row, quoted=row.quoted | {"v": v})
        assert changed.verdict(changed.lines()) == verdict


def test_nothing_is_forgotten():
    for source, names in FINDINGS.items():
        missing = set(names.split()) - {row.name for row in errata.ROWS if row.source == source}
        assert not missing, f"{source}: {sorted(missing)}"
    assert {row.source for row in errata.ROWS} == set(FINDINGS)


def test_the_table_of_the_worked_example():
    ten, thirty = ROWS["start-10"], ROWS["start-30"]
    assert [f"{one.found:.4g}" for one in ten.lines()] == ["5.862", "2.421", "0.0413"]
    assert [one.verdict for one in ten.lines()] == [
        "wrong by +11.1 %", "wrong by +5.36 %", "wrong by -5.58 %"]
    assert ten.explained() == "6.51 is 10 (1 - 0.9^10) = 6.51322"
    assert [f"{one.found:.4g}" for one in thirty.lines()] == ["8.618", "2.936", "0.03406"]
    assert [one.verdict for one in thirty.lines()][2] == "holds"


def test_rows_are_sound(judged):
    assert len(ROWS) == len(errata.ROWS), "a name stands twice"
    for row in errata.ROWS:
        assert row.source and row.place and row.how and row.lesson
        assert not isinstance(row, Claim) or row.origin is None or row.explained(), row.name
        assert judged[row.name][0], row.name


def test_no_test_of_a_statement_is_a_foregone_conclusion(judged):
    pool = [0.0, 1.0, -1.0, 0.5, 1.005, 2.0, 512.0, 1e6, 0.9, 1e-3, 1e-10, "inside", "outside",
            "-2.382563"]
    for row in errata.ROWS:
        if isinstance(row, Statement):
            words = isinstance(judged[row.name][0][0].found, str)
            answers = {bool(row.test(x)) for x in pool if isinstance(x, str) == words}
            assert answers == {True, False}, row.name
            assert not row.test(math.nan), row.name


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("variance", "only if gradients 3, -3, 3, ..."), ("window-10", "wrong"),
     ("graves-nesterov", "wrong"), ("thousands-of-steps", "only if rho 0.999"),
     ("tensorflow-inside", "only if not tf.keras 2 without momentum"),
     ("one-tensor", "only if plain"), ("gradient-is-curvature", "wrong"),
     ("stops-before", "wrong"), ("decay-sgd", "holds"), ("decay-coupled", "holds"),
     ("decay-no-objective", "wrong"), ("d2l-bench", "holds"), ("keras-golden", "wrong"),
     ("d2l-linear", "wrong"), ("d2l-adam-eps", "only if gradient 1"),
     ("d2l-adam-counter", "only if step 1"), ("d2l-loguniform", "wrong"),
     ("d2l-half-life-of-ten", "wrong"), ("distill-modulus", "wrong"), ("distill-unrolled", "wrong"),
     ("neuromatch-negative", "only if weight +0.03, gradient 0.001"),
     ("neuromatch-smaller", "only if not weight -0.03, gradient 0.0001"),
     ("adam-bound", "only if betas 0, 0.999 or betas 0.9, 0.9"), ("underflow", "wrong")],
)
def test_what_the_rules_say(judged, name, verdict):
    assert judged[name][1] == verdict


def test_known_numbers(judged):
    found = {name: [f"{one.found:.4g}" for one in judged[name][0]] for name in (
        "thousands-of-steps", "convnetjs-corrections", "adam-bound", "decay-insensitive",
        "eps-at-the-start", "d2l-half-life-of-ten", "d2l-linear", "d2l-adam-eps",
        "d2l-adam-counter", "distill-modulus", "distill-unrolled")}
    assert found == {
        "thousands-of-steps": ["44", "459", "4603"],
        "convnetjs-corrections": ["10", "18.06", "24.5", "29.61"],
        "adam-bound": ["1", "2.299", "2.345", "1.165", "1"],
        "decay-insensitive": ["0.01828", "0.6703", "0.9608", "0.996"],
        "eps-at-the-start": ["1", "1", "306.5", "99.01"],
        "d2l-half-life-of-ten": ["6.579"], "d2l-linear": ["1.989", "3"],
        "d2l-adam-eps": ["9.9e-05", "-0.4999", "nan"],
        "d2l-adam-counter": ["1", "2.064", "1.025", "0.3977"],
        "distill-modulus": ["0.5"] * 3, "distill-unrolled": ["-1"] * 2}


def test_a_computation_of_other_quantities_is_refused():
    other = dataclasses.replace(ROWS["start-10"], compute=lambda: {"w": 1.0})
    with pytest.raises(ValueError, match="start-10 quotes"):
        other.lines()


def test_a_statement_about_nothing_is_refused():
    empty = dataclasses.replace(ROWS["underflow"], compute=dict)
    with pytest.raises(ValueError, match="underflow has no case"):
        empty.lines()
