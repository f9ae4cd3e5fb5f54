"""The dialects as tables: what a page prints is made from the data."""

from rmsprop_lab.dialects.gaps import GAPS
from rmsprop_lab.dialects.grid import Grid
from rmsprop_lab.dialects.rmsprops import RMSPROPS
from rmsprop_lab.dialects.siblings import SIBLINGS
from rmsprop_lab.dialects.words import clauses, number

__all__ = ["compare", "gap_table", "notes", "sibling_table", "table"]


def table(*names):
    """The axes of the RMSprops with these names, or of all: a Grid.

    A value with "may" can be chosen in the library; "-" is not there at all.
    Raises KeyError for a name that is no RMSprop.

    >>> print(table("TF1"))  # doctest: +ELLIPSIS
    dialect  lr  rho  eps    eps is   ...
    TF1      -   0.9  1e-10  inside   ...
    """
    head = ("dialect", "lr", "rho", "eps", "eps is", "v0", "centred", "momentum", "lr is",
            "debias", "decay", "evidence")
    return Grid(head, tuple(_row(RMSPROPS[name]) for name in names or RMSPROPS))


def _row(one):
    s = one.settings
    eps_at, lr_at = s["eps_at"], s["lr_at"]
    if "eps_at" in one.spelled:
        eps_at += " (may)"
    for when, changes in (("momentum", one.with_momentum), ("centred", one.with_centered)):
        if "eps_at" in changes:
            eps_at += f"; {when}: {changes['eps_at']}"
    if "lr_at" in one.spelled:
        lr_at += " (may)"
    moves = s["momentum"] or "momentum" in one.spelled
    momentum = number(s["momentum"]) if s["momentum"] else "may" if moves else "-"
    if "nesterov" in one.spelled:
        momentum += ", Nesterov may"
    decays = "weight_decay" in one.spelled
    return (
        one.name, "-" if one.lr is None else number(one.lr), number(s["rho"]), number(s["eps"]),
        eps_at, "first g^2" if s["v0"] == "g2" else number(s["v0"]) + _may(one, "v0"),
        "yes" if s["centered"] else "may" if "centered" in one.spelled else "-", momentum,
        lr_at if moves else "-", "may" if "debias" in one.spelled else "-",
        ("l2 or decoupled" if "decay" in one.spelled else s["decay"]) if decays else "-",
        one.evidence)


def _may(one, name):
    return " (may)" if name in one.spelled else ""


def sibling_table(*methods):
    """RMSprop's relatives, by method, with their shipped settings: a Grid.

    methods: names of the lab's classes; all when left out.

    >>> print(sibling_table("AdaDelta"))  # doctest: +ELLIPSIS
    dialect           method    lr     settings
    PYTORCH_ADADELTA  AdaDelta  1      rho 0.9, eps 1e-6
    ...
    """
    chosen = [one for one in SIBLINGS.values() if not methods or one.method in methods]
    rows = []
    for one in chosen:
        rows.append((one.name, one.method, "-" if one.lr is None else number(one.lr),
                     ", ".join(_said(one))))
    return Grid(("dialect", "method", "lr", "settings"), tuple(rows))


def _said(one):
    """The settings of a sibling in words, without those that are off."""
    s, idle = one.settings, set()
    if not s.get("weight_decay"):
        idle |= {"weight_decay"} | ({"decay"} if "weight_decay" not in one.spelled else set())
    for name, value in s.items():
        if name == "debias":
            yield "debiased" if value else "not debiased"
        elif name == "eps_at":
            yield f"eps {value}"
        elif name not in idle and value is not False and value not in ("off", 0.0):
            yield f"{name} {number(value)}"


def compare(one, other, **overrides):
    """`Dialect.diff` as a Grid: a line for each axis on which two dialects differ.

    >>> print(compare(RMSPROPS["PYTORCH"], RMSPROPS["SB3"]))
    axis    PYTORCH                   SB3
    eps_at  divides by sqrt(v) + eps  divides by sqrt(v + eps)
    v0      starts v from 0           starts v from 1
    """
    return Grid(("axis", one.name, other.name), tuple(clauses(one, other, overrides)))


def notes(*names):
    """What each dialect is, and what a porter should know of it: a Grid. All RMSprops without any.

    >>> print(notes("HINTON"))
    dialect  what it is
    HINTON   Hinton's lecture (2012): lecture 6e, slide 29. The slide gives no learning rate, ...
    """
    chosen = [(RMSPROPS | SIBLINGS)[name] for name in names or RMSPROPS]
    return Grid(("dialect", "what it is"), tuple(
        (one.name, " ".join((f"{one.library} ({one.version}): {one.call}.", *one.notes)))
        for one in chosen))


def gap_table():
    """What the libraries offer and the lab does not reproduce: a Grid.

    >>> gap_table().rows[0][:2]
    ('bias_correction=True, centered=True', 'OPTAX')
    """
    return Grid(("setting", "dialect", "why the lab has it not"), tuple(
        (", ".join(f"{k}={v!r}" for k, v in gap.words.items()), gap.dialect, gap.why)
        for gap in GAPS.values()))
