"""The page of dialects is made from the data, well formed and fresh."""

import json
from pathlib import Path

import pytest

from rmsprop_lab import dialects
from rmsprop_lab.authoring import check, lint, notebooks, site
from rmsprop_lab.dialects import conformance
from rmsprop_lab.dialects.gaps import GAPS

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "book" / "dialects.md"


def printed():
    """All text that the stored cells printed or showed."""
    cells = json.loads(SOURCE.with_suffix(".ipynb").read_text("utf-8"))["cells"]
    outputs = [one for cell in cells for one in cell.get("outputs", [])]
    return "".join("".join(one.get("text", one.get("data", {}).get("text/plain", [])))
                   for one in outputs)


def test_the_page_is_well_formed_and_fresh():
    assert lint.exercise(SOURCE) == []
    assert [found for cell in lint.code_cells(SOURCE) for found in lint.size(cell)] == []
    assert notebooks.stale(SOURCE, site.load(ROOT)) is None


def test_the_page_shows_every_dialect_and_every_gap():
    text = printed()
    for name in dialects.ALL:
        assert name in text
    assert all(gap.why in text for gap in GAPS.values())
    rows = sum(len(conformance.check(name)) for name in conformance.recorded())
    assert f"{rows} cases, {rows} within what is allowed" in text


def test_the_numbers_that_the_page_is_about():
    text = printed()
    for number in ("9045.39", "8.71848", "0.961848", "0.0105409", "a factor 760"):
        assert number in text


@pytest.mark.slow
def test_the_page_prints_the_same_again():
    assert check.compare(ROOT, [SOURCE.with_suffix(".ipynb")]) == 0
