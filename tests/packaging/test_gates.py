"""`make test` itself: its order, its counts, and that one red gate turns the whole run red."""

import subprocess
import sys
from pathlib import Path

import pytest

from rmsprop_lab.authoring import gates

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """An empty checkout with three gates of its own: a test run of four, two plain commands."""
    (tmp_path / "_config.yml").write_text("title: x\n")
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): pass\n"
        "def test_c(): pytest.skip('no GPU')\n")
    monkeypatch.chdir(tmp_path)
    quick = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py")
    monkeypatch.setattr(gates, "GATES", (
        gates.Gate("first", "a", ("-c", "print('one')")),
        gates.Gate("second", "b", quick),
        gates.Gate("third", "c", ("-c", "print('three')"))))
    return tmp_path


def closing(capfd):
    return capfd.readouterr().out.rstrip().splitlines()[-1]


def test_all_green(checkout, capfd):
    assert gates.main([]) == 0
    assert closing(capfd) == "2 passed, 0 failed, 1 skipped"


def test_a_red_command_stops_the_run_and_the_rest_is_named_as_not_run(checkout, capfd, monkeypatch):
    red = gates.Gate("first", "a", ("-c", "raise SystemExit(3)"))
    monkeypatch.setattr(gates, "GATES", (red, *gates.GATES[1:]))
    assert gates.main([]) == 1
    out = capfd.readouterr().out
    assert "first      RED (exit 3)" in out
    assert "second     not run\nthird      not run\n0 passed, 1 failed\n" in out


def test_a_red_test_is_counted_and_with_keep_going_the_rest_runs(checkout, capfd):
    with open(checkout / "test_it.py", "a") as file:
        file.write("def test_d(): assert 1 == 2\n")
    assert gates.main(["--keep-going"]) == 1
    out = capfd.readouterr().out
    assert "\nthree\n" in out
    assert out.endswith("\n2 passed, 1 failed, 1 skipped\n")


def test_a_file_that_does_not_import_is_a_failure(checkout, capfd):
    (checkout / "test_it.py").write_text("import no_such_module\n")
    assert gates.main([]) == 1
    assert closing(capfd) == "0 passed, 1 failed"


def test_an_old_report_is_not_counted(checkout, capfd):
    assert gates.main(["second"]) == 0
    (checkout / "test_it.py").unlink()
    capfd.readouterr()
    assert gates.main(["second"]) == 1
    assert closing(capfd) == "0 passed, 1 failed"


def test_a_gate_that_had_to_rebuild_a_notebook_is_red(checkout, capfd, monkeypatch):
    (checkout / "book").mkdir()
    (checkout / "book" / "errata.ipynb").write_text("{}")
    writes = "import pathlib; pathlib.Path('book/errata.ipynb').write_text('{ }')"
    monkeypatch.setattr(gates, "GATES", (gates.Gate("book", "a", ("-c", writes)),))
    assert gates.main([]) == 1
    assert "book/errata.ipynb was out of date" in capfd.readouterr().out
    assert gates.main([]) == 0


def test_one_gate_by_name(checkout, capfd):
    assert gates.main(["third"]) == 0
    assert "one" not in capfd.readouterr().out


def test_an_unknown_gate_is_refused_with_the_names(checkout, capfd):
    with pytest.raises(SystemExit) as ended:
        gates.main(["fourth"])
    assert ended.value.code == 2
    assert "there are first, second, third" in capfd.readouterr().err


def test_every_test_folder_is_run_by_exactly_one_gate():
    runs = {gate.name: gate.arguments for gate in gates.GATES if "pytest" in gate.arguments}
    assert "tests" in runs["tests"]
    left_out = {a.removeprefix("--ignore=") for a in runs["tests"] if a.startswith("--ignore=")}
    elsewhere = {a for name, arguments in runs.items() if name != "tests"
                 for a in arguments if a.startswith("tests/")}
    assert left_out == elsewhere
    for folder in left_out:
        assert list((ROOT / folder).glob("test_*.py")), folder


def test_each_gate_names_something_that_exists():
    for gate in gates.GATES:
        done = subprocess.run([sys.executable, *gate.arguments[:2], "--help"], cwd=ROOT,
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
