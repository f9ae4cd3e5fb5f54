"""Fixtures: a tiny course, empty or with its lesson executed."""

import shutil

import pytest

from rmsprop_lab.authoring import notebooks
from tests.notebooks.tiny import Course


@pytest.fixture
def course(tmp_path):
    """An empty course."""
    return Course(tmp_path)


@pytest.fixture(scope="session")
def built_once(tmp_path_factory):
    """A course whose one lesson has been executed. Not to be changed."""
    course = Course(tmp_path_factory.mktemp("built"))
    notebooks.build(course.add())
    return course


@pytest.fixture
def built(built_once, tmp_path):
    """A copy of the executed course, to be changed freely."""
    shutil.copytree(built_once.root, tmp_path / "copy")
    return Course(tmp_path / "copy")
