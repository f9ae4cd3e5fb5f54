"""What identify answers: settings, names, what stays open, and how well it all fits."""

from dataclasses import dataclass, field

from rmsprop_lab.dialects import ALL
from rmsprop_lab.dialects.dialect import method_class
from rmsprop_lab.dialects.words import number
from rmsprop_lab.errors import LabError

__all__ = ["Identification"]


@dataclass(frozen=True)
class Identification:
    """The answer of `identify`.

    method: the lab's class by name, None when no method of the lab takes these steps. settings:
    its keyword arguments, lr included; for what is in undetermined or moot, the value that fits as
    well as any. errors: number -> its relative error, of a decay that of rho / (1 - rho); made for
    rounding errors that agree with each other, so that it is rather too large. undetermined: axis
    -> why it could not be determined. moot: axis -> why it changes no step here.
    dialects: the names in `dialects.ALL` that take these steps with the constants they ship.
    forms: those whose constants differ but whose words agree. groups: the dialects, together where
    they take the same steps. says: name of a dialect -> the call of its library that takes these
    steps. calls: how often the optimizer's step was called. agreement: the largest relative error
    of a lane, None without any. held_out: that of a free run on gradients that no fit has seen,
    None where no fresh copy could be made. evidence: axis -> what was measured; under "method" why
    it is no RMSprop. notes: anything else.
    """

    name: str
    method: str | None
    settings: dict
    errors: dict
    undetermined: dict
    moot: dict
    dialects: tuple
    forms: tuple
    groups: tuple
    calls: int
    agreement: float | None
    held_out: float | None
    evidence: dict = field(default_factory=dict)
    says: dict = field(default_factory=dict)
    notes: tuple = ()

    def optimizer(self, **changes):
        """The lab's optimizer with these settings, before its first step.

        changes: settings to set otherwise. Raises LabError when no method was found.
        """
        if self.method is None:
            raise LabError(f"no method of the lab takes the steps of {self.name}; see .evidence")
        return method_class(self.method)(**{**self.settings, **changes})

    def sentences(self):
        """The names in words, one sentence for each thing to know."""
        if self.method is None:
            return (f"{self.name} is no optimizer that the lab knows.",)
        found = []
        if "method" in self.undetermined:
            return (f"It is no dialect: {self.undetermined['method']}.",)
        same = [g for g in self.groups if len(g) > 1]
        for group in same:
            found.append(f"{_listed(group)} are the same at these settings: nothing tells them "
                         "apart.")
        if len(self.groups) > 1:
            axes = [a for a in self.undetermined if a in self.settings]
            found.append(f"{_listed([g[0] for g in self.groups], 'or')}: they differ in "
                         f"{_listed(axes)}, which could not be determined.")
        if len(self.groups) == 1 and not same:
            name = self.groups[0][0]
            found.append(f"It is {name}: {ALL[name].library}." if not self.undetermined else
                         f"Nothing seen speaks against {name}: {ALL[name].library}.")
        if not self.groups and self.forms:
            found.append(f"The form of {_listed(self.forms, 'or')}, with constants of its own.")
        if not self.groups and not self.forms:
            found.append(f"No dialect ships it: {self.method} with settings of its own.")
        if not self.groups and self.says:
            name, call = min(self.says.items(), key=lambda said: said[1].count("="))
            found.append(f"Shortest in the words of {name}: {call}")
        return tuple(found)

    def rows(self):
        """(name, value, what was seen) for a table."""
        if self.method is None:
            return [("method", "unknown", _joined(self.evidence.get("method", ())))]
        rows = [("method", self.method, _joined(self.evidence.get("method", ())))]
        for name, value in self.settings.items():
            if name in self.moot:
                rows.append((name, "no effect", self.moot[name]))
            elif name in self.undetermined:
                rows.append((name, "?", self.undetermined[name]))
            else:
                error = self.errors.get(name, 0.0)
                about = f" +-{error:.1%}" if error > 1e-3 else ""
                rows.append((name, _short(value) + about, self.evidence.get(name, "")))
        others = (set(self.undetermined) - set(self.settings))
        rows += [(name, "?", self.undetermined[name]) for name in sorted(others)]
        return rows

    def as_dict(self):
        """Plain data for JSON."""
        names = ("name", "method", "settings", "errors", "undetermined", "moot", "dialects",
                 "forms", "groups", "calls", "agreement", "held_out", "evidence", "says", "notes")
        return {k: getattr(self, k) for k in names} | {"sentences": self.sentences()}

    def __repr__(self):
        """A table that can be read."""
        said = (("agreement", self.agreement), ("held out", self.held_out))
        lines = [", ".join([f"{self.name}: {self.calls} calls"] + [
            f"{name} {value:.1g}" for name, value in said if value is not None])]
        lines += [f"  {a:<15} {b:<12} {c}".rstrip() for a, b, c in self.rows()]
        lines += [f"  {s}" for s in (*self.sentences(), *self.notes)]
        return "\n".join(lines)


def _short(value):
    plain = isinstance(value, float) and not isinstance(value, bool)
    return number(float(f"{value:.7g}")) if plain else number(value)


def _listed(names, word="and"):
    names = list(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def _joined(sentences):
    return "; ".join([sentences] if isinstance(sentences, str) else sentences)
