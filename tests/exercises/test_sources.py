"""Sources and markers: what is a solution, what a student gets, where the text is found."""

from pathlib import Path

import jupytext
import pytest

from rmsprop_lab.exercises import markers, sources

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "lessons" / "exercises" / "04_rmsprop.md"

CODE = """\
def f(x):
    ### BEGIN SOLUTION
    y = x + 1
    return y
    ### END SOLUTION
"""
STUBBED = """\
### BEGIN SOLUTION
answer = 42
### STUB
# answer = ...  # a number

# # a comment
### END SOLUTION
print(answer)
"""
TEXT = """\
**Why?**
<!-- BEGIN SOLUTION -->
Because.
<!-- STUB -->
*Here.*
<!-- END SOLUTION -->
"""


def lines(text):
    return text.splitlines()


def test_a_solution_becomes_an_ellipsis_or_the_stub_that_is_given():
    cell = markers.parse(CODE)
    assert cell.student == ["def f(x):", "    return ..."]
    assert cell.solved == ["def f(x):", "    y = x + 1", "    return y"]
    assert cell.secret == ["    y = x + 1", "    return y"]
    cell = markers.parse(STUBBED)
    assert cell.student == ["answer = ...  # a number", "", "# a comment", "print(answer)"]
    assert cell.solved == ["answer = 42", "print(answer)"]
    assert markers.parse(CODE.replace("    return y\n", "")).student == ["def f(x):", "    ..."]


def test_a_solution_in_prose():
    cell = markers.parse(TEXT, "markdown")
    assert (cell.student, cell.solved) == (["**Why?**", "*Here.*"], ["**Why?**", "Because."])
    alone = TEXT.replace("<!-- STUB -->\n*Here.*\n", "")
    assert markers.parse(alone, "markdown").student == ["**Why?**"]


def test_a_cell_may_hold_two_solutions():
    cell = markers.parse(CODE + STUBBED)
    assert cell.student.count("    return ...") == 1 and "print(answer)" in cell.student
    assert "    y = x + 1" in cell.secret and "answer = 42" in cell.secret


MALFORMED = {
    "no end": (CODE.replace("    ### END SOLUTION\n", ""), "code"),
    "no begin": (CODE.replace("    ### BEGIN SOLUTION\n", ""), "code"),
    "two begins": (CODE.replace("return y", "### BEGIN SOLUTION"), "code"),
    "two stubs": (STUBBED.replace("# # a comment", "### STUB"), "code"),
    "stub alone": ("### STUB\n# x = 1\n", "code"),
    "empty": (CODE.replace("y = x + 1", "").replace("return y", ""), "code"),
    "small letters": (CODE.replace("BEGIN SOLUTION", "begin solution"), "code"),
    "misspelt": (CODE.replace("END SOLUTION", "END SOLUTIONS"), "code"),
    "two hashes": (CODE.replace("### BEGIN", "## BEGIN"), "code"),
    "one hash": (CODE.replace("### BEGIN", "# BEGIN"), "code"),
    "no space": (CODE.replace("### BEGIN", "###BEGIN"), "code"),
    "trailing text": (CODE.replace("BEGIN SOLUTION", "BEGIN SOLUTION here"), "code"),
    "underscore": (CODE.replace("BEGIN SOLUTION", "BEGIN_SOLUTION"), "code"),
    "hidden tests": ("### BEGIN HIDDEN TESTS\nassert f(1) == 2\n### END HIDDEN TESTS", "code"),
    "unknown word": ("x = 1\n### SOLUTION\n", "code"),
    "code's markers in prose": (CODE, "markdown"),
    "prose's markers in code": (TEXT, "code"),
    "not closed in prose": (TEXT.replace("<!-- END SOLUTION -->", ""), "markdown"),
    "comment in one line": ("<!-- BEGIN SOLUTION --> Because. <!-- END SOLUTION -->", "markdown"),
    "stub is no comment": (STUBBED.replace("# answer = ...", "answer = ..."), "code"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_marker_that_is_not_understood_is_an_error(name):
    text, kind = MALFORMED[name]
    with pytest.raises(markers.MarkerError, match="the place"):
        markers.parse(text, kind, "the place")


def test_ordinary_text_holds_no_marker():
    for text in ("the solution begins here", "# a stub toe", "## 3. Solutions of the quadratic",
                 "x = 1  # end of the loop", "<!-- a comment -->", "### Begin with lesson 1"[4:]):
        assert not markers.looks_like_marker(text), text
        assert markers.parse(text, "markdown").student == [text]


def test_cells_are_read_as_jupytext_reads_them():
    text = SOURCE.read_text("utf-8")
    theirs = [(c.cell_type, c.metadata.get("exercise", ""), c.source)
              for c in jupytext.reads(text, "md:myst").cells]
    ours = [(c.kind, c.exercise, c.text) for c in sources.read_cells(text)]
    assert ours == theirs


def test_options_as_a_block_are_refused():
    with pytest.raises(ValueError, match="one a line"):
        sources.read_cells("```{code-cell} ipython3\n---\nexercise: f\n---\nf = 1\n```\n")


def test_a_checkout_goes_before_the_package(tmp_path):
    first, second = tmp_path / "checkout", tmp_path / "package"
    for place in (first, second):
        place.mkdir()
        (place / "09_x.md").write_text(f"+++ {{\"exercise\": \"f\"}}\n\n{place.name}\n", "utf-8")
    places = (first, second)
    assert sources.solution("09_x", "f", places)[0].text == "checkout"
    (first / "09_x.md").unlink()
    assert sources.solution("09_x", "f", places)[0].text == "package"
    with pytest.raises(KeyError, match="no cell of the exercise 'g'"):
        sources.solution("09_x", "g", places)
    (second / "09_x.md").unlink()
    with pytest.raises(sources.SourceMissing, match="install the package again"):
        sources.find("09_x", places)


def test_the_checkout_is_where_it_is_looked_for():
    assert sources.find("04_rmsprop") == SOURCE
    assert sources.PLACES[1].parent.name == "exercises"
