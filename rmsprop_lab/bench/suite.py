"""The whole benchmark: which contests are run, in which process, and what is kept of them."""

import contextlib
import logging
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context

from rmsprop_lab.bench.accuracy import accuracy
from rmsprop_lab.bench.cases import CASES
from rmsprop_lab.bench.contest import METHODS, contest, machine
from rmsprop_lab.bench.tried import tried
from rmsprop_lab.errors import ExecutorUnavailable

__all__ = ["FORMAT", "Plan", "run"]

#: The version of the results' layout.
FORMAT = 1
#: Peers left out of a case, with the reason that is reported.
SLOW = {
    "1e8": ({"tutorial NumPy", "keras 3"}, "left out: seconds for each step at this size"),
    "resnet50": ({"torch.compile", "keras 3"}, "left out: a minute to compile so many tensors"),
    "mixed200": ({"torch.compile", "keras 3"}, "left out: a minute to compile so many tensors"),
}
ONE_ARRAY = ("1e0", "1e3", "1e4", "1e5", "1e6", "1e7")


@dataclass(frozen=True)
class Plan:
    """What is to be run. threads: counts in turn; after the first only arrays up to 1e7."""

    methods: tuple = tuple(METHODS)
    cases: tuple = tuple(CASES)
    threads: tuple = (1,)
    peers: tuple = ()
    repetitions: int = 9

    def contests(self, threads):
        """(method, case) of each contest with this number of threads.

        >>> len(Plan(("Adam",), ("1e3", "1e8"), (2, 1)).contests(1))
        1
        """
        cases = self.cases if threads == self.threads[0] else [
            c for c in self.cases if c in ONE_ARRAY]
        return [(method, case) for case in cases for method in self.methods]

    def __len__(self):
        """Parts that `run` reports as done: contests, accuracy, attempts."""
        return sum(len(self.contests(n)) for n in self.threads) + 2


def run(plan, advance=lambda done: None):
    """Run the plan; returns the results as plain data, the content of a results file.

    advance(text) is called before each part with what is being done. Each number of threads has a
    process of its own that may use only so many cores, because some peers take every core they
    see. Raises ExecutorUnavailable when a process dies, of memory as a rule.
    """
    results, head = [], machine()
    for threads in plan.threads:
        with _process(threads, bool(plan.peers)) as call:
            for method, case in plan.contests(threads):
                advance(f"{method} {case}, {threads} thread{'s' * (threads > 1)}")
                results.append(call(_contest, method, case, threads, plan))
    with _process(plan.threads[0], False) as call:
        advance("accuracy")
        exact = call(accuracy)
        advance("what did not help")
        attempts = call(_tried, plan)
    return {"format": FORMAT, "device": "cpu", "machine": head, "results": results,
            "accuracy": exact, "tried": attempts}


def _contest(method, case, threads, plan):
    """In the process: one contest, fewer repetitions where a step takes long."""
    names, why = SLOW.get(case, ((), ""))
    peers = [name for name in plan.peers if name not in names]
    repetitions = plan.repetitions if CASES[case].size < 10**8 else max(3, plan.repetitions // 2)
    result = contest(method, CASES[case], threads, peers, repetitions).to_dict()
    result["missing"] |= {name: why for name in plan.peers if name in names}
    return result


def _tried(plan):
    """In the process: the attempts on the plan's cases."""
    return tried(plan.threads[0], repetitions=plan.repetitions, cases=plan.cases)


@contextlib.contextmanager
def _process(threads, with_peers):
    """A fresh process that is called with (function, arguments)."""
    with ProcessPoolExecutor(1, get_context("spawn"), _begin, (threads, with_peers)) as pool:
        def call(function, *arguments):
            try:
                return pool.submit(function, *arguments).result()
            except BrokenProcessPool as error:
                raise ExecutorUnavailable(
                    "the benchmark's process died, most likely of memory; choose smaller cases, "
                    "as in --cases 1e3,1e4,1e5,1e6") from error
        yield call


def _begin(threads, with_peers):
    """In the process, before anything else: its cores, and torch before Numba.

    Numba's OpenMP threads, once started, make eager steps of a later imported torch take
    milliseconds.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    if with_peers:
        with contextlib.suppress(ImportError):
            import torch  # noqa: F401

            logging.getLogger("torch").setLevel(logging.ERROR)  # notes of its compiler


