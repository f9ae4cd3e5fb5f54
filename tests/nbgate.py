"""A pytest plugin that closes what `pytest --nbval` leaves open.

nbval runs the cells and compares texts. By itself it passes a notebook that was never run or was
stripped of its outputs, compares no picture, and knows nothing of sources. Here such a notebook
fails. Loaded with `-p tests.nbgate`; `python -m rmsprop_lab.authoring.check` gives the whole
command.
"""

import base64
import binascii
import io

from rmsprop_lab.authoring import source  # first: it keeps nbval's own imports short

# isort: split
import numpy as np
import pytest
from nbval.plugin import IPyNbCell, NbCellError
from PIL import Image, UnidentifiedImageError

REPAIR = "run `make notebooks`"
PICTURES = ("image/png", "image/jpeg")


class WrongSource(Exception):
    """A notebook that was not built from the source it names."""


class SourceFile(pytest.File):
    """Collects one test for a notebook: does it belong to its source?"""

    def collect(self):
        """The one item, called `source`."""
        yield SourceItem.from_parent(self, name="source")


class SourceItem(pytest.Item):
    """Fails unless the stamp in the notebook is the digest of its source."""

    def runtest(self):
        """Compare the digests."""
        reason = source.fault(self.path)
        if reason:
            raise WrongSource(f"{self.path.name}: {reason}; {REPAIR}")

    def repr_failure(self, excinfo):
        """One sentence for what this item raises itself."""
        if isinstance(excinfo.value, WrongSource):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        """Where the report says that this item is."""
        return self.path, 0, f"{self.path.name}::source"


def pytest_collect_file(file_path, parent):
    """Add the source item to every notebook that nbval collects."""
    if parent.config.option.nbval and file_path.suffix == ".ipynb":
        return SourceFile.from_parent(parent, path=file_path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After nbval has run a cell and found its texts equal, look at the rest."""
    result = yield
    if isinstance(item, IPyNbCell) and not item.options["skip"]:
        if item.cell.execution_count is None:
            fail(item, f"the stored cell was never run, or was stripped of its output; {REPAIR}")
        if item.options["check"]:
            compare_pictures(item)
    return result


def fail(item, message, detail=None):
    """Fail a cell in nbval's own way, which shows the cell's source."""
    raise NbCellError(item.cell_num, message, item.cell.source, detail)


def pictures(outputs):
    """The encoded pictures in a cell's outputs, as (MIME type, base64 text), in order."""
    data = (output.get("data", {}) for output in outputs)
    return [(kind, each[kind]) for each in data for kind in PICTURES if kind in each]


def pixels(text):
    """Decode base64 text to pixels: uint8, shape (height, width, 4), red green blue alpha."""
    with Image.open(io.BytesIO(base64.b64decode(text, validate=False))) as image:
        return np.asarray(image.convert("RGBA"))


def compare_pictures(item):
    """Fail unless every stored picture and the one just drawn have the same pixels.

    Both are left in `.cache/pictures` for the eye when they differ.
    """
    stored, drawn = pictures(item.cell.outputs), pictures(item.test_outputs)
    if [kind for kind, _ in stored] != [kind for kind, _ in drawn]:
        kinds = [", ".join(kind for kind, _ in side) or "none" for side in (stored, drawn)]
        fail(item, f"the pictures differ in number or kind: {kinds[0]} stored, {kinds[1]} drawn")
    for number, ((_, old), (_, new)) in enumerate(zip(stored, drawn, strict=True), start=1):
        try:
            before, after = pixels(old), pixels(new)
        except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError) as error:
            fail(item, f"picture {number} cannot be decoded: {error}; {REPAIR}")
        difference = describe(before, after)
        if difference:
            where = f"see {keep(item, number, before, after)}-stored.png and -drawn.png"
            fail(item, f"picture {number} changed: {difference}", where)


def describe(before, after):
    """How two pictures differ, in words; None when they are equal pixel by pixel."""
    if before.shape != after.shape:
        (h0, w0), (h1, w1) = before.shape[:2], after.shape[:2]
        return f"{w0} x {h0} pixels stored, {w1} x {h1} drawn"
    step = np.abs(before.astype(int) - after).max(axis=-1)
    count = np.count_nonzero(step)
    return f"{count} of {step.size} pixels differ, by up to {step.max()} of 255" if count else None


def keep(item, number, before, after):
    """Write both pictures below the root's `.cache`; returns the common part of their paths."""
    folder = item.config.rootpath / ".cache" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    base = folder / f"{item.path.stem}-cell{item.cell_num}-{number}"
    Image.fromarray(before).save(f"{base}-stored.png")
    Image.fromarray(after).save(f"{base}-drawn.png")
    return base
