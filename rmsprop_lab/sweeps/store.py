"""Finished chunks on disk, so that a sweep that was stopped goes on where it was.

While a sweep runs, `FILE.parts` holds a file for each finished chunk, named by the configurations
in it. When all are there, FILE is written and the folder removed.
"""

import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np

from rmsprop_lab import arrays
from rmsprop_lab.errors import LabError
from rmsprop_lab.sweeps.result import Sweep, plain_json, write_npz

__all__ = ["Store", "identity"]

NAME = re.compile(r"(\d+)-(\d+)\.npz\Z")


class Store:
    """The files of one sweep.

    path: of the finished file. same: what the sweep is, from `identity`; another sweep under the
    same name raises LabError, which says in what they differ.
    """

    def __init__(self, path, same):
        """Look at what is there; nothing is written yet."""
        self.path, self.same = Path(path), json.loads(plain_json(same).tobytes())
        self.folder = self.path.with_name(self.path.name + ".parts")
        if self.path.is_dir() or not self.path.parent.is_dir():
            raise LabError(f"save={str(path)!r} must name a file in a folder that exists")

    def finished(self):
        """The whole Sweep, if it is there; else None."""
        if not self.path.exists():
            return None
        found = Sweep.load(self.path)
        with np.load(self.path) as file:
            self._compare(json.loads(file["same"].tobytes()) if "same" in file else {}, self.path)
        return found

    def parts(self):
        """(start, stop) -> (theta, losses) of the chunks that are there; the folder is made."""
        note = self.folder / "sweep.json"
        if note.exists():
            self._compare(json.loads(note.read_text()), self.folder)
        else:
            self.folder.mkdir(exist_ok=True)
            note.write_text(json.dumps(self.same))
        found = {}
        for path in sorted(self.folder.iterdir()):
            if name := NAME.match(path.name):
                try:
                    with open(path, "rb") as opened, np.load(opened) as file:
                        found[int(name[1]), int(name[2])] = file["theta"], file["losses"]
                except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
                    path.unlink()  # cut by a full disk: computed again
        return found

    def keep(self, start, theta, losses):
        """Write a finished chunk."""
        name = f"{start:09d}-{start + len(theta):09d}.npz"
        write_npz(self.folder / name, theta=theta, losses=losses)

    def finish(self, sweep):
        """Write the whole and remove the parts."""
        write_npz(self.path, **sweep.to_arrays(), same=plain_json(self.same))
        shutil.rmtree(self.folder)

    def _compare(self, found, where):
        different = [key for key in self.same if found.get(key) != self.same[key]]
        if different:
            raise LabError(f"{where} holds another sweep, of another {' and '.join(different)}; "
                           "choose another name, or remove it")


def identity(opt, grid, problem, steps, record, seed):
    """What makes two sweeps the same: plain data to be compared.

    opt, problem: those of the first configuration. Numbers are kept to six digits: a sweep may go
    on where another processor rounds the last bit of a matrix product differently.
    """
    theta = problem.theta0
    start = arrays.to_host(theta)
    with np.errstate(all="ignore"):
        g = arrays.to_host(problem.grad(theta, 1))
        loss = problem.loss(theta)
    seen = [f"{x:.6g}" for x in (loss, *(float(np.sum(np.abs(x), dtype=np.float64))
                                         for x in (start, g)))]
    return {"optimizer": repr(opt), "grid": grid.to_dict(), "steps": steps, "record": list(record),
            "problem": [repr(problem), str(start.dtype), list(start.shape), *seen], "seed": seed}
