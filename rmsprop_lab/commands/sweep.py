"""`rmsprop-lab sweep`: many configurations of an optimizer, on this machine or on a cluster."""

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from rmsprop_lab.errors import LabError

__all__ = ["EPILOG", "axis", "make_named", "problem_named", "sweep"]

EPILOG = ("Example: rmsprop-lab sweep rmsprop --grid lr=1e-4:1:log:50 --grid rho=.9,.99 "
          "--out sweep.npz")


# Typer reads Literal only in its later versions.
Dtype = StrEnum("Dtype", ["float32", "float64"])
Executor = StrEnum("Executor", ["auto", "numba", "numpy", "loop"])


def sweep(
    method: Annotated[
        str, typer.Argument(help="rmsprop, adam, ... or a dialect, as in PYTORCH or KERAS3.")
    ],
    grid: Annotated[
        list[str], typer.Option(help="A setting and its values: lr=1e-4:1:log:50 (low, high, log "
                                     "or lin, how many), rho=.9,.99, eps_at=inside,outside.")
    ],
    problem: Annotated[
        str, typer.Option(help="bench, bench:ANGLE, constant:G, noisy:SIGMA, hinton, logistic or "
                               "mlp.")
    ] = "bench",
    steps: Annotated[int, typer.Option(min=0, help="Steps of each configuration.")] = 1000,
    record: Annotated[
        str, typer.Option(help="Steps after which losses are kept too, as in 10,100.")
    ] = "",
    dtype: Annotated[Dtype, typer.Option(help="Of theta.")] = Dtype.float64,
    executor: Annotated[
        Executor, typer.Option(help="All give the same bits.")
    ] = Executor.auto,
    seed: Annotated[int, typer.Option(min=0, help="Of noise and starting points.")] = 0,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes on this machine; 0 uses threads.")
    ] = 0,
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A Dask scheduler, as in tcp://host:8786.")
    ] = "",
    chunk: Annotated[
        int | None, typer.Option(min=1, help="Configurations sent and saved at a time.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File (npz) of the result. A sweep that was stopped goes "
                                       "on where it was when the same command is given again.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many of the best are shown.")] = 10,
):
    """Run all combinations of some settings at once and show the best.

    The table is on stdout; --out keeps everything for `lab.sweeps.Sweep.load`.
    """
    if workers and scheduler:
        raise typer.BadParameter("give --workers or --scheduler, not both")
    import rmsprop_lab as lab
    from rmsprop_lab.sweeps.scheduler import scheduler as at

    dtype, executor = dtype.value, executor.value
    axes = dict(axis(text) for text in grid)
    if len(axes) < len(grid):
        raise LabError("--grid names a setting twice; give all its values in one list")
    with ExitStack() as stack:
        pool = None
        if scheduler:
            pool = stack.enter_context(at(scheduler))
        elif workers:
            # A forked process would inherit locks that other threads hold.
            pool = stack.enter_context(ProcessPoolExecutor(
                workers, mp_context=multiprocessing.get_context("spawn")))
        try:
            found = lab.sweep(make_named(method), axes, problem_named(problem, dtype, steps), steps,
                              pool, record=_steps(record), seed=seed, executor=executor,
                              chunk=chunk, save=out)
        except KeyboardInterrupt:
            kept = f"; the chunks that were finished are kept in {out}.parts" if out else ""
            print(f"interrupted{kept}", file=sys.stderr)
            raise typer.Exit(130) from None
    _show(found, top)
    if out:
        print(f"saved in {out}", file=sys.stderr)


