"""A source becomes cells, gets its Colab cell and link, and is known by its digest."""

import json

import pytest

from rmsprop_lab.authoring import AuthoringError, notebooks, site, source
from tests.notebooks.tiny import lesson_text


def notebook(course, path):
    where = site.load(course.root)
    target = path.with_suffix(".ipynb")
    nb = source.dress(source.read(path), where, where.docname(target))
    return source.stamp(nb, path, target, where), target


def test_each_cell_knows_its_line_in_the_source(course):
    path = course.add()
    lines = path.read_text().splitlines()
    for cell in source.read(path).cells:
        start = cell.metadata[source.LINE]
        first = cell.source.splitlines()[0]
        assert first in lines[start - 1 : start + 1]  # a Markdown cell may begin with a blank line
        if cell.cell_type == "code":
            assert lines[start - 1] == first


def test_a_cell_keeps_its_own_metadata(course):
    text = lesson_text().replace(":tags: [figure]", ":tags: [answer]\n:exercise: rmsprop_step")
    cell = source.read(course.add(text=text)).cells[-2]
    assert (cell.metadata["tags"], cell.metadata["exercise"]) == (["answer"], "rmsprop_step")


def test_the_link_is_under_the_title_and_the_set_up_is_the_first_code_cell(course):
    nb, _ = notebook(course, course.add())
    url = "https://colab.example/github/someone/lab/blob/trunk/lessons/01_tiny.ipynb"
    expected = ["# Tiny", "", f"[Open in Colab]({url})", "", "A question."]
    assert nb.cells[0].source.splitlines()[:5] == expected
    first = next(cell for cell in nb.cells if cell.cell_type == "code")
    assert first.metadata["tags"] == [source.SETUP_TAG]
    assert first.source == (
        'import sys\nif "google.colab" in sys.modules:\n    %pip install -q '
        '"rmsprop-lab[fast,data] @ git+https://github.com/someone/lab@trunk"'
    )


def test_a_source_without_a_title_is_refused(course):
    path = course.add(text=lesson_text(body="\nno title\n"))
    with pytest.raises(AuthoringError, match="title"):
        notebook(course, path)


def test_options_that_are_not_yaml_are_refused_with_the_file(course):
    path = course.add(text=lesson_text().replace("[figure]", "[figure"))
    with pytest.raises(AuthoringError, match=r"01_tiny\.md.*YAML"):
        source.read(path)


def test_a_fresh_notebook_has_no_fault(course):
    nb, target = notebook(course, course.add())
    notebooks.write(nb, target)
    assert source.fault(target) is None
    assert source.fault(target, pipeline=source.PIPELINE) is None


def test_line_ends_of_another_system_are_the_same_source(course):
    path = course.add()
    nb, target = notebook(course, path)
    notebooks.write(nb, target)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert source.fault(target) is None


def change_source(course, path, target):
    path.write_text(path.read_text().replace("A question.", "Another question."))


def change_address(course, path, target):
    config = course.root / "_config.yml"
    config.write_text(config.read_text().replace("someone", "someone-else"))


def remove_source(course, path, target):
    path.unlink()


def edit_a_cell(course, path, target):
    target.write_text(target.read_text().replace("0.5", "0.6"))


def edit_a_tag(course, path, target):
    target.write_text(target.read_text().replace('"figure"', '"nbval-skip"'))


def drop_the_stamp(course, path, target):
    nb = json.loads(target.read_text())
    del nb["metadata"]["rmsprop_lab"]
    target.write_text(json.dumps(nb))


def spoil_the_json(course, path, target):
    target.write_text("{")


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (change_source, "built from another 01_tiny.md"),
        (change_address, "another _config.yml"),
        (remove_source, "01_tiny.md does not exist"),
        (edit_a_cell, "edited by hand"),
        (edit_a_tag, "edited by hand"),
        (drop_the_stamp, "no stamp"),
        (spoil_the_json, "no stamp"),
    ],
)
def test_a_notebook_that_is_not_its_sources_is_told(course, harm, reason):
    path = course.add()
    nb, target = notebook(course, path)
    notebooks.write(nb, target)
    harm(course, path, target)
    assert reason in source.fault(target)


def test_another_pipeline_makes_a_notebook_stale(course):
    nb, target = notebook(course, course.add())
    notebooks.write(nb, target)
    assert "lesson 0" in source.fault(target, pipeline="lesson 0")
