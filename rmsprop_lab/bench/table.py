"""The results as tables for a terminal: ratios, who was missing, accuracy, targets."""

from rich.table import Table

from rmsprop_lab.bench.contest import OURS
from rmsprop_lab.bench.targets import shown, verdicts

__all__ = ["attempts", "busy", "errors", "everything", "judged", "missing", "ratios"]

MARKS = {"reached": "green", "missed": "bold red", "not measured": "dim"}


def _table(title, *columns):
    table = Table(box=None, pad_edge=False, title=title, title_justify="left")
    table.add_column(columns[0])
    for column in columns[1:]:
        table.add_column(column, justify="right")
    return table


def ratios(data, method, threads):
    """Ours in microseconds and over the floor; then each contender's time over ours.

    data: the content of a results file. A contender that did not run has an empty cell.
    """
    rows = [r for r in data["results"] if (r["method"], r["threads"]) == (method, threads)]
    others = list(dict.fromkeys(
        name for r in rows for name in (*r["over_ours"], *r["missing"])
        if name not in (OURS, "floor")))
    many = "s" * (threads > 1)
    table = _table(f"{method}, float32, {threads} thread{many}: time of each / ours",
                   "case", "ours, us", "ours / floor", *others)
    for r in rows:
        table.add_row(r["case"], shown(1e6 * r["seconds"][OURS][0]), shown(r["over_floor"][OURS]),
                      *(shown(r["over_ours"].get(name)) for name in others))
    return table


def missing(data):
    """Sentences about peers that did not run: who, in which cases, why."""
    cases = {}
    for r in data["results"]:
        for name, why in r["missing"].items():
            cases.setdefault((name, why), []).append(r["case"])
    everything = {r["case"] for r in data["results"]}
    return [f"{name} is missing{_where(found, everything)}: {why}"
            for (name, why), found in cases.items()]


def busy(data):
    """A warning when other work ran on the machine at the start, else an empty string."""
    load, cores = data["machine"].get("load"), data["machine"]["cores"]
    if load is None or load < 0.5:
        return ""
    return (f"the machine was busy (load {load:.3g} on {cores} cores): threads that wait for each "
            "other then measure the other work; run it again when the machine is quiet")


def _where(found, everything):
    return "" if set(found) == everything else f" at {', '.join(dict.fromkeys(found))}"


def errors(data):
    """Largest errors of one float32 step, in ulps."""
    table = _table("error of one step against float64, in ulps of float32", "method", "settings",
                   "largest errors")
    for r in data["accuracy"]:
        table.add_row(r["method"], ", ".join(f"{k}={v:g}" for k, v in r["settings"].items()),
                      ", ".join(f"{k} {shown(v)}" for k, v in r["ulps"].items()))
    return table


def attempts(data):
    """What was tried and did not help: time over ours."""
    table = _table("tried: time / ours", "attempt", "case", "ratio")
    for r in data["tried"]:
        table.add_row(r["name"], r["case"], shown(r.get("over_ours")) or r["missing"])
    return table


def judged(data):
    """The targets that the results can judge."""
    table = _table("targets", "target", "asked", "measured", "verdict")
    for row in verdicts(data).rows:
        if row.measured is not None:
            table.add_row(row.what, row.asked, shown(row.measured),
                          f"[{MARKS[row.word]}]{row.word}[/]")
    return table


def everything(data):
    """All tables of a results file, in the order in which they are printed."""
    pairs = dict.fromkeys((r["method"], r["threads"]) for r in data["results"])
    return [*(ratios(data, *pair) for pair in pairs), errors(data),
            *([attempts(data)] if data["tried"] else []), judged(data)]

