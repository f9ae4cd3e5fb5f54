"""Keeping freed memory in a worker that would give it back at once.

Dask's nanny starts its workers with MALLOC_TRIM_THRESHOLD_=65536. Each NumPy temporary is then
fetched from the system and returned to it again: a gradient that makes arrays of some hundred kB
takes up to 30 times as long. Whoever starts the workers can raise the threshold,
`dask.config.set({"distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 1 << 28})`; while a
chunk runs, we do it ourselves.
"""

import ctypes
import os
import threading
from contextlib import contextmanager

__all__ = ["kept_memory"]

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h of glibc
KEPT, LARGEST = 1 << 28, 1 << 25
DEFAULT_MMAP = 1 << 17

_lock, _running = threading.Lock(), 0


@contextmanager
def kept_memory():
    """A context in which freed memory up to 256 MiB stays with the process, where it would not.

    It does something only if the environment asks glibc for a threshold below 1 MiB.
    """
    mallopt, asked = _mallopt(), _asked()
    if mallopt is None or asked is None or asked >= 1 << 20:
        yield
        return
    global _running
    with _lock:
        _running += 1
        mallopt(M_TRIM_THRESHOLD, KEPT)
        mallopt(M_MMAP_THRESHOLD, LARGEST)
    try:
        yield
    finally:
        with _lock:
            _running -= 1
            if not _running:  # the other threads of a worker may be at their chunks
                mallopt(M_TRIM_THRESHOLD, asked)
                mallopt(M_MMAP_THRESHOLD, DEFAULT_MMAP)


def _asked():
    try:
        return int(os.environ["MALLOC_TRIM_THRESHOLD_"])
    except (KeyError, ValueError):
        return None


def _mallopt():
    """The function of glibc, or None with another C library."""
    try:
        return ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return None
