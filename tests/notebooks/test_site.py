"""The address of the repository stands in `_config.yml` alone."""

import pytest

from rmsprop_lab.authoring import AuthoringError, site


def test_the_address_is_read_from_the_configuration(course):
    where = site.load(course.lessons)
    assert (where.root, where.slug, where.branch) == (course.root, "someone/lab", "trunk")
    docname = where.docname(course.lessons / "04_rmsprop.ipynb")
    assert docname == "lessons/04_rmsprop"
    expected = "https://colab.example/github/someone/lab/blob/trunk/lessons/04_rmsprop.ipynb"
    assert where.colab_url(docname) == expected
    assert where.requirement("fast", "data") == (
        "rmsprop-lab[fast,data] @ git+https://github.com/someone/lab@trunk"
    )


@pytest.mark.parametrize("ending", ["", ".git", "/"])
def test_spellings_of_one_repository_are_one(course, ending):
    config = course.root / "_config.yml"
    config.write_text(config.read_text().replace("someone/lab", f"someone/lab{ending}"))
    assert site.load(course.root).url == "https://github.com/someone/lab"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("  branch: trunk\n", "", "repository.branch"),
        ("colab_url", "other_url", "launch_buttons.colab_url"),
        ("https://github.com/someone/lab", "https://github.com/someone", "OWNER/NAME"),
        ("https://github.com/someone/lab", "https://example.org/someone/lab", "OWNER/NAME"),
    ],
)
def test_what_is_missing_or_wrong_is_named(course, old, new, named):
    config = course.root / "_config.yml"
    config.write_text(config.read_text().replace(old, new))
    with pytest.raises(AuthoringError, match=named):
        site.load(course.root)


def test_outside_a_checkout_there_is_no_address(tmp_path):
    with pytest.raises(AuthoringError, match="_config.yml"):
        site.load(tmp_path)
