"""`rmsprop-lab bench`: the step beside the memory's limit and beside every peer."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["EPILOG", "bench"]


EPILOG = "Example: rmsprop-lab bench --peers --cases 1e4,1e6 --json here.json"

# Typer reads Literal only in its later versions.
Device = StrEnum("Device", ["cpu", "gpu"])


def bench(
    peers: Annotated[
        bool, typer.Option("--peers", help="Time torch, optax, Keras and NumPy lines as well.")
    ] = False,
    device: Annotated[
        Device, typer.Option(help="Where the arrays are.")
    ] = Device.cpu,
    methods: Annotated[
        str, typer.Option(help="RMSprop, Adam, AdaGrad; commas between.")
    ] = "RMSprop,Adam,AdaGrad",
    cases: Annotated[
        str, typer.Option(help="1e0, 1e3 ... 1e8, mlp6, resnet50, mixed200; all when left out.")
    ] = "",
    threads: Annotated[
        str, typer.Option(help="One number or several, as in 2,1; all cores, then one, if not.")
    ] = "",
    repetitions: Annotated[int, typer.Option(min=1, help="Turns of each contender.")] = 9,
    json: Annotated[
        Path | None, typer.Option(help="Write the results to this file.")
    ] = None,
):
    """Time a step beside a compiled loop with the same traffic, and beside its peers.

    All contenders take turns in one run, and ratios are medians of the turns. Needs g++ and Numba.
    """
    if json and not json.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {json.parent}", param_hint="--json")
    if device == "gpu":
        _gpu(cases, json)
        return
    from rmsprop_lab.bench.cases import CASES
    from rmsprop_lab.bench.contest import METHODS, require
    from rmsprop_lab.bench.peers import PEERS
    from rmsprop_lab.bench.suite import Plan

    require()
    plan = Plan(_chosen(methods, METHODS, "--methods"), _chosen(cases, CASES, "--cases"),
                _thread_counts(threads), tuple(PEERS) if peers else (), repetitions)
    _run(plan, json)


def _run(plan, json):
    """Run with a bar on stderr; tables on stdout, missing peers on stderr, results in the file."""
    from rich.console import Console
    from rich.progress import Progress

    from rmsprop_lab.bench import files, suite, table

    # Piped, the tables keep their columns: nothing is cut to the 80 that are assumed there.
    out = Console() if sys.stdout.isatty() else Console(width=160)
    messages = Console(stderr=True)
    with Progress(console=messages, transient=True, disable=not messages.is_terminal) as bar:
        task = bar.add_task("bench", total=len(plan) + 1)

        def advance(text):
            bar.update(task, advance=1, description=text)
            if not messages.is_terminal:
                print(text, file=sys.stderr, flush=True)  # a log says where the run is
        data = suite.run(plan, advance)
    for part in table.everything(data):
        out.print(part)
        out.print()
    for sentence in filter(None, (*table.missing(data), table.busy(data))):
        print(sentence, file=sys.stderr)
    if json:
        files.save(data, json)
        print(f"results in {json}", file=sys.stderr)


def _chosen(text, known, option):
    """The names of a list with commas, all when it is empty; unknown ones are named."""
    names = tuple(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))
    if unknown := [name for name in names if name not in known]:
        raise typer.BadParameter(
            f"{', '.join(unknown)} is not among {', '.join(known)}", param_hint=option)
    return names or tuple(known)


def _thread_counts(text):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if not text:
        return tuple(dict.fromkeys((cores, 1)))
    try:
        counts = tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not 2 or 2,1", param_hint="--threads") from None
    if wrong := [n for n in counts if not 1 <= n <= cores]:
        raise typer.BadParameter(f"{wrong[0]} threads on {cores} cores; give 1 to {cores}",
                                 param_hint="--threads")
    return counts


def _gpu(cases, json):
    """The GPU script; without a GPU it says what to do, and the command ends with 1."""
    from rmsprop_lab.bench import gpu

    arguments = [*(["--cases", cases] if cases else []), *(["--json", str(json)] if json else [])]
    if status := gpu.main(arguments):
        raise typer.Exit(status)
