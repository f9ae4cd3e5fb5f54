"""A progress bar for what takes over two seconds, on a terminal only."""

import sys
import time

__all__ = ["Bar"]

PATIENCE = 2.0  # seconds before a bar appears


class Bar:
    """A context manager; calling it counts. A notebook's or a file's stderr sees nothing.

    total: how many will be counted. what: their name.
    """

    def __init__(self, total, what):
        """Nothing is shown yet."""
        self.total, self.what, self.done, self.bar = total, what, 0, None
        self.begun = time.monotonic()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.bar is not None:
            self.bar.stop()

    def __call__(self, count):
        """Count; the bar appears once it has taken long enough."""
        self.done += count
        if self.bar is not None:
            self.bar.update(self.task, completed=self.done)
        elif time.monotonic() - self.begun > PATIENCE and _terminal():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

            self.bar = Progress("{task.description}", BarColumn(), MofNCompleteColumn(),
                                TimeRemainingColumn(), console=Console(stderr=True), transient=True)
            self.bar.start()
            self.task = self.bar.add_task(self.what, total=self.total, completed=self.done)


def _terminal():
    return sys.stderr is not None and sys.stderr.isatty()
