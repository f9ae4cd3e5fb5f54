"""Settings become names: which dialects agree with what was measured, or could."""

import math

from rmsprop_lab.dialects import ALL
from rmsprop_lab.dialects.words import effective
from rmsprop_lab.errors import LabError

__all__ = ["agreeing", "grouped", "sayable"]

#: What a user switches on; the other settings make a library's method what it is.
SWITCHES = ("momentum", "nesterov", "centered", "weight_decay", "decay", "amsgrad")

#: The numbers that users set: a dialect with others keeps its form.
CONSTANTS = ("rho", "eps", "beta1", "beta2", "momentum_decay", "accumulator0")

#: Some libraries keep their numbers in float32; beyond that, shipped constants are distinct.
TOLERANCE = 3e-7


def agreeing(method, settings, undetermined, errors, switches=SWITCHES):
    """The dialects of the method that take these steps with their own constants, in table order.

    settings: without lr counts. undetermined: names that are not compared. errors: relative ones,
    of numbers. switches: the settings that are taken from the measurement, where the library lets
    its user choose them.
    """
    return tuple(d.name for d in ALL.values()
                 if d.method == method and _agrees(d, settings, undetermined, errors, switches))


def sayable(method, settings, undetermined, errors):
    """The dialects whose libraries can be told to take these steps, with all they let you choose.

    A dict from name to the call of the library that says it.
    """
    found = {}
    for name in agreeing(method, settings, undetermined, errors, tuple(settings)):
        dialect = ALL[name]
        said = _said(dialect, settings, undetermined, tuple(settings))
        said = {k: v for k, v in said.items() if not _same(v, dialect.settings[k])}
        found[name] = dialect.spell(lr=settings["lr"], **said)
    return found


def _said(dialect, settings, undetermined, switches):
    # A switch without effect needs no saying, and some libraries refuse to hear it.
    return {k: v for k, v in settings.items()
            if k in switches and k in dialect.spelled and k in dialect.settings
            and k not in undetermined and k in _plain(settings)}


def _agrees(dialect, settings, undetermined, errors, switches):
    if any(dialect.settings.get(k) and not settings.get(k) for k in SWITCHES
           if k not in ("decay", "amsgrad", *undetermined)):
        return False  # what a library ships switched on is its mark: AdamW without decay is Adam
    try:
        theirs = dialect.resolved(**_said(dialect, settings, undetermined, switches))
    except LabError:
        return False
    ours, theirs = _plain(settings), _plain({"lr": settings["lr"], **theirs})
    compared = (set(ours) | set(theirs)) - set(undetermined) - {"lr"}
    return all(_same(ours.get(k), theirs.get(k), errors.get(k, 0.0)) for k in compared)


def _plain(settings):
    """The settings that change a step, in one form where two forms take the same steps."""
    found = dict(settings)
    if "accumulator0" in found and found.get("eps_at") == "inside":
        found |= {"accumulator0": found["accumulator0"] + found["eps"], "eps": 0.0}
    if found.get("eps_at") == "hat" and not found.get("debias"):
        found["eps_at"] = "outside"
    return effective(found)


def _same(one, other, error=0.0):
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=max(TOLERANCE, 4 * error))
    return one == other


def grouped(names, settings, undetermined):
    """The names in groups that take the same steps with these settings, as tuples."""
    groups = {}
    for name in names:
        dialect = ALL[name]
        full = dialect.resolved(**_said(dialect, settings, undetermined, SWITCHES))
        plain = _plain(full)
        key = tuple((k, plain.get(k)) for k in sorted(undetermined))
        groups.setdefault(key, []).append(name)
    return tuple(tuple(group) for group in groups.values())
