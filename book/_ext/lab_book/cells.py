"""What the book does to whole cells: hide the set-up cell, give each figure its alt text."""

import copy

SETUP_TAG = "colab-setup"


def hide_setup(cell: dict) -> dict:
    """Take the cell that installs the package on Colab out of the rendered page.

    Returns a new cell when it changes anything.
    """
    tags = cell.get("metadata", {}).get("tags", [])
    if SETUP_TAG not in tags:
        return cell
    cell = copy.deepcopy(cell)
    cell["metadata"]["tags"] = [*tags, "remove-cell"]
    return cell


def one_image_a_cell(cell: dict) -> list[dict]:
    """Split a code cell so that each part has at most one image, each image with its alt text.

    myst-nb takes an image's alt text from the metadata of the cell. A second image in the same
    cell would speak the words of the first, so it moves to a cell of its own, without input.
    """
    if cell.get("cell_type") != "code" or not any(map(has_image, cell["outputs"])):
        return [cell]
    groups = [[]]
    for output in cell["outputs"]:
        if has_image(output) and any(map(has_image, groups[-1])):
            groups.append([])
        groups[-1].append(output)
    return [part(cell, outputs, number) for number, outputs in enumerate(groups)]


def part(cell: dict, outputs: list[dict], number: int) -> dict:
    """Copy a cell with some of its outputs; parts after the first lose their input."""
    cell = copy.deepcopy({**cell, "outputs": outputs})
    if number:
        cell["id"] = f"{cell.get('id', 'cell')}-{number}"
        cell["metadata"]["tags"] = [*cell["metadata"].get("tags", []), "remove-input"]
    for output in filter(has_image, cell["outputs"]):
        alt = alt_text(output)
        if alt:
            output["data"].pop("text/plain")
            options = cell["metadata"].setdefault("mystnb", {}).setdefault("image", {})
            options["alt"] = alt
    return cell


def has_image(output: dict) -> bool:
    """Say whether an output carries a PNG."""
    return "image/png" in output.get("data", {})


def alt_text(output: dict) -> str:
    """Give the words that stand for the image: its `text/plain`, unless that is a Python repr.

    >>> alt_text({"data": {"image/png": "", "text/plain": "Two curves meet."}})
    'Two curves meet.'
    >>> alt_text({"data": {"image/png": "", "text/plain": "<Figure size 640x480>"}})
    ''
    """
    text = "".join(output["data"].get("text/plain", "")).strip()
    return "" if text.startswith("<") else " ".join(text.split())
