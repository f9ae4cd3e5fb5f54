"""Record golden trajectories from the real libraries into `tests/golden`.

    python -m rmsprop_lab.authoring.record [NAMES ...] [--any-version] [--folder DIR]

Runs in an environment that holds the libraries (`make record` makes it). A library that is not
installed is reported, and the others are recorded.
"""

import argparse
import contextlib
import datetime
import importlib.metadata
import inspect
import json
import re
import sys
import warnings
from pathlib import Path

from rmsprop_lab import dialects
from rmsprop_lab.authoring import AuthoringError, record_traps, recorders
from rmsprop_lab.authoring.site import find_root
from rmsprop_lab.dialects import golden
from rmsprop_lab.dialects.gaps import GAPS

__all__ = ["main", "record"]

FLOAT32 = ("mlx", "mxnet")


def installed(dialect, any_version=False):
    """The version of the dialect's library here.

    Raises AuthoringError when it is not installed, or when it is another than the dialect's.
    """
    distribution = recorders.PACKAGES[dialect.call.split(".")[0]]
    try:
        version = importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        raise AuthoringError(f"{distribution} is not installed here") from None
    wanted = re.findall(r"\d+\.\d+[\w.]*", dialect.version + " " + dialect.source)
    if version.partition("+")[0] not in wanted and not any_version:
        raise AuthoringError(
            f"{distribution} {version} is here, the dialect is read from {wanted[0]}; install "
            "that, or say --any-version and compare")
    return f"{distribution} {version}"


def defaults(dialect):
    """What the library ships, by its own names, for every argument that the dialect spells."""
    shipped = {}
    for name, one in inspect.signature(recorders.target(dialect)).parameters.items():
        used = [x for x in dialect.spelled.values() if x == name or x.startswith(f"{name}[")]
        if used and one.default is not inspect.Parameter.empty:
            shipped[name] = list(one.default) if isinstance(one.default, tuple) else one.default
    return shipped


def spelled(theta):
    """The rows of an array as lines of hex floats, which lose nothing."""
    return [" ".join(re.sub(r"\.?0+p", "p", float(x).hex()) for x in row) for row in theta]


def record(dialect, any_version=False):
    """Run every case of a dialect in its library; returns the fields of its golden file."""
    library = installed(dialect, any_version)
    package = dialect.call.split(".")[0]
    run = recorders.RECORDERS[package]
    found = {
        "dialect": dialect.name, "library": library, "date": f"{datetime.date.today()}",
        "dtype": "float32" if package in FLOAT32 else "float64", "defaults": defaults(dialect),
        "cases": {}}
    for name, case in golden.cases(dialect).items():
        theta = run(dialect, case)
        found["cases"][name] = {"call": recorders.call(dialect, case), "theta": spelled(theta)}
        if package == "torch" and "foreach" in inspect.signature(
                recorders.target(dialect)).parameters:
            # Two implementations of one optimizer: the golden file says whether they agree.
            apart = golden.difference(run(dialect, case, foreach=True), theta)
            found["foreach"] = max(apart, found.get("foreach", 0.0))
    return found


def main(argv=None):
    """The command line; returns the exit code: 1 when nothing could be recorded."""
    parser = argparse.ArgumentParser(prog="record", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", help="dialects; all recorded ones without any")
    parser.add_argument("--any-version", action="store_true", help="record other versions too")
    parser.add_argument("--folder", type=Path, help="where to, instead of tests/golden")
    options = parser.parse_args(argv)
    chosen = [one for one in dialects.ALL.values() if one.evidence == "recorded"]
    if unknown := set(options.names) - {one.name for one in chosen}:
        parser.error(f"{', '.join(sorted(unknown))}: no dialect with evidence='recorded'")
    folder = options.folder or find_root() / "tests" / "golden"
    folder.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    written = 0
    for one in chosen:
        if options.names and one.name not in options.names:
            continue
        try:
            found = record(one, options.any_version)
        except (AuthoringError, ImportError) as error:
            print(f"{one.name:<18} left as it was: {error}", file=sys.stderr)
            continue
        save(folder / f"{one.name}.json", found)
        print(f"{one.name:<18} {len(found['cases'])} cases from {found['library']}", flush=True)
        written += 1
    if not options.names:
        gaps = {}
        for gap in GAPS.values():
            dialect = dialects.ALL[gap.dialect]
            with contextlib.suppress(AuthoringError, ImportError):
                library = installed(dialect, options.any_version)
                run = recorders.RECORDERS[dialect.call.split(".")[0]]
                gaps[gap.name] = {
                    "library": library, "call": recorders.call(dialect, gap.case, **gap.words),
                    "theta": spelled(run(dialect, gap.case, **gap.words))}
        added(folder / "gaps.json", gaps)
        added(folder / "traps.json", record_traps.found())
    print(f"{written} golden files written to {folder}", file=sys.stderr)
    return 0 if written else 1


def save(path, found):
    """Write a golden file."""
    path.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def added(path, found):
    """Put entries into a file that holds those of other libraries too, in the order of names."""
    before = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    save(path, dict(sorted((before | found).items())))
    print(f"{path.name:<18} {', '.join(found) or 'nothing new'}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
