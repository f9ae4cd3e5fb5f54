"""The Colab badge, the hidden set-up cell, and alt text."""

import copy
import json

import pytest
from lab_book.badge import colab_badge
from lab_book.cells import alt_text, hide_setup, one_image_a_cell
from lab_book.reader import read

URL = "https://colab.research.google.com/github/someone/lab/blob/main/lessons/04_rmsprop.ipynb"


def image(alt="A curve.", data="AAAA"):
    return {
        "output_type": "execute_result", "execution_count": 1, "metadata": {},
        "data": {"image/png": data, "text/plain": alt},
    }


def code(*outputs, id="abc", **metadata):
    return {"cell_type": "code", "source": "x", "execution_count": 1, "id": id,
            "metadata": metadata, "outputs": list(outputs)}


def test_the_badge_is_words_and_a_drawing_without_a_file():
    html = colab_badge(f"# Title\n\n[Open in Colab]({URL})\n\ntext [Open in Colab]({URL})")
    lines = html.split("\n")
    assert lines[0] == "# Title" and lines[-1] == f"text [Open in Colab]({URL})"
    assert f'href="{URL}"' in lines[2] and "<span>Open in Colab</span>" in lines[2]
    assert "<img" not in lines[2] and "src=" not in lines[2]


def test_an_address_cannot_leave_its_attribute():
    assert '"><script>' not in colab_badge('[Open in Colab](https://x.example/"><script>)')


@pytest.mark.parametrize("text", ["[Other](https://a.example)", "```\n[Open in Colab](https://a.example)\n```"])
def test_other_links_are_kept(text):
    assert colab_badge(text) == text


def test_only_the_setup_cell_is_hidden():
    setup, other = code(tags=["colab-setup"]), code(tags=["answer"])
    assert hide_setup(setup)["metadata"]["tags"] == ["colab-setup", "remove-cell"]
    assert setup["metadata"]["tags"] == ["colab-setup"], "the input is not written"
    assert hide_setup(other) is other


def test_alt_text_moves_from_the_output_to_the_image():
    cell = code(image("Two curves\nmeet."))
    before = copy.deepcopy(cell)
    (shown,) = one_image_a_cell(cell)
    assert shown["metadata"]["mystnb"]["image"]["alt"] == "Two curves meet."
    assert "text/plain" not in shown["outputs"][0]["data"]
    assert cell == before


def test_each_image_keeps_its_own_alt_text():
    printed = {"output_type": "stream", "name": "stdout", "text": "5\n"}
    first, second = one_image_a_cell(code(image("First."), printed, image("Second.")))
    assert first["metadata"]["mystnb"]["image"]["alt"] == "First."
    assert second["metadata"]["mystnb"]["image"]["alt"] == "Second."
    assert [len(first["outputs"]), len(second["outputs"])] == [2, 1]
    assert "remove-input" not in first["metadata"].get("tags", [])
    assert second["metadata"]["tags"] == ["remove-input"] and second["id"] != first["id"]


def test_a_python_repr_is_no_alt_text():
    assert alt_text(image("<Figure size 640x480 with 1 Axes>")) == ""
    (shown,) = one_image_a_cell(code(image("<Figure size 640x480 with 1 Axes>")))
    assert "mystnb" not in shown["metadata"]


def test_cells_without_images_are_kept():
    printed = {"output_type": "stream", "name": "stdout", "text": "5\n"}
    for cell in (code(printed), code(), {"cell_type": "markdown", "source": "a", "metadata": {}}):
        assert one_image_a_cell(cell) == [cell]


def test_read_upgrades_a_whole_notebook():
    markdown = {"cell_type": "markdown", "id": "m", "metadata": {}, "source": "> [!NOTE]\n> a"}
    cells = [markdown, code(id="s", tags=["colab-setup"]), code(image())]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    note, setup, shown = read(text).cells
    assert note.source == ":::{note}\na\n:::"
    assert "remove-cell" in setup.metadata.tags
    assert shown.metadata.mystnb.image.alt == "A curve."
