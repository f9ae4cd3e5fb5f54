"""Settings for every test: Hypothesis draws the same examples each time, GPU tests need a GPU."""

import functools
import os

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("MPLBACKEND", "agg")
os.environ.setdefault("JAX_PLATFORMS", "cpu")  # JAX is a peer for the reference call, no more

# A gate must say the same thing twice; `HYPOTHESIS_PROFILE=explore` looks for new examples.
settings.register_profile("gate", derandomize=True, deadline=None, database=None)
settings.register_profile(
    "explore", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


@functools.cache
def no_gpu():
    """Why there is no CUDA device here, or None when there is one."""
    try:
        import cupy
    except ImportError as error:
        return f"CuPy cannot be imported: {error}"
    return None if cupy.cuda.is_available() else "no CUDA device"


def pytest_collection_modifyitems(items):
    """Skip what is marked `gpu` where there is none, and say so."""
    for item in items:
        if item.get_closest_marker("gpu") and no_gpu():
            item.add_marker(pytest.mark.skip(reason=no_gpu()))
