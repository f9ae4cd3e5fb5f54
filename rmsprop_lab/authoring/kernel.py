"""Run a notebook's cells in a kernel of this very interpreter, and store what they print."""

import asyncio
import atexit
import os
import re
import tempfile
import threading
from pathlib import Path

import ipykernel.kernelspec
import nbclient
import nbclient.exceptions
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

from rmsprop_lab.authoring import AuthoringError
from rmsprop_lab.authoring.environment import lesson_environment
from rmsprop_lab.authoring.source import LINE, SETUP_TAG
from rmsprop_lab.authoring.store import plain

__all__ = ["CELL_TIMEOUT", "ThisInterpreter", "run", "stop"]

CELL_TIMEOUT = 120
running = []  # the managers of kernels at work
stopping = threading.Event()  # after Ctrl-C


class ThisInterpreter(KernelSpecManager):
    """Answers every name with a kernel that is `sys.executable`.

    A kernelspec called python3 in the user's home would otherwise win, and run the lessons on
    whatever it points to.
    """

    def get_kernel_spec(self, kernel_name):
        """The kernelspec of this interpreter, whatever the name."""
        return KernelSpec(
            resource_dir=ipykernel.kernelspec.RESOURCES, **ipykernel.kernelspec.get_kernel_dict()
        )


def kernel_manager(folder):
    """A manager for one kernel of this interpreter; its connection lives in `folder`.

    Sockets in a private folder, where the system has them: free TCP ports are found by trying,
    and two kernels that start together can find the same one.
    """
    here = {"kernel_name": "python3", "kernel_spec_manager": ThisInterpreter()}
    if os.name == "posix":
        here |= {"transport": "ipc", "connection_file": str(Path(folder) / "kernel.json")}
    return AsyncKernelManager(**here)


def run(nb, path, timeout=CELL_TIMEOUT):
    """Execute the notebook in place, in the folder of `path`, and return it.

    A cell tagged `raises-exception` may fail, one tagged `skip-execution` is not run.
    Raises AuthoringError naming the notebook, the cell, its line in the source and the exception.
    """
    path = Path(path)
    at = 0

    def follow(cell, cell_index):
        nonlocal at
        at = cell_index
        if stopping.is_set():
            raise AuthoringError(f"{path}: stopped")

    with lesson_environment() as variables, tempfile.TemporaryFile() as log:
        manager = kernel_manager(variables["IPYTHONDIR"])
        client = nbclient.NotebookClient(
            nb, manager, timeout=timeout, record_timing=False, on_cell_start=follow
        )
        running.append(manager)
        try:
            return asyncio.run(
                converse(client, cwd=str(path.resolve().parent), env=variables, stderr=log)
            )
        except AuthoringError:
            raise
        except nbclient.exceptions.CellExecutionError as error:
            raise AuthoringError(f"{place(nb, at, path, error)}: {reason(error)}") from error
        except nbclient.exceptions.CellTimeoutError as error:
            raise AuthoringError(f"{place(nb, at, path)}: ran for over {timeout} s") from error
        except nbclient.exceptions.DeadKernelError as error:
            raise AuthoringError(f"{place(nb, at, path)}: the kernel died{said(log)}") from error
        except RuntimeError as error:
            raise AuthoringError(f"{path}: no kernel started: {error}{said(log)}") from error
        finally:
            running.remove(manager)


async def converse(client, **process):
    """Start the client's kernel, run its notebook, and leave no process or socket behind."""
    await client.km.start_kernel(extra_arguments=["--HistoryManager.enabled=False"], **process)
    manager = client.km
    try:
        return await client.async_execute()
    finally:
        if client.kc is not None:
            client.kc.stop_channels()
        await manager.shutdown_kernel(now=True)
        # When no kernel answers, nbclient would try to stop it once more as Python ends.
        atexit.unregister(client._cleanup_kernel)


def stop():
    """Let no notebook run on, in whichever thread: kill the kernels, start no further cell."""
    stopping.set()
    for manager in list(running):
        process = getattr(manager.provisioner, "process", None)
        if process is not None:
            process.kill()


def said(log):
    """The end of what a kernel wrote to its own stderr, on lines of its own."""
    log.seek(0)
    words = plain(log.read().decode("utf-8", "replace")).strip()[-2000:]
    return f"\n{words}" if words else ""


def reason(error):
    """The exception of a failed cell in one line: its type and its message."""
    return plain(f"{error.ename}: {error.evalue}").strip()


def place(nb, index, path, error=None):
    """Where a cell failed: notebook, which of its author's code cells, line of the source."""
    cell = nb.cells[index]
    code = [other for other in nb.cells[: index + 1] if other.cell_type == "code"]
    number = sum(SETUP_TAG not in other.metadata.get("tags", ()) for other in code)
    frame = re.search(r"Cell In\[\d+\], line (\d+)", plain(error.traceback)) if error else None
    offset = int(frame[1]) - 1 if frame else 0
    lines = cell.source.splitlines()
    shown = lines[offset].strip() if offset < len(lines) else ""
    line = f", line {cell.metadata[LINE] + offset} of the source" if LINE in cell.metadata else ""
    return f"{path}, code cell {number}{line} (`{shown}`)"
