"""Golden trajectories: what the real libraries did with fixed gradients, and whether we do it too.

A file `tests/golden/NAME.json` holds, for each case, the parameters after every step as hex floats.
Five coordinates see gradients of four sizes, so that eps and the initial state count in one of them
at least; the fifth sees a zero gradient at every other step.
"""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rmsprop_lab.errors import LabError

__all__ = ["Case", "STEPS", "allowed", "cases", "difference", "folder", "gradients", "held",
           "learning_rates", "load", "sprung", "start", "trajectory"]

STEPS, DROP = 20, 10
SCALES = (3.0, 1.0, 1e-2, 1e-4, 1.0)
#: Other numbers than the shipped ones, to see that each of them arrives where it belongs.
OTHER = {"rho": 0.95, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3, "accumulator0": 0.5,
         "momentum_decay": 0.02, "up": 1.5, "down": 0.25, "smallest": 1e-3, "largest": 0.014}


@dataclass(frozen=True)
class Case:
    """One way to use a library: settings by our names, lr, and whether lr drops tenfold."""

    overrides: dict = field(default_factory=dict)
    lr: float | None = None
    drops: bool = False


def start():
    """The parameters before the first step, an array of 5; each in units of its gradients."""
    return np.array(SCALES) * (0.5, -1.0, 0.75, -0.5, 0.25)


def gradients():
    """The gradients, 20 by 5. Python keeps the numbers of `random()` the same in every version."""
    draw = random.Random(20121106).random
    g = np.array([[2 * draw() - 1 for _ in SCALES] for _ in range(STEPS)]) * SCALES
    g[1::2, 4] = 0.0
    return g


def learning_rates(lr, drops):
    """The learning rate of each step; with `drops` a tenth of it after step 10."""
    return [lr / 10 if drops and t > DROP else lr for t in range(1, STEPS + 1)]


def cases(dialect):
    """Name -> Case: what is recorded of a dialect, by what it offers."""
    offers, numbers = dialect.spelled, dialect.settings
    # AdaDelta's own lr of 0.001 moves theta by less than its rounding shows.
    lr = 1.0 if dialect.method == "AdaDelta" else dialect.lr or 0.01
    mu = {"momentum": 0.9} if "momentum" in offers else {}
    found = {"plain": {}}
    if others := {k: v for k, v in OTHER.items() if k in offers}:
        found["other numbers"] = others
    if "eps" in dialect.becomes:
        found["eps 0"] = {"eps": 0.0}
    if mu and not numbers["momentum"]:
        found["momentum"] = mu
    if "nesterov" in offers:
        found["nesterov"] = mu | {"nesterov": True}
    if "centered" in offers:
        found["centred"] = {"centered": True}
        if mu:
            found["centred, momentum"] = {"centered": True} | mu
    for name in ("eps_at", "lr_at"):
        if name in offers:
            turned = "outside" if numbers[name] == "inside" else "inside"
            found[f"{name} {turned}"] = {name: turned} | (mu if name == "lr_at" else {})
    if "v0" in offers:
        found["v0 1"] = {"v0": 1.0}
    if "debias" in offers:
        found["debias " + ("off" if numbers["debias"] else "on")] = {
            "debias": not numbers["debias"]}
    if "amsgrad" in offers:
        found["amsgrad"] = {"amsgrad": "raw"}
    if "weight_decay" in offers:
        for kind in ("l2", "decoupled"):
            own = numbers.get("decay", "l2")
            if kind == own or "decay" in offers:
                said = {"decay": kind} if "decay" in offers else {}
                found[f"{kind} decay"] = {"weight_decay": 0.1} | said
    found = {name: Case(overrides, lr) for name, overrides in found.items()}
    if "lr_at" in offers:
        for name in [name for name in found if name.startswith("lr_at")]:
            found[name] = Case(found[name].overrides, lr, drops=True)
    if dialect.method != "Rprop":  # there lr is the first step length only
        found["lr drop"] = Case(mu, lr, drops=True)
    return found


def held(dialect, optimizer):
    """Round the numbers that the library keeps in float32; returns the optimizer."""
    for name in dialect.single:
        setattr(optimizer, name, float(np.float32(getattr(optimizer, name))))
    return optimizer


def trajectory(dialect, case, dtype="float64", **mutation):
    """The lab's parameters after each step, steps by 5, in the dialect and the case.

    mutation: settings put in place of the dialect's, whether it offers them or not.
    """
    opt = dialect.optimizer(case.lr, executor="reference", **case.overrides)
    for name, value in mutation.items():
        setattr(opt, name, value)
    held(dialect, opt)
    theta, seen = start().astype(dtype), []
    for lr, g in zip(learning_rates(case.lr, case.drops), gradients().astype(dtype), strict=True):
        opt.lr = float(np.float32(lr)) if "lr" in dialect.single else lr
        opt.step(theta, g)
        seen.append(theta.copy())
    return np.array(seen)


def folder():
    """Where the golden files lie: in the checkout, or with the installed package.

    Raises LabError when neither is there.
    """
    here = Path(__file__).resolve().parent
    for place in (here.parents[1] / "tests" / "golden", here / "golden"):
        if any(place.glob("*.json")):
            return place
    raise LabError("no golden files here: they are in tests/golden of a checkout")


def load(name, where=None):
    """One golden file: its fields as they stand, and theta of each case as an array."""
    path = Path(where or folder()) / f"{name}.json"
    saved = json.loads(path.read_text("utf-8"))
    for case in saved["cases"].values():
        case["theta"] = np.array(
            [[float.fromhex(x) for x in line.split()] for line in case["theta"]])
    return saved


def sprung(name, where=None):
    """What a trap of `dialects.traps` did in the real library: library, call and numbers, a dict.

    >>> sprung("torch_float16")["theta"]
    'nan'
    """
    return json.loads((Path(where or folder()) / "traps.json").read_text("utf-8"))[name]


def difference(ours, theirs):
    """The largest difference of any coordinate, in units of how far that coordinate went.

    ours, theirs: parameters after each step, steps by 5. inf where one is NaN.
    """
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    went = np.abs(theirs - start()).max(axis=0)
    worst = (np.abs(ours - theirs).max(axis=0) / went).max()
    return float(worst) if np.isfinite(worst) else float("inf")


def allowed(dtype, theirs):
    """How large `difference` may be: 1e-12 in float64; in float32 what rounding may add up to.

    In float32 each step rounds theta, by half an ulp on either side, and each of its denominators
    and averages some more: 32 ulp of the way are allowed for these.
    """
    if dtype == "float64":
        return 1e-12
    went = np.abs(theirs - start()).max(axis=0)
    return float((STEPS * np.abs(theirs).max(axis=0) / went + 32).max() * 2.0**-23)
