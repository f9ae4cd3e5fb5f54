"""The rest of the reader: docstrings, widgets, labels, figures, what keeps a book to itself."""

import doctest
import importlib
import types
from pathlib import Path

import lab_book
import pytest
from lab_book import bibliography, docstrings, figure, offline, widgets
from sphinx.errors import ExtensionError

PARTS = sorted(path.stem for path in Path(lab_book.__file__).parent.glob("[a-z]*.py"))


@pytest.mark.parametrize("part", PARTS)
def test_examples_run(part):
    assert doctest.testmod(importlib.import_module(f"lab_book.{part}")).failed == 0


def test_an_edited_reader_reads_every_page_again(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    before = lab_book.sources_version(tmp_path)
    assert before == lab_book.sources_version(tmp_path)
    (tmp_path / "a.py").write_text("x = 2\n")
    assert before != lab_book.sources_version(tmp_path)


def test_docstring_blocks():
    doc = """A sentence.

    v: any shape.

        v = 1

    >>> a = 1

    >>> a
    1
    """
    assert docstrings.blocks(doc) == [
        ("text", "A sentence."), ("text", "v: any shape."), ("code", "v = 1"),
        ("example", ">>> a = 1\n\n>>> a\n1"),
    ]
    assert docstrings.inline("a lone ` mark") == [("a lone ` mark", False)]


def test_members_are_those_that_a_class_adds():
    module = types.ModuleType("sample")
    code = '''
class Base:
    """Base."""
    def step(self):
        """Step."""
class Child(Base):
    """Child."""
    rule = Base()
    def step(self):
        """Step again."""
    @property
    def size(self):
        """Size."""
    def hidden(self): pass
'''
    exec(code, module.__dict__)
    assert docstrings.own_members(module.Child) == ["size", "hidden"]
    entry = docstrings.entry(module, "Child", "")
    assert [member.name for member in entry.members] == ["Child.size"]


def test_what_the_reference_shows_of_the_package():
    from rmsprop_lab import averages, rmsprop

    ema = docstrings.entry(averages, "ema", "")
    assert (ema.name, ema.signature) == ("ema", "(v, x, rho)")
    assert Path(ema.path).name == "averages.py" and ema.line > 1
    rule = docstrings.entry(rmsprop, "rmsprop", "")
    assert rule.signature.startswith("(theta, g, v, *, lr") and rule.doc.startswith("One RMSprop")


def test_a_widget_brings_the_scripts_that_it_names(tmp_path):
    (tmp_path / "lab-a.js").write_text("/* Needs lab-b.js and lab-c.js before it. */ lab-z.js")
    (tmp_path / "lab-b.js").write_text("/* Needs lab-c.js. */")
    (tmp_path / "lab-c.js").write_text("// plain")
    assert widgets.scripts("lab-a.js", tmp_path) == ["lab-c.js", "lab-b.js", "lab-a.js"]
    with pytest.raises(ExtensionError, match="lab-none.js"):
        widgets.scripts("lab-none.js", tmp_path)


def test_mathjax_missing_names_the_repair(tmp_path):
    with pytest.raises(ExtensionError, match="npm ci"):
        offline.copy_mathjax(tmp_path, tmp_path / "out")


def test_the_icon_script_goes_and_other_scripts_stay():
    keep = '<script src="a/bootstrap.js?digest=1"></script>'
    for drop in (
        '<script src="a/fontawesome.js?digest=1"></script>',
        '<script defer src="a/fontawesome.js"></script>',
        '<link rel="preload" as="script" href="a/fontawesome.js?digest=1" />',
    ):
        assert offline.without_icon_script(f"{keep}\n  {drop}\n{keep}") == f"{keep}\n{keep}"
    assert offline.without_icon_script(keep) == keep
    text = "<p>fontawesome.js</p>"
    assert offline.without_icon_script(text) == text


def test_pages_of_an_older_build_are_found(tmp_path):
    names = ("book/intro.html", "book/gone.html", "index.html", "search.html", "_static/x.html")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert offline.stale_pages(tmp_path, ["book/intro"]) == [tmp_path / "book/gone.html"]


def test_labels_of_the_bibliography():
    assert bibliography.label(["Zeiler"], "2012") == "Zeiler 2012"


def test_figures_of_a_notebook_in_order():
    def output(alt, png):
        return {"data": {"image/png": png, "text/plain": [alt]}}

    cells = [{"cell_type": "markdown"}, {"outputs": [output("a", "AAAA"), {"text": "b"}]},
             {"outputs": [output("c", "AAEC")]}]
    assert figure.stored_figures({"cells": cells}) == [(b"\0\0\0", "a"), (b"\0\1\2", "c")]

