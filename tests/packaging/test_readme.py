"""The README is true: its example runs, prints and draws what it shows; what it names exists."""

import re
import shutil
from pathlib import Path

import pytest

from rmsprop_lab.authoring import AuthoringError, gates, readme

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text("utf-8")


def test_the_example_prints_and_draws_what_is_shown(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert readme.main(["--check"]) == 0, capsys.readouterr().out


def test_the_example_has_about_ten_lines():
    code = readme.EXAMPLE.search(TEXT)["code"]
    assert 8 <= len(code.splitlines()) <= 12


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A README of its own with its figure."""
    (tmp_path / "_config.yml").touch()
    (tmp_path / readme.FIGURE).parent.mkdir(parents=True)
    for name in (readme.README, readme.FIGURE):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new"),
    [("1.12317e-05", "1.12317e-04"), ("after 20 steps", "after 21 steps"),
     ("lab.AdaGrad(lr=0.4)", "lab.AdaGrad(lr=0.5)"), ("g * g", "g")])
def test_a_changed_number_alt_text_or_line_of_code_is_seen(checkout, capsys, old, new):
    changed = TEXT.replace(old, new, 1)
    assert changed != TEXT
    (checkout / "README.md").write_text(changed, "utf-8")
    assert readme.main(["--check"]) == 1
    assert "README.md is not what the example gives" in capsys.readouterr().out


def test_another_figure_is_seen_and_the_command_puts_both_right(checkout, capsys):
    figure = checkout / readme.FIGURE
    right = figure.read_bytes()
    figure.write_bytes(right[:-1])
    (checkout / "README.md").write_text(TEXT.replace("(0.0, 1.0)", "(0.0, 2.0)"), "utf-8")
    assert readme.main(["--check"]) == 1
    assert readme.main([]) == 0
    assert figure.read_bytes() == right
    assert (checkout / "README.md").read_text("utf-8") == TEXT
    assert readme.main(["--check"]) == 0


def test_a_readme_without_an_example_is_refused():
    with pytest.raises(AuthoringError, match="no ```python block"):
        readme.render("# nothing\n")
    with pytest.raises(AuthoringError, match="must end with the expression"):
        readme.render("```python\nx = 1\n```\n```text\n```\n")


def test_every_make_target_and_module_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)\b", TEXT, re.MULTILINE))
    assert {"book", "test"} <= named <= targets
    for module in re.findall(r"python -m ([\w.]+)", TEXT):
        assert (ROOT / (module.replace(".", "/") + ".py")).is_file(), module
    assert gates.GATES


def test_every_path_that_is_named_exists():
    linked = re.findall(r"\]\((?!https?:|#)([^)]+)\)", TEXT)
    table = re.findall(r"^\| (.+?) \|", TEXT, re.MULTILINE)
    listed = [path for cell in table for path in re.findall(r"`([\w./]+)`", cell)]
    assert len(listed) > 10
    for path in linked + listed:
        path = path.replace("NN_name", "04_rmsprop").replace("NAME", "rmsprop")
        inside = (ROOT, ROOT / "rmsprop_lab", ROOT / "tests", ROOT / "lessons")
        assert any((folder / path).exists() for folder in inside), path