def _show(found, top):
    """The table of the best on stdout."""
    from rich.console import Console
    from rich.table import Table

    # Piped, the table keeps its columns: nothing is cut to the 80 that are assumed there.
    console = Console() if sys.stdout.isatty() else Console(width=160)
    print(found)
    if found.diverged == len(found):
        return
    table = Table(box=None, pad_edge=False)
    for name in ("", *found.settings.axes, *(f"loss at {step}" for step in found.record)):
        table.add_column(name, justify="right", overflow="fold")
    for rank, best in enumerate(found.top(top), 1):
        said = (best.settings.get(name, "") for name in found.settings.axes)
        cells = (f"{x:.6g}" if type(x) is float else str(x)
                 for x in (*said, *map(float, found.losses[best.index])))
        table.add_row(str(rank), *cells)
    console.print(table, highlight=False)


def axis(text):
    """The name and the values of `name=values`.

    >>> axis("lr=1e-3:1:log:4"), axis("eps_at=inside,outside"), axis("nesterov=true")
    (('lr', [0.001, 0.01, 0.1, 1.0]), ('eps_at', ['inside', 'outside']), ('nesterov', [True]))
    """
    name, equals, said = text.partition("=")
    if not equals or not name.strip() or not said.strip():
        raise LabError(f"--grid {text}: write NAME=VALUES, as in lr=.1,.2 or lr=1e-4:1:log:50")
    if ":" in said:
        return name.strip(), _range(text, said.split(":"))
    return name.strip(), [_value(part.strip()) for part in said.split(",")]


def _range(text, parts):
    import numpy as np

    spaced = {"log": np.geomspace, "lin": np.linspace}
    try:
        low, high, kind, count = parts
        low, high, count = float(low), float(high), int(count)
        if count < 1 or kind not in spaced or (kind == "log" and not 0 < low * high):
            raise ValueError
    except ValueError:
        raise LabError(f"--grid {text}: a range is LOW:HIGH:log:COUNT or LOW:HIGH:lin:COUNT, and "
                       "of a log one both ends are positive") from None
    return spaced[kind](low, high, count).tolist()


def _value(word):
    """A number, true, false, or a word."""
    if word in ("true", "false"):
        return word == "true"
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            pass
    return word


def make_named(name):
    """The class or dialect of a name, in any case.

    >>> make_named("adam").__name__
    'Adam'
    """
    import rmsprop_lab as lab
    from rmsprop_lab.optimizer import Optimizer

    classes = {x.lower(): getattr(lab, x) for x in lab.__all__}
    classes = {k: v for k, v in classes.items() if isinstance(v, type) and issubclass(v, Optimizer)}
    if name.lower() in classes:
        return classes[name.lower()]
    if name.upper() in lab.dialects.ALL:
        return lab.dialects.ALL[name.upper()].optimizer
    raise LabError(f"there is no optimizer {name!r}; take {', '.join(classes)}, or a dialect: "
                   f"{', '.join(lab.dialects.ALL)}")


def problem_named(text, dtype, steps):
    """The problem of a name, or for noise the function of a seed that makes one.

    >>> problem_named("bench:30", "float64", 10).name
    'bench turned by 30 degrees'
    """
    from rmsprop_lab import problems

    name, colon, said = text.partition(":")
    number = None
    try:
        number = float(said) if colon else None
    except ValueError:
        raise LabError(f"--problem {text}: {said!r} is not a number") from None
    given = () if number is None else (number,)
    makers = {
        "bench": lambda: problems.bench(*given, dtype=dtype),
        "constant": lambda: problems.constant(*(given or (1.0,)), dtype=dtype),
        "noisy": lambda: partial(problems.noisy, 1.0, *given, steps=max(1, steps), dtype=dtype),
        "hinton": lambda: problems.hinton_cycle(dtype=dtype),
        "logistic": lambda: problems.Logistic(dtype=dtype),
        "mlp": lambda: problems.MLP(batch=64, dtype=dtype),
    }
    if name not in makers:
        raise LabError(f"there is no problem {name!r}; take {', '.join(makers)}")
    if colon and name in ("hinton", "logistic", "mlp"):
        raise LabError(f"--problem {text}: {name} takes no number")
    return makers[name]()


def _steps(text):
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise LabError(f"--record {text}: give whole numbers, as in 10,100") from None
