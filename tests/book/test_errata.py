"""The errata: verdicts are decided by a rule, rows are sound, the page runs again."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from rmsprop_lab import errata
from rmsprop_lab.authoring import check, notebooks

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("printed", "computed", "verdict"),
    [
        ("6.51", 6.514999, "holds"), ("6.51", 6.5151, "last digit"), ("6.51", 6.5251, "wrong"),
        ("6.51", 6.5051, "holds"), ("6.51", 6.4949, "wrong"), ("270", 270.4, "holds"),
        ("270", 271.6, "wrong"), ("-0.5", -0.46, "holds"), ("1e-3", 0.0014, "holds"),
    ],
)
def test_verdicts(printed, computed, verdict):
    assert errata.decide(printed, computed) == verdict


def test_the_table_of_the_worked_example():
    rows = {row.name: row for row in errata.ROWS}
    ten, thirty = rows["start-10"], rows["start-30"]
    assert [f"{one.computed:.4g}" for one in ten.numbers()] == ["5.862", "2.421", "0.0413"]
    assert [one.verdict for one in ten.numbers()] == [
        "wrong by +11.1 %", "wrong by +5.36 %", "wrong by -5.58 %"]
    assert ten.explained() == "6.51 is 10 (1 - 0.9^10) = 6.51322"
    assert [f"{one.computed:.4g}" for one in thirty.numbers()] == ["8.618", "2.936", "0.03406"]
    assert [one.verdict for one in thirty.numbers()][2] == "holds"


def test_rows_are_sound():
    names = [row.name for row in errata.ROWS]
    assert len(set(names)) == len(names)
    for row in errata.ROWS:
        assert row.numbers() and row.source and row.place and row.how
        assert row.origin is None or row.explained(), f"{row.name}: the guess does not explain it"


def test_a_right_number_turns_the_verdict(monkeypatch):
    ten = errata.ROWS[0]
    right = dataclasses.replace(ten, quoted=ten.quoted | {"v": "5.86"})
    assert right.numbers()[0].verdict == "holds"
    assert right.explained() == "", "the guess no longer gives the printed number"


def test_a_computation_of_other_quantities_is_refused():
    other = dataclasses.replace(errata.ROWS[0], compute=lambda: {"w": 1.0})
    with pytest.raises(ValueError, match="start-10 quotes"):
        other.numbers()


def test_a_new_row_is_one_entry():
    row = errata.Claim("new", "A <text>", "page 1", {"x": "2.0"}, lambda: {"x": 2.04}, "1 + 1")
    table = errata.Table((*errata.ROWS, row))
    last = repr(table).splitlines()[-1]
    assert last.split() == ["x", "quoted", "2.0", "computed", "2.04", "holds"]
    assert "A &lt;text&gt;, page 1" in table._repr_html_()


def test_one_row_of_many_can_be_shown():
    assert repr(errata.table("start-10")).count("start-") == 1
    with pytest.raises(KeyError):
        errata.table("start-11")


def test_the_page_goes_through_the_gates_of_notebooks():
    page = ROOT / "book" / "errata.md"
    assert page in notebooks.sources(ROOT)
    assert page.with_suffix(".ipynb") in check.executed(ROOT)
    assert not [finding for finding in notebooks.check(ROOT) if "errata" in finding]


def test_a_faulty_page_is_found(tmp_path):
    for name in ("_config.yml", "book/errata.md", "book/errata.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    page = tmp_path / "book" / "errata.md"
    assert notebooks.check(tmp_path, [page]) == []
    page.write_text(page.read_text() + "\n:::{note}\nA directive.\n:::\n")
    found = notebooks.check(tmp_path, [page])
    assert len(found) == 2
    assert "built from another errata.md" in " ".join(found) and "note" in " ".join(found)
