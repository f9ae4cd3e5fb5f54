"""What differs between two dialects, said in sentences."""

__all__ = ["AXES", "clauses", "effective", "number", "sentences"]

#: The axes on which the dialects of RMSprop differ, and the settings that say each.
AXES = {
    "rho": ("rho",),
    "eps": ("eps",),
    "eps_at": ("eps_at",),
    "v0": ("v0",),
    "centered": ("centered",),
    "momentum": ("momentum", "nesterov"),
    "lr_at": ("lr_at",),
    "debias": ("debias",),
    "decay": ("weight_decay", "decay"),
}


def number(x):
    """A number as people write it; other values as they are.

    >>> number(2.5e-4), number(0.95), number(0.0), number("g2")
    ('2.5e-4', '0.95', '0', 'g2')
    """
    if isinstance(x, bool) or not isinstance(x, (int, float)):
        return str(x)
    if not 0 < abs(x) < 1e-3:
        return f"{x:.10g}"
    digits, _, power = f"{x:.9e}".partition("e")
    return f"{digits.rstrip('0').rstrip('.')}e{int(power)}"


def effective(settings):
    """The settings without those that change no step, for comparison.

    >>> effective({"rho": 0.9, "momentum": 0.0, "nesterov": False, "lr_at": "inside"})
    {'rho': 0.9, 'momentum': 0.0}
    """
    idle = set()
    if not settings.get("momentum", 0.0):
        idle |= {"nesterov", "lr_at"}
    if not settings.get("weight_decay", 0.0):
        idle.add("decay")
    if settings.get("eps") == 0:
        idle.add("eps_at")
    return {name: value for name, value in settings.items() if name not in idle}


def sentences(one, other, overrides):
    """One sentence for each axis on which two dialects differ; see `Dialect.diff`."""
    return [f"{axis}: {one.name} {first}; {other.name} {second}."
            for axis, first, second in clauses(one, other, overrides)]


def clauses(one, other, overrides):
    """(axis, what one does, what the other does) for each axis on which two dialects differ."""
    if one.method != other.method:
        return [("method", f"is {one.method}", f"is {other.method}")]
    first, second = one.resolved(**overrides), other.resolved(**overrides)
    grouped = {name for names in AXES.values() for name in names}
    axes = AXES | {name: (name,) for name in first if name not in grouped}
    found = []
    for axis, names in axes.items():
        names = [name for name in names if name in first]
        if not names or _moot(axis, (one, first), (other, second)):
            continue
        said = [_say(axis, dialect, settings, overrides)
                for dialect, settings in ((one, first), (other, second))]
        if said[0] != said[1]:
            found.append((axis, *said))
    return found


def _moot(axis, *pairs):
    """Whether an axis says nothing here: one side cannot have momentum, or neither side decays."""
    if axis == "eps_at":
        return all(settings["eps"] == 0 for _, settings in pairs)
    needed = {"lr_at": "momentum", "decay": "weight_decay"}.get(axis)
    if needed is None or (axis == "decay" and any(settings[needed] for _, settings in pairs)):
        return False
    return not all(needed in dialect.spelled or settings.get(needed) for dialect, settings in pairs)


def _say(axis, dialect, settings, overrides):
    """The clause of one dialect on one axis, with what changes under momentum or centring."""
    text = CLAUSES.get(axis, _plain(axis))(settings)
    for switch, when, changes in (("momentum", "with momentum", dialect.with_momentum),
                                  ("centered", "when centred", dialect.with_centered)):
        touched = set(AXES.get(axis, ())) & set(changes)
        if touched and not settings.get(switch) and switch not in overrides:
            text += f", {when} {CLAUSES.get(axis, _plain(axis))({**settings, **changes})}"
    return text


def _plain(name):
    return lambda s: f"has {number(s[name])}"


def _momentum(s):
    if not s["momentum"]:
        return "has no momentum"
    kind = "Nesterov" if s.get("nesterov") else "plain"
    return f"has {kind} momentum {number(s['momentum'])}"


def _decay(s):
    kind = {"l2": "adds w theta to the gradient", "decoupled": "shrinks theta by 1 - lr w"}[
        s.get("decay", "l2")]
    return f"{kind}, w = {number(s['weight_decay'])}"


CLAUSES = {
    "rho": lambda s: f"averages with rho = {number(s['rho'])}",
    "eps": lambda s: f"guards with {number(s['eps'])}",
    "eps_at": lambda s: {
        "outside": "divides by sqrt(v) + eps", "inside": "divides by sqrt(v + eps)",
        "hat": "divides by sqrt(v) + eps before debiasing"}[s["eps_at"]],
    "v0": lambda s: "starts v from the first squared gradient" if s["v0"] == "g2"
    else f"starts v from {number(s['v0'])}",
    "centered": lambda s: "divides by the standard deviation" if s["centered"]
    else "divides by the root mean square",
    "momentum": _momentum,
    "lr_at": lambda s: {
        "outside": "multiplies by lr what leaves the momentum buffer",
        "inside": "multiplies by lr what enters the momentum buffer"}[s["lr_at"]],
    "debias": lambda s: "divides v by 1 - rho^t" if s["debias"] else "does not debias",
    "decay": _decay,
}
