"""The hook of `nb_custom_formats`: read a notebook, upgraded for the book."""

import nbformat

from .alerts import admonitions
from .badge import colab_badge
from .cells import hide_setup, one_image_a_cell
from .folds import dropdowns


def upgrade_markdown(text: str) -> str:
    """Apply every transformation of Markdown text.

    The inner of two nested blocks goes first, so that the outer fence can be made longer.
    """
    return dropdowns(admonitions(colab_badge(text), inside=dropdowns))


def read(text: str) -> nbformat.NotebookNode:
    """Read the text of an `.ipynb` file and return the notebook that the book shows.

    Raises nbformat's error when the text is no notebook.
    """
    notebook = nbformat.reads(text, as_version=4)
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell = {**cell, "source": upgrade_markdown(cell.source)}
        for piece in one_image_a_cell(hide_setup(cell)):
            cells.append(nbformat.from_dict(piece))
    notebook.cells = cells
    return notebook
