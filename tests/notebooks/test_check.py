"""`--check` reads files only, and is red on every way that sources and notebooks can part."""

import shutil

import pytest

from rmsprop_lab.authoring import notebooks
from tests.notebooks.tiny import lesson_text


def test_what_was_just_built_is_green(built, monkeypatch, capsys):
    assert notebooks.check(built.root) == []
    monkeypatch.chdir(built.root)
    assert notebooks.main(["--check"]) == 0
    assert capsys.readouterr() == ("", "sources and notebooks agree\n")


def edited_source(course):
    course.add(text=lesson_text().replace("A question.", "Another."))


def missing_notebook(course):
    course.add("02_new")


def orphan_notebook(course):
    shutil.copy(course.lessons / "01_tiny.ipynb", course.lessons / "09_gone.ipynb")


def badly_named_source(course):
    shutil.copy(course.lessons / "01_tiny.md", course.lessons / "notes.md")


def ill_formed_lesson(course):
    course.add(text=lesson_text().replace("## Summary\n", ""))


def ill_formed_exercises(course):
    (course.lessons / "exercises").mkdir()
    (course.lessons / "exercises" / "01_tiny.md").write_text("# no header\n")


@pytest.mark.parametrize(
    ("harm", "finding"),
    [
        (edited_source, "01_tiny.ipynb: it was built from another 01_tiny.md"),
        (missing_notebook, "02_new.ipynb: it has no notebook; run `make notebooks`"),
        (orphan_notebook, "09_gone.ipynb: no source 09_gone.md"),
        (badly_named_source, "notes.md: a lesson is called NN_name.md"),
        (ill_formed_lesson, "01_tiny.md:12: no section `## ...` called Summary"),
        (ill_formed_exercises, "exercises/01_tiny.md:1: the header"),
    ],
)
def test_each_way_to_part_is_red_with_its_name(built, monkeypatch, capsys, harm, finding):
    harm(built)
    monkeypatch.chdir(built.root)
    assert notebooks.main(["--check"]) == 1
    assert f"lessons/{finding}" in capsys.readouterr().out


def test_an_edited_source_names_the_repair(built):
    edited_source(built)
    (finding,) = notebooks.check(built.root)
    assert finding.endswith("; run `make notebooks`")


def test_a_course_without_lessons_is_red(course):
    assert "no lesson" in notebooks.check(course.root)[0]
