"""Run Jupyter Book in a process of its own; follow its progress and collect its warnings."""

import collections
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Result", "run"]

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PROGRESS = re.compile(r"^(?P<stage>[a-z ]+)\.\.\. \[ *(?P<percent>\d+)%\] (?P<page>\S+)")
WARNING = re.compile(r"\b(?:WARNING|ERROR|CRITICAL|SEVERE): ")
# The stages that take time, and the part of the whole at which each begins and ends.
STAGES = {"reading sources": (0, 60), "writing output": (60, 95), "copying images": (95, 100)}
TAIL = 15


@dataclass
class Result:
    """What a build came to: its exit status, its warnings in order, its last lines."""

    status: int = 0
    warnings: list = field(default_factory=list)
    tail: collections.deque = field(default_factory=lambda: collections.deque(maxlen=TAIL))

    def line(self, text):
        """Take in one line; returns (percent, page) when it tells of progress, else None."""
        text = COLOUR.sub("", text).rstrip()
        if not text:
            return None
        self.tail.append(text)
        if WARNING.search(text):
            self.warnings.append(text)
        match = PROGRESS.match(text)
        if not match or match["stage"] not in STAGES:
            return None
        start, end = STAGES[match["stage"]]
        return start + (end - start) * int(match["percent"]) / 100, match["page"]


def run(root, output, strict=False, full=False, follow=lambda percent, page: None):
    """Build the book of `root` into `output/_build/html`; returns the Result.

    strict: warnings are errors. full: read every page again. follow(percent, page) is called as
    pages are done. The process is another one, because Sphinx changes the one it runs in.
    """
    flags = [*(["strict"] if strict else []), *(["full"] if full else [])]
    command = [sys.executable, "-m", __name__, str(root), str(output), *flags]
    result = Result()
    with subprocess.Popen(
        command, cwd=root, bufsize=1, text=True, encoding="utf-8", errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:
        for text in process.stdout:
            step = result.line(text)
            if step:
                follow(*step)
    result.status = process.returncode
    return result


def main(root, output, *flags):
    """What that process does: the same as `jupyter-book build -n --keep-going`, without its frame.

    The command line of Jupyter Book buries an error of Sphinx under a traceback of its own.
    Returns the exit status.
    """
    from jupyter_book.sphinx import build_sphinx

    root, strict = Path(root), "strict" in flags
    result = build_sphinx(
        root, Path(output) / "_build" / "html", noconfig=True, path_config=root / "_config.yml",
        confoverrides={
            "external_toc_path": (root / "book" / "_toc.yml").as_posix(),
            "latex_individualpages": False,
            "nitpicky": True,
        },
        freshenv="full" in flags, warningiserror=strict, keep_going=True,
    )
    return result if isinstance(result, int) else 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
