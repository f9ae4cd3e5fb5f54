"""Chunks on other threads, processes or machines. What a lost worker held is run again."""

import warnings
from concurrent.futures import BrokenExecutor, CancelledError, ProcessPoolExecutor, as_completed
from contextlib import ExitStack

from rmsprop_lab.errors import LabError
from rmsprop_lab.sweeps.memory import kept_memory

__all__ = ["WorkersLost", "gather"]

#: Rounds without a single finished chunk after which we give up.
ROUNDS = 3


class WorkersLost(LabError):
    """Workers died again and again before a chunk was finished."""


def gather(pool, chunks, keep):
    """Run the chunks on an executor and call keep(chunk, theta, losses) as each is finished.

    pool: any concurrent.futures.Executor. An error of a chunk itself is raised here, and what has
    not begun is cancelled. A worker that disappears loses nothing: its chunk is sent again, of a
    broken pool of processes to a new one of the same kind. Raises WorkersLost when three rounds
    in a row finish nothing.
    """
    waiting, fruitless = list(chunks), 0
    with ExitStack() as own:
        while waiting:
            lost, error = _round(pool, waiting, keep)
            fruitless = fruitless + 1 if len(lost) == len(waiting) else 0
            if fruitless == ROUNDS:
                raise WorkersLost(
                    f"workers died {ROUNDS} times on the same {len(lost)} chunks ({error!r}); give "
                    "them more memory or smaller chunks (chunk=...); with save=... a new call "
                    "continues where this one stopped") from error
            if lost:
                warnings.warn(f"a worker was lost; {len(lost)} chunks are run again",
                              RuntimeWarning, stacklevel=4)
            if lost and isinstance(error, BrokenExecutor) and isinstance(pool, ProcessPoolExecutor):
                pool = own.enter_context(_renewed(pool))
            waiting = lost


def _round(pool, chunks, keep):
    """Send each chunk once; return those that were lost, and why."""
    futures, lost, error = {}, [], None
    try:
        for chunk in chunks:
            try:
                futures[pool.submit(work, chunk)] = chunk
            except BrokenExecutor as broken:  # a worker died while we were sending
                lost.append(chunk)
                error = broken
        for future in as_completed(futures):
            try:
                outcome, *result = future.result()
            except Exception as raised:
                if not _is_loss(raised):
                    raise _explained(raised, futures[future]) from raised
                lost.append(futures[future])
                error = raised
                continue
            if outcome == "error":
                raise result[0]
            keep(futures[future], *result)
    finally:
        for future in futures:
            future.cancel()
    return lost, error


def work(chunk):
    """What a worker runs. Errors are sent as values: those that arrive as errors are the pool's."""
    try:
        with kept_memory():
            return "done", *chunk.run()
    except Exception as error:
        return "error", error


def _is_loss(error):
    """Whether the pool lost the chunk, rather than that the chunk failed."""
    return (isinstance(error, (BrokenExecutor, CancelledError, OSError))
            or type(error).__name__ == "KilledWorker")  # Dask's, which is no kind of either


def _explained(error, chunk):
    """An error on the way to the worker or back: mostly something that cannot be pickled."""
    if "pickle" not in f"{type(error).__name__} {error}".lower():
        return error
    return LabError(
        f"the sweep cannot be sent to another process: {error}. Give a class or a function of a "
        "module as make, not a lambda, and a problem that pickles; threads need neither")


def _renewed(pool):
    """A pool of processes like the one that broke, which cannot be used any more."""
    return ProcessPoolExecutor(pool._max_workers, mp_context=pool._mp_context,
                               initializer=pool._initializer, initargs=pool._initargs)
