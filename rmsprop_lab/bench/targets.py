"""The targets, as data, and whether a results file reaches them."""

from dataclasses import dataclass
from html import escape

from rmsprop_lab.bench.contest import FALLBACK, OURS

__all__ = ["TARGETS", "Target", "Verdict", "Verdicts", "verdicts"]

EAGER = ("torch loop", "torch foreach")
FRAMEWORKS = (*EAGER, "torch fused", "torch.compile", "optax jit")


@dataclass(frozen=True)
class Target:
    """A bound on a ratio of times, the worst over the named peers.

    peers: peer time / `ours` is at least `bound`. Without peers: `ours` / floor is at most it.
    """

    method: str
    case: str
    what: str
    bound: float
    peers: tuple = ()
    ours: str = OURS

    def value(self, row):
        """The ratio in a row of the results, None when nothing of it was measured."""
        if not self.peers:
            return row["over_floor"].get(self.ours)
        over = row["over_ours"]
        ratios = [over[name] / over[self.ours] for name in self.peers if name in over]
        return min(ratios, default=None)

    def reached(self, value):
        """Whether this value is good enough."""
        return value >= self.bound if self.peers else value <= self.bound


def _targets():
    both = ("RMSprop", "Adam")
    for case, bound in (("1e3", 10), ("1e4", 5), ("1e5", 3.5), ("1e6", 1.5)):
        for method in both:
            yield Target(method, case, "every framework / ours", bound, FRAMEWORKS)
    for case in ("1e7", "1e8"):
        for method in both:
            yield Target(method, case, "ours / floor", 1.10)
        yield Target("RMSprop", case, "torch eager / ours", 6, EAGER)
        yield Target("RMSprop", case, "optax / ours", 1.5, ("optax jit",))
        yield Target("RMSprop", case, "torch.compile / ours", 0.98, ("torch.compile",))
        yield Target("Adam", case, "torch fused / ours", 1.05, ("torch fused",))
        yield Target("Adam", case, "optax / ours", 1.7, ("optax jit",))
    yield Target("RMSprop", "1e7", "torch eager / NumPy tiles", 1.7, EAGER, FALLBACK)
    for case in ("mlp6", "resnet50", "mixed200"):
        for method in both:
            yield Target(method, case, "list of tensors / floor", 1.2)


#: float32, with the first number of threads in the file.
TARGETS = tuple(_targets())
#: Microseconds of a step on one element: it is all wrapper. Ulps against float64.
WRAPPER, V_ULPS, THETA_ULPS = 2.0, 2.0, 4.0


@dataclass(frozen=True)
class Verdict:
    """One target beside what was measured; measured is None where it was not."""

    what: str
    asked: str
    measured: float | None
    reached: bool

    @property
    def word(self):
        """reached, missed, or not measured."""
        return "not measured" if self.measured is None else (
            "reached" if self.reached else "missed")


def verdicts(data, targets=TARGETS):
    """Every target judged by the results of one file, as Verdicts."""
    threads = data["results"][0]["threads"] if data["results"] else 1
    rows = {(r["method"], r["case"]): r for r in data["results"] if r["threads"] == threads}
    judged = []
    for target in targets:
        row = rows.get((target.method, target.case))
        value = None if row is None else target.value(row)
        sign = "at least" if target.peers else "at most"
        judged.append(Verdict(f"{target.method} {target.case}: {target.what}",
                              f"{sign} {target.bound:g}", value,
                              value is not None and target.reached(value)))
    for method in ("RMSprop", "Adam"):
        row = rows.get((method, "1e0"))
        value = None if row is None else 1e6 * row["seconds"][OURS][0]
        judged.append(_at_most(f"{method}: microseconds of wrapper", WRAPPER, value))
    for name, bound in (("v", V_ULPS), ("theta", THETA_ULPS)):
        errors = [r["ulps"][name] for r in data["accuracy"] if r["method"] == "RMSprop"]
        judged.append(_at_most(f"RMSprop: ulps of {name}", bound, max(errors, default=None)))
    return Verdicts(tuple(judged))


def _at_most(what, bound, value):
    return Verdict(what, f"at most {bound:g}", value, value is not None and value <= bound)


@dataclass(frozen=True)
class Verdicts:
    """Judged targets, shown as text and as a table in a notebook."""

    rows: tuple

    def count(self, word):
        """How many have this word."""
        return sum(row.word == word for row in self.rows)

    def __repr__(self):
        lines = (f"{row.word:<13}{row.what:<44}{row.asked:<15}{shown(row.measured)}"
                 for row in self.rows)
        return "\n".join(map(str.rstrip, lines))

    def _repr_html_(self):
        head = "".join(f'<th scope="col">{name}</th>'
                       for name in ("Target", "Asked", "Measured", "Verdict"))
        body = "".join(
            f'<tr><th scope="row">{escape(row.what)}</th><td>{row.asked}</td>'
            f"<td>{shown(row.measured)}</td><td>"
            + (f"<strong>{row.word}</strong>" if row.word == "missed" else row.word) + "</td></tr>"
            for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def shown(value):
    """A ratio in three digits, nothing for None.

    >>> shown(12.345), shown(None)
    ('12.3', '')
    """
    return "" if value is None else f"{value:.3g}"
