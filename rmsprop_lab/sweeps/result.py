"""What a sweep found: the settings, where each configuration ended, and how low it came."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rmsprop_lab.errors import LabError
from rmsprop_lab.sweeps.grid import MISSING, Grid
from rmsprop_lab.sweeps.seeds import seed_of

__all__ = ["FORMAT", "Configuration", "Sweep"]

#: The version of the file below.
FORMAT = 1


@dataclass(frozen=True)
class Configuration:
    """One configuration of a sweep: its index, settings, last theta and last loss."""

    index: int
    settings: dict
    theta: np.ndarray
    loss: float


@dataclass(frozen=True, eq=False, repr=False)
class Sweep:
    """The result of `lab.sweep`, host arrays of B configurations in the order of the grid.

    settings: a sequence of dicts. theta (B, ...): after the last step. losses (B, records): after
    each number of steps in `record`, the last of which is `steps`. method, problem: their names.
    start: the loss at the first configuration's theta0. seed: of the sweep; own: whether each
    configuration had a problem of its own.
    A configuration that diverged is recorded as it is, with inf and NaN.
    """

    settings: Grid
    theta: np.ndarray
    losses: np.ndarray
    record: tuple
    steps: int
    method: str
    problem: str
    start: float
    seed: int = 0
    own: bool = False

    @property
    def loss(self):
        """The loss after the last step, (B,)."""
        return self.losses[:, -1]

    @property
    def seeds(self):
        """The seeds of the configurations' problems; None where all had the same problem."""
        return [seed_of(self.seed, i) for i in range(len(self))] if self.own else None

    def __len__(self):
        return len(self.settings)

    def __getitem__(self, i):
        """A Configuration."""
        i = range(len(self))[i]
        return Configuration(i, self.settings[i], self.theta[i], float(self.loss[i]))

    def best(self):
        """The Configuration with the lowest loss; of equals the first.

        Raises LabError when no loss is finite.
        """
        return self.top(1)[0]

    def top(self, n):
        """The n best configurations, best first; fewer where fewer ended with a finite loss."""
        order = np.argsort(self.loss, kind="stable")  # NaN comes last
        order = order[np.isfinite(self.loss[order])][:n]
        if not len(order):
            raise LabError("no configuration ended with a finite loss; all diverged, lower lr")
        return [self[i] for i in order]

    @property
    def diverged(self):
        """How many configurations ended with a loss that is not finite."""
        return int(np.sum(~np.isfinite(self.loss)))

    def values(self, name):
        """What each configuration says for a setting, a list; None where it says nothing."""
        if name not in self.settings.axes:
            raise LabError(f"the grid has no {name!r}; it has {', '.join(self.settings.axes)}")
        axis = [*self.settings.axes[name], None]
        assert MISSING == -1  # the code of what is missing is the last of the axis
        return [axis[code] for code in self.settings.codes[name]]

    def to_dict(self):
        """Everything as plain lists, numbers and words."""
        return self._about() | {"grid": self.settings.to_dict(), "theta": self.theta.tolist(),
                                "losses": self.losses.tolist()}

    def save(self, path):
        """Write an npz file for `Sweep.load`; an older one is replaced at once or not at all."""
        write_npz(path, **self.to_arrays())

    def to_arrays(self):
        """Everything as arrays by name, what is no array as JSON in bytes."""
        about = self._about() | {"grid": self.settings.to_dict()}
        return {"about": plain_json(about), "theta": self.theta, "losses": self.losses}

    @classmethod
    def load(cls, path):
        """The Sweep that was saved; LabError where the file holds none."""
        try:
            with open(path, "rb") as opened, np.load(opened) as file:  # it would stay open
                about = json.loads(file["about"].tobytes())
                theta, losses = file["theta"], file["losses"]
        except FileNotFoundError:
            raise LabError(f"there is no file {path}") from None
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise LabError(f"{path} holds no sweep: {error}") from None
        if about.pop("format", None) != FORMAT:
            raise LabError(f"{path} was written by another version of the lab; run the sweep again")
        grid, record = Grid.from_dict(about.pop("grid")), tuple(about.pop("record"))
        return cls(grid, theta, losses, record, **about)

    def _about(self):
        return {"format": FORMAT, "method": self.method, "problem": self.problem,
                "steps": self.steps, "record": list(self.record), "start": self.start,
                "seed": self.seed, "own": self.own}

    def __repr__(self):
        axes = ", ".join(_spoken(name, values) for name, values in self.settings.axes.items())
        head = (f"Sweep({self.method} on {self.problem}: {counted(len(self), 'configuration')}, "
                f"{counted(self.steps, 'step')}")
        found = "no loss is finite"
        if self.diverged < len(self):
            best = self.best()
            said = ", ".join(f"{k}={_short(v)}" for k, v in best.settings.items()) or "the defaults"
            found = f"best loss {best.loss:.6g} at {said}"
        lost = f"; {self.diverged} diverged" if self.diverged else ""
        return f"{head}; {axes or 'the defaults'}; {found}{lost})"


def write_npz(path, **arrays):
    """Write arrays to a file that appears complete or not at all."""
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, **arrays)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def plain_json(about):
    """A dict as bytes for an npz file; LabError for settings that are no numbers and no words."""
    try:
        return np.frombuffer(json.dumps(about).encode(), np.uint8)
    except TypeError as error:
        raise LabError(f"only numbers and words can be saved in a file: {error}") from None


def counted(n, what):
    """A number and its noun.

    >>> counted(1, "step"), counted(2, "step")
    ('1 step', '2 steps')
    """
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _spoken(name, values):
    if len(values) == 1:
        return f"{name} {_short(values[0])}"
    if all(type(v) in (int, float) for v in values):
        return f"{name} {_short(min(values))} to {_short(max(values))} ({len(values)} values)"
    return f"{name} {' '.join(map(_short, values))}" if len(values) < 6 else (
        f"{name} ({len(values)} values)")


def _short(value):
    return f"{value:.6g}" if type(value) is float else str(value)
