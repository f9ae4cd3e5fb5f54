"""The benchmark on a GPU, in one command and under five minutes.

    python -m rmsprop_lab.bench.gpu [--json FILE]

The floor is a copy from device to device of the same bytes. All contenders take turns within each
repetition, timed by CUDA events, and each is checked against float64 before it is timed.
"""

import argparse
import gc
import sys
import time
from importlib import metadata
from pathlib import Path

import numpy as np

from rmsprop_lab.bench.cases import CASES, Case
from rmsprop_lab.bench.contest import Result, machine, reason
from rmsprop_lab.bench.files import save
from rmsprop_lab.bench.gpu_check import check
from rmsprop_lab.bench.gpu_contenders import INSTALL, OURS, PEERS, copies_of, floor, ours
from rmsprop_lab.bench.measure import Timing
from rmsprop_lab.bench.suite import FORMAT
from rmsprop_lab.errors import ExecutorUnavailable

__all__ = ["GPU_CASES", "contest", "device", "main", "run"]

#: Single arrays, the tensors of models, and one array's worth of elements in a hundred tensors.
GPU_CASES = {f"1e{k}": Case(f"1e{k}", ((10**k,),)) for k in range(4, 9)} | {
    name: CASES[name] for name in ("mlp6", "resnet50", "mixed200")} | {
    "1e8/100": Case("1e8/100", ((10**6,),) * 100), "1e9": Case("1e9", ((10**9,),))}
#: Seconds of a sample, and of the whole run: no case is begun after them.
SAMPLE, BUDGET = 0.02, 240.0


def device():
    """CuPy, when it sees a GPU. Raises ExecutorUnavailable, which says what to install."""
    try:
        import cupy
    except ImportError:
        raise ExecutorUnavailable(
            'the GPU benchmark needs CuPy: pip install "rmsprop-lab[gpu]", which is cupy-cuda12x, '
            "on a machine with an NVIDIA GPU") from None
    try:
        found = cupy.cuda.is_available()
    except Exception as error:  # a broken driver raises errors of its own
        raise ExecutorUnavailable(f"CuPy cannot ask for a GPU: {reason(error)}") from None
    if not found:
        raise ExecutorUnavailable(
            "CuPy sees no CUDA device: install NVIDIA's driver (nvidia-smi must list the GPU), "
            "or run this where there is one")
    return cupy


def tensors(cupy, case, seed):
    """float32 tensors on the device: a million normal numbers from the host, over and over."""
    block = cupy.asarray(np.random.default_rng(seed).standard_normal(
        min(case.size, 10**6), dtype=np.float32))
    made, start = [], 0
    for shape in case.shapes:
        flat = cupy.empty(int(np.prod(shape)), dtype=np.float32)
        filled = 0
        while filled < flat.size:
            piece = block[start:start + flat.size - filled]
            flat[filled:filled + piece.size] = piece
            filled, start = filled + piece.size, (start + piece.size) % block.size
        made.append(flat.reshape(shape))
    return made


def contest(cupy, method, case, repetitions=9):
    """One method on one case: a Result, and a row of accuracy for each contender."""
    thetas, gradients = tensors(cupy, case, 1), tensors(cupy, case, 2)
    result, rows = Result(method, case.name, case.size, len(case.shapes), 0), []
    contenders = {}
    made = {name: lambda make=make: make(method, thetas, gradients) for name, make in PEERS.items()}
    for name, make in made.items():
        try:
            contender = make()
        except Exception as error:  # a peer may be missing, or have no GPU, or run out of memory
            result.missing[name] = _advised(error)
            continue
        if contender is not None:
            contenders[name] = contender
    contenders |= ours(method, thetas, gradients)
    for name in list(contenders):
        try:
            errors, complaint, timed = check(contenders[name], gradients)
        except Exception as error:
            if contenders[name].ours:
                raise
            errors, complaint, timed = {}, reason(error), False
        rows.append({"method": method, "case": case.name, "executor": name, "ulps": errors,
                     "complaint": complaint})
        if not timed:  # its time would be the time of something else
            result.missing[name] = complaint
            del contenders[name]
    contenders["floor"] = floor(method, case.size)
    timings = _interleaved(cupy, contenders, repetitions)
    result.seconds = {k: [t.median, *t.quartiles] for k, t in timings.items()}
    if OURS in timings:
        result.over_ours = {k: t.over(timings[OURS]) for k, t in timings.items()}
    result.over_floor = {k: t.over(timings["floor"]) for k, t in timings.items()}
    return result, rows


def _advised(error):
    missing = getattr(error, "name", None) if isinstance(error, ImportError) else None
    return reason(error) + (f"; {INSTALL[missing]}" if missing in INSTALL else "")


