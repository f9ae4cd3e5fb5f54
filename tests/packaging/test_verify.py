"""`verify`: the golden numbers come out, and a wrong one, or a wrong executor, is a miss."""

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab import verify


@pytest.mark.parametrize("golden", verify.GOLDEN, ids=lambda golden: golden.name)
def test_golden_number(golden):
    row = verify.check(golden)
    assert (row.computed, row.verdict) == (golden.expected, "pass")


def test_every_lesson_has_golden_numbers_and_no_name_comes_twice():
    assert {golden.lesson for golden in verify.GOLDEN} == set(range(1, 18))
    named = [(golden.lesson, golden.name) for golden in verify.GOLDEN]
    assert len(set(named)) == len(named)


def printed(lesson):
    """Every number in the stored text outputs of a lesson."""
    (path,) = (Path(__file__).resolve().parents[2] / "lessons").glob(f"{lesson:02}_*.ipynb")
    cells = json.loads(path.read_text("utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    text = "".join("".join(o.get("text", [])) + "".join(o.get("data", {}).get("text/plain", []))
                   + "\n" for o in outputs)
    return [float(x) for x in re.findall(r"(?<![\w.])-?\d+\.?\d*(?:e[+-]?\d+)?", text)]


@pytest.mark.parametrize("golden", verify.GOLDEN, ids=lambda golden: golden.name)
def test_the_lesson_prints_the_golden_number(golden):
    # To the digits of the golden number: a lesson may print more.
    form = golden.form.replace("d", ".0f")
    seen = {format(abs(x), form) for x in printed(golden.lesson)}
    assert {number.lstrip("-") for number in golden.expected.split()} <= seen


@pytest.mark.parametrize("golden", verify.GOLDEN, ids=lambda golden: golden.name)
def test_another_expected_text_is_a_miss(golden):
    digit = next(c for c in reversed(golden.expected) if c.isdigit())
    head, _, tail = golden.expected.rpartition(digit)
    other = head + str((int(digit) + 1) % 10) + tail
    row = verify.check(dataclasses.replace(golden, expected=other))
    assert (row.verdict, row.ok) == ("MISS", False)


def test_a_wrong_equation_is_a_miss(monkeypatch):
    # The average without its factor 1 - rho: the commonest slip.
    monkeypatch.setattr(lab.averages, "ema", lambda v, x, rho: rho * v + x)
    rows = {golden.name: verify.check(golden) for golden in verify.GOLDEN}
    assert not rows["v after 5, 10, 30 of them"].ok


@pytest.mark.parametrize("executor", verify.EXECUTORS)
def test_executors_agree_or_say_why_they_are_not_here(executor):
    row = verify.agreement(executor)
    assert row.ok
    assert row.verdict == "pass" or row.computed in ("not installed", "no GPU")


def test_an_executor_that_differs_in_one_bit_is_a_miss(monkeypatch):
    honest = verify._walk

    def off_by_one_bit(make, executor, dtype):
        raw = bytearray(honest(make, "reference", dtype))
        raw[-9] ^= executor == "numpy" and dtype == "float64"
        return bytes(raw)

    monkeypatch.setattr(verify, "_walk", off_by_one_bit)
    row = verify.agreement("numpy")
    assert (row.computed, row.verdict) == ("4 of 8 runs alike", "MISS")


def test_an_executor_that_raises_is_a_miss_and_a_missing_package_is_not(monkeypatch):
    def broken(*args):
        raise RuntimeError("no compiler")

    monkeypatch.setattr(verify, "_walk", broken)
    row = verify.agreement("numpy")
    assert (row.computed, row.ok) == ("RuntimeError: no compiler", False)
    monkeypatch.setitem(verify.EXECUTORS, "numba", "no_such_package")
    row = verify.agreement("numba")
    assert (row.computed, row.verdict, row.ok) == ("not installed", "not here", True)


def test_the_runs_that_are_compared_move():
    # Four optimizers on one stream that ended alike would compare nothing.
    ends = {verify._walk(make, "reference", "float64") for make in verify._MAKERS.values()}
    assert len(ends) == len(verify._MAKERS)


def test_the_machine_is_described():
    about = dict(verify.machine())
    assert about["numpy"] == np.__version__
    assert about["device"].startswith(("CPU", "GPU"))
    assert about["rmsprop_lab"] == lab.__version__
