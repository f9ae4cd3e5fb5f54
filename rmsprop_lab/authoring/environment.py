"""The environment in which lessons run, the same for the builder and for the gate."""

import contextlib
import importlib.util
import os
import tempfile
from pathlib import Path

__all__ = ["lesson_environment"]

FIXED = {
    "PYTHONHASHSEED": "0",  # the order of a printed set must not depend on the run
    "MPLBACKEND": "agg",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    # One thread each: lessons run in parallel, and sums must not depend on the number of cores.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
# The last one costs every kernel seconds where site-packages hold no bytecode yet.
REMOVED = ("PYTHONWARNINGS", "PYTHONSTARTUP", "PYTHONOPTIMIZE", "PYTHONDONTWRITEBYTECODE")


@contextlib.contextmanager
def lesson_environment():
    """Give the environment variables of a kernel; reading them is all a `with` body needs.

    It leaves out what would make a notebook depend on its author: the IPython profile with its
    start-up files, a personal matplotlibrc, warning filters, the number of threads.
    """
    variables = {name: value for name, value in os.environ.items() if name not in REMOVED}
    variables.update(FIXED)
    found = importlib.util.find_spec("matplotlib")
    if found is not None:
        package = Path(found.submodule_search_locations[0])
        variables["MATPLOTLIBRC"] = str(package / "mpl-data" / "matplotlibrc")
    with tempfile.TemporaryDirectory(prefix="lesson-") as folder:
        yield variables | {"IPYTHONDIR": folder}
