"""Results files: written in one move, checked when read, found by device and date."""

import json
import os
import tempfile
from importlib import resources
from pathlib import Path

from rmsprop_lab.bench.suite import FORMAT
from rmsprop_lab.errors import LabError

__all__ = ["ResultsRefused", "latest", "load", "save"]

KEYS = {"format", "device", "machine", "results", "accuracy", "tried"}
ROW = {"method", "case", "size", "tensors", "threads", "seconds", "over_ours", "over_floor",
       "missing"}


class ResultsRefused(LabError):
    """A file that is not a results file of this version, or none where one is needed."""


def save(data, path):
    """Write the results; a reader sees the old file or the new one, never half of one."""
    path = Path(path)
    text = json.dumps(_rounded(data), indent=1) + "\n"
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def load(path):
    """The results of a file. Raises ResultsRefused when it is something else."""
    data = json.loads(Path(path).read_text(encoding="utf-8"))
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ResultsRefused(f"{path} is no results file of format {FORMAT}; make one with "
                             f"rmsprop-lab bench --json {path}")
    wrong = sorted(KEYS ^ set(data))
    wrong += [f"results[{i}]: {name}" for i, row in enumerate(data["results"])
              for name in sorted(ROW ^ set(row))] if not wrong else []
    if wrong:
        raise ResultsRefused(f"{path} misses, or does not know, {', '.join(wrong[:5])}")
    return data


def latest(device="cpu", folder=None):
    """The newest results for a device, by the date in the file's name."""
    folder = Path(folder or resources.files("rmsprop_lab.bench") / "results")
    found = sorted(folder.glob(f"{device}-*.json"))
    if not found:
        raise ResultsRefused(f"no {device}-DATE.json in {folder}; make one with rmsprop-lab bench")
    return load(found[-1])


def _rounded(data):
    """Four digits: what is behind them is noise, and would make every diff a long one."""
    if isinstance(data, float):
        return float(f"{data:.4g}")
    if isinstance(data, dict):
        return {key: _rounded(value) for key, value in data.items()}
    return [_rounded(x) for x in data] if isinstance(data, list | tuple) else data
