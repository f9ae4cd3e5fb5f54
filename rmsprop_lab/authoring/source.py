"""A source in MyST Markdown becomes an unexecuted notebook, dressed for Colab and stamped.

    source.md --read--> cells --dress--> with set-up cell and Colab link --stamp--> with its hash

The stamp is how every gate knows which source a notebook was made from. Lessons, student
notebooks and solutions notebooks all pass through here.
"""

import hashlib
import json
import os
from pathlib import Path

from rmsprop_lab.authoring import AuthoringError, site, tool

__all__ = [
    "KEY",
    "LINE",
    "PIPELINE",
    "SETUP_TAG",
    "cells_digest",
    "digest",
    "dress",
    "fault",
    "read",
    "stamp",
]

PIPELINE = "lesson 1"  # raise the number when one source must give a different notebook
KEY = "rmsprop_lab"  # the notebook's metadata that holds the stamp
LINE = "source_line"  # a cell's metadata while it is being built; never written to a file
SETUP_TAG = "colab-setup"
COLAB_EXTRAS = ("fast", "data")  # CuPy is part of Colab: asking for it here could replace it


def read(path):
    """Read a source into a notebook of unexecuted cells.

    Each cell's metadata holds its first line in the source under `source_line`, counted from 1,
    for error messages. The rest of the cell's metadata is the author's own.
    Raises AuthoringError when the source cannot be parsed.
    """
    path = Path(path)
    text = path.read_text("utf-8")
    myst = tool("jupytext.myst")
    try:
        nb = myst.myst_to_notebook(text, add_source_map=True)
    except (myst.MystMetadataParsingError, tool("yaml").YAMLError) as error:
        problem = " ".join(str(error).split())
        raise AuthoringError(f"{path}: the header or a cell's options: {problem}") from error
    lines = text.splitlines()
    for cell, start in zip(nb.cells, nb.metadata.pop("source_map"), strict=True):
        body = cell.source.splitlines()
        # jupytext gives the line below the fence; a cell's options may stand before its code.
        while body and lines[start : start + len(body)] != body and start < len(lines):
            start += 1
        cell.metadata[LINE] = start + 1
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nb.metadata = tool("nbformat").from_dict({"kernelspec": kernel})
    return nb


def setup_code(where):
    """The code of the first cell: on Colab it installs the lab, elsewhere it does nothing."""
    requirement = where.requirement(*COLAB_EXTRAS)
    return f'import sys\nif "google.colab" in sys.modules:\n    %pip install -q "{requirement}"'


def dress(nb, where, docname):
    """Add the link to Colab under the title and the set-up cell before the first code cell.

    where: the Site. docname: the notebook's own, as in `lessons/04_rmsprop`.
    Returns the notebook, changed in place. Raises AuthoringError without a title.
    """
    if not nb.cells or nb.cells[0].cell_type != "markdown" or nb.cells[0].source[:2] != "# ":
        raise AuthoringError(f"{docname}: the source must begin with its title, `# ...`")
    title, _, rest = nb.cells[0].source.partition("\n")
    link = f"[Open in Colab]({where.colab_url(docname)})"
    nb.cells[0].source = f"{title}\n\n{link}\n\n{rest.strip()}".rstrip()
    setup = tool("nbformat.v4").new_code_cell(setup_code(where), metadata={"tags": [SETUP_TAG]})
    kinds = [cell.cell_type for cell in nb.cells]
    nb.cells.insert(kinds.index("code") if "code" in kinds else 1, setup)
    return nb


def digest(path, where, docname, pipeline=PIPELINE):
    """The sha256 of all that decides a notebook's cells: source, prepended cells, pipeline.

    pipeline: the name and version of the code that makes the notebook from the source.
    """
    text = Path(path).read_text("utf-8")  # universal newlines: a checkout with CRLF hashes alike
    parts = [pipeline, text, setup_code(where), where.colab_url(docname)]
    return hashlib.sha256(json.dumps(parts).encode("utf-8")).hexdigest()


def cells_digest(cells):
    """The sha256 of what a hand could change in cells that ran: kinds, sources, metadata.

    cells: of a notebook, or of its JSON, where a source is a list of lines.
    """
    parts = [[cell["cell_type"], "".join(cell["source"]), cell["metadata"]] for cell in cells]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8")).hexdigest()


def stamp(nb, path, target, where, pipeline=PIPELINE):
    """Note in the notebook's metadata which source it is made from, and that source's digest.

    path: the source. target: where the notebook will be written. Returns the notebook.
    """
    relative = os.path.relpath(Path(path).resolve(), Path(target).resolve().parent)
    nb.metadata[KEY] = {
        "source": Path(relative).as_posix(),
        "pipeline": pipeline,
        "sha256": digest(path, where, where.docname(target), pipeline),
    }
    return nb


def fault(target, where=None, pipeline=None):
    """Why this notebook does not belong to its source, or None when it does.

    pipeline: the one it must come from; None accepts the one the notebook names.
    """
    target = Path(target)
    where = where or site.load(target.resolve().parent)
    try:
        nb = json.loads(target.read_text("utf-8"))
        held = nb["metadata"][KEY]
        origin = target.parent / held["source"]
        named, sha256, cells = held["pipeline"], held["sha256"], held["cells"]
        edited = cells != cells_digest(nb["cells"])
    except (ValueError, KeyError, TypeError):
        return "it holds no stamp of a source; nobody writes a notebook by hand"
    if not origin.is_file():
        return f"its source {held['source']} does not exist"
    if pipeline is not None and named != pipeline:
        return f"it was made by pipeline {named!r}, today's is {pipeline!r}"
    if sha256 != digest(origin, where, where.docname(target), named):
        return f"it was built from another {held['source']} or another {site.CONFIG}"
    if edited:
        return f"its cells were edited by hand; edit {held['source']} instead"
    return None
