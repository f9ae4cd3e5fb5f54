"""Write a notebook so that the same source, run twice, gives the same bytes."""

import hashlib
import itertools
import os
import re
from pathlib import Path

from rmsprop_lab.authoring import AuthoringError, tool
from rmsprop_lab.authoring.source import KEY, LINE, cells_digest

__all__ = ["clean", "dumps", "plain", "write"]

LANGUAGE = {
    "name": "python",
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "pygments_lexer": "ipython3",
}
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
# ipykernel calls a cell by a temporary file whose name holds the process's number.
CELL_FILE = re.compile(r"[^\s\"']*[/\\]ipykernel_\d+[/\\]\d+\.py")
ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]{6,}")


def plain(text):
    r"""The text without terminal colours and without the temporary names of cells.

    >>> plain("\x1b[31mred\x1b[0m /tmp/ipykernel_12/345.py:1: UserWarning")
    'red <cell>:1: UserWarning'
    """
    return CELL_FILE.sub("<cell>", ANSI.sub("", text))


def merged(outputs):
    """Join neighbouring stream outputs, stdout before stderr: how a kernel cuts them is chance."""
    result = []
    streams = itertools.groupby(outputs, lambda output: output.output_type == "stream")
    for is_stream, group in streams:
        group = list(group)
        if not is_stream:
            result += group
            continue
        for name in ("stdout", "stderr"):
            text = "".join(output.text for output in group if output.name == name)
            if text:
                result.append(tool("nbformat.v4").new_output("stream", name=name, text=text))
    return result


def clean_output(output, count):
    """Take from one output what differs between runs or machines; changes it in place."""
    if output.output_type == "stream":
        output.text = plain(output.text)
    elif output.output_type == "error":
        output.evalue = plain(output.evalue)
        # A traceback names the files of this machine; the exception is what a reader needs.
        output.traceback = [f"{output.ename}: {output.evalue}"]
    else:
        if output.output_type == "execute_result":
            output.execution_count = count
        for kind, value in output.data.items():
            if isinstance(value, str):
                image = kind.startswith("image/") and kind != "image/svg+xml"
                output.data[kind] = value.strip() if image else plain(value)


def clean(nb):
    """Bring a notebook into its one stored form, in place; returns it.

    Cell ids are hashes of the content, outputs are free of colours, addresses, timing and paths,
    and the metadata is the stamp, the kernel's name and each cell's own.
    Raises AuthoringError when an output holds a memory address: it would differ in every run.
    """
    seen = set()
    for cell in nb.cells:
        for key in (LINE, "execution"):
            cell.metadata.pop(key, None)
        cell.id = unused_id(cell, seen)
        if cell.cell_type != "code":
            continue
        cell.outputs = merged(cell.outputs)
        for output in cell.outputs:
            clean_output(output, cell.execution_count)
            texts = [output.get("text", ""), *output.get("data", {}).values()]
            for found in filter(None, (ADDRESS.search(t) for t in texts if isinstance(t, str))):
                line = cell.source.rstrip().splitlines()[-1]
                raise AuthoringError(
                    f"the cell ending in `{line}` prints an address ({found[0].strip()}), "
                    "another one in each run; print a value"
                )
    if KEY in nb.metadata:
        nb.metadata[KEY]["cells"] = cells_digest(nb.cells)
    kept = {name: nb.metadata[name] for name in ("kernelspec", KEY) if name in nb.metadata}
    nb.metadata = tool("nbformat").from_dict({**kept, "language_info": LANGUAGE})
    nb.nbformat, nb.nbformat_minor = 4, 5
    return nb


def unused_id(cell, seen):
    """An id from the kind and the source of a cell; equal cells are told apart by their order."""
    for repeat in itertools.count():
        text = f"{cell.cell_type}\0{cell.source}\0{repeat}"
        name = hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]
        if name not in seen:
            seen.add(name)
            return name


def dumps(nb):
    """The text of a cleaned notebook's file, valid by the notebook format, ending in a newline."""
    nbformat = tool("nbformat")
    nbformat.validate(nb)
    return nbformat.writes(nb, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


def write(nb, path):
    """Clean the notebook and write it to `path` in one move: readers see the old file or the new.

    Returns the path. Raises AuthoringError naming the notebook when it cannot be stored.
    """
    path = Path(path)
    try:
        text = dumps(clean(nb))
    except AuthoringError as error:
        raise AuthoringError(f"{path}: {error}") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, "utf-8", newline="\n")
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return path
