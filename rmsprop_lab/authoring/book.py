"""Build the book from the notebooks, and serve it.

    python -m rmsprop_lab.authoring.book                      build what is stale, then serve it
    python -m rmsprop_lab.authoring.book --no-open            only build; prints the page to open
    python -m rmsprop_lab.authoring.book --no-open --strict   every page; a warning is an error

The pages are in `book/_build/html`. They ask no other host for anything.
"""

import argparse
import contextlib
import os
import sys
from pathlib import Path

from rmsprop_lab.authoring import (
    AuthoringError,
    freshness,
    notebooks,
    npm,
    preview,
    site,
    sphinx_run,
    student,
    tool,
)

__all__ = ["build", "main", "rebuild_notebooks"]

PACKAGES = ("mathjax",)
SHOWN = 5  # warnings that a message quotes


def rebuild_notebooks(root, report=lambda path, seconds: None):
    """Rebuild every stale notebook that the book shows: lessons, its own pages, exercises.

    Returns the notebooks built. Raises AuthoringError when one fails.
    """
    where = site.load(root)
    built = notebooks.build_all(where.root, report=report)
    for path in student.sources(where.root):
        if any(student.stale(path, where)):
            built += student.build(path, where)
    return built


def build(root=None, output=None, strict=False, follow=lambda percent, page: None):
    """Build the book if it is not fresh; returns the path of its first page.

    root: a folder of the checkout. output: the folder that gets `_build`, `book` when left out.
    strict: read every page and let a warning be an error. follow(percent, page): progress.
    Raises AuthoringError with the first warnings when the build fails.
    """
    root = site.find_root(root)
    output = Path(output).resolve() if output else root / "book"
    index = output / "_build" / "html" / "index.html"
    stamp = freshness.read_stamp(output / "_build" / "stamp.json")
    made_of = freshness.fingerprint(root)
    sure = stamp.strict and not stamp.warnings
    if index.is_file() and stamp.made_of == made_of and (sure or not strict):
        os.utime(index)
        return index
    stamp.remove()
    # An incremental build repeats no warning of a page that it does not read again.
    result = sphinx_run.run(root, output, strict, full=strict, follow=follow)
    if result.status:
        raise AuthoringError(failure(result))
    freshness.Stamp(stamp.path, made_of, result.warnings, strict).write()
    for warning in result.warnings[:SHOWN]:
        print(warning, file=sys.stderr)
    return index


def failure(result):
    """The message of a failed build: the first warnings, or its last words without any."""
    if not result.warnings:
        return "the book does not build:\n" + "\n".join(result.tail)
    count = len(result.warnings)
    more = f"\n... and {count - SHOWN} more" if count > SHOWN else ""
    return f"the book has {count} warnings:\n" + "\n".join(result.warnings[:SHOWN]) + more


@contextlib.contextmanager
def progress():
    """A bar on stderr; gives the function that `build` calls as pages are done."""
    rich, console = tool("rich.progress"), tool("rich.console").Console(stderr=True)
    with rich.Progress(console=console, transient=True) as bar:
        task = bar.add_task("book", total=100)
        yield lambda percent, page: bar.update(
            task, completed=percent, description=f"book {page}"
        )


def main(argv=None):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="book", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--open", action=argparse.BooleanOptionalAction, default=True,
                        help="serve the book and open it in a browser; or only build it")
    parser.add_argument("--strict", action="store_true",
                        help="build every page, and fail on the first warnings")
    options = parser.parse_args(argv)
    try:
        tool("jupyter_book")
        root = site.find_root()
        if npm.ensure(root, PACKAGES):
            print("npm packages installed", file=sys.stderr)
        rebuild_notebooks(root, lambda path, seconds: print(path.name, "built", file=sys.stderr))
        with progress() as follow:
            index = build(root, strict=options.strict, follow=follow)
    except AuthoringError as error:
        print(error, file=sys.stderr)
        return 1
    print(index, flush=True)
    if options.open:
        preview.serve(index.parent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