def _interleaved(cupy, contenders, repetitions):
    """Name -> Timing; every contender once a repetition, in an order that rotates."""
    names, calls = list(contenders), {}
    for name, contender in contenders.items():
        _sample(cupy, contender, 3)  # captures, tunes and warms
        once = _sample(cupy, contender, 3)
        calls[name] = max(1, min(2000, int(SAMPLE / max(once, 1e-7))))
    samples = {name: [] for name in names}
    for turn in range(repetitions):
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            samples[name].append(_sample(cupy, contenders[name], calls[name]))
    return {name: Timing(tuple(seconds)) for name, seconds in samples.items()}


def _sample(cupy, contender, calls):
    """Seconds a call, between two events; by the host's clock for a library with its own streams.

    One call comes before the first event, so that the device never waits for the host to begin.
    """
    cupy.cuda.runtime.deviceSynchronize()
    if contender.finish is not None:
        begun = time.perf_counter()
        for _ in range(calls):
            contender.step()
        contender.finish()
        return (time.perf_counter() - begun) / calls
    first, last = cupy.cuda.Event(), cupy.cuda.Event()
    contender.step()
    first.record()
    for _ in range(calls):
        contender.step()
    last.record()
    last.synchronize()
    return cupy.cuda.get_elapsed_time(first, last) / 1e3 / calls


def run(cupy, cases=tuple(GPU_CASES), methods=("RMSprop", "Adam"), say=lambda text: None,
        budget=BUDGET):
    """Run everything that fits the memory and the time; the content of a results file."""
    begun, results, rows, skipped = time.monotonic(), [], [], []
    for case in (GPU_CASES[name] for name in cases):
        for method in methods:
            free = cupy.cuda.runtime.memGetInfo()[0]
            copies = copies_of(method)
            why = ("there was no time left" if time.monotonic() - begun > budget else
                   f"it needs {4e-9 * case.size * copies:.0f} GB of free memory"
                   if 4 * case.size * copies > free else None)
            say(f"{method} {case.name}" + (f": left out, {why}" if why else ""))
            if why:
                skipped.append({"method": method, "case": case.name, "reason": why})
                continue
            result, found = contest(cupy, method, case, 9 if case.size < 10**9 else 5)
            results.append(result.to_dict())
            rows += found
            _free(cupy)
    return {"format": FORMAT, "device": "gpu", "machine": _machine(cupy) | {"skipped": skipped},
            "results": results, "accuracy": rows, "tried": []}


def _free(cupy):
    """Give the memory of a contest back; JAX keeps its own, and uses it in the next."""
    gc.collect()
    cupy.get_default_memory_pool().free_all_blocks()
    if "torch" in sys.modules:
        sys.modules["torch"].cuda.empty_cache()


def _machine(cupy):
    runtime, found = cupy.cuda.runtime, machine()
    properties = runtime.getDeviceProperties(runtime.getDevice())
    for name in ("cupy-cuda12x", "cupy-cuda13x", "jaxlib"):
        try:
            found["versions"][name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found | {"cpu": found["device"], "device": properties["name"].decode(),
                    "memory": properties["totalGlobalMem"], "cuda": runtime.runtimeGetVersion(),
                    "driver": runtime.driverGetVersion()}


def table(data):
    r"""The results as lines of text: medians in microseconds, over the floor, and who was missing.

    >>> row = {"method": "Adam", "case": "1e4", "seconds": {"floor": [2e-6, 2e-6, 2e-6]},
    ...        "over_floor": {"floor": 1.0}, "missing": {"torch fused": "no torch"}}
    >>> print("\n".join(table({"results": [row]})))
    Adam 1e4: floor 2 us (1.00)
      without torch fused: no torch
    """
    lines = []
    for row in data["results"]:
        times = ", ".join(f"{name} {1e6 * seconds[0]:.4g} us ({row['over_floor'][name]:.2f})"
                          for name, seconds in row["seconds"].items())
        lines.append(f"{row['method']} {row['case']}: {times}")
        lines += [f"  without {name}: {why}" for name, why in row["missing"].items()]
    return lines


def main(arguments=None):
    """Run, print the table, save the results; 1 without a GPU or when a step of ours is wrong."""
    parser = argparse.ArgumentParser(prog="python -m rmsprop_lab.bench.gpu", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the results are saved")
    parser.add_argument("--cases", default=",".join(GPU_CASES), help="default: %(default)s")
    said = parser.parse_args(arguments)
    cases = said.cases.split(",")
    if unknown := [name for name in cases if name not in GPU_CASES]:
        parser.error(f"unknown cases {unknown}; choose from {', '.join(GPU_CASES)}")
    try:
        cupy = device()
    except ExecutorUnavailable as error:
        print(f"no GPU benchmark: {error}", file=sys.stderr)
        return 1
    data = run(cupy, cases, say=lambda text: print(text, file=sys.stderr))
    print("\n".join(table(data)))
    if said.json:
        save(data, said.json)
    wrong = [row for row in data["accuracy"]
             if row["complaint"] and row["executor"].startswith("lab ")]
    for row in wrong:
        print(f"{row['method']} {row['case']}, {row['executor']}: {row['complaint']}",
              file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
