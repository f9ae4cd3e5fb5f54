"""A sweep on a cluster of Dask: the executor of a scheduler at an address."""

from contextlib import contextmanager

from rmsprop_lab.errors import ExecutorUnavailable

__all__ = ["scheduler"]


@contextmanager
def scheduler(address, timeout=10):
    """A context with a concurrent.futures.Executor on the workers of a Dask scheduler.

    address: as in "tcp://10.0.0.1:8786". timeout: seconds to wait for its answer. The workers need
    this package. Raises ExecutorUnavailable where Dask is not installed or nobody answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ExecutorUnavailable("a scheduler needs Dask: pip install distributed") from None
    try:
        client = Client(address, timeout=timeout)
    except (OSError, ValueError) as error:
        raise ExecutorUnavailable(
            f"no Dask scheduler answers at {address}: {error or type(error).__name__}; start one "
            "with `dask scheduler`, and workers with `dask worker`") from None
    with client, client.get_executor(pure=False) as pool:  # pure: answered from a cache
        yield pool
