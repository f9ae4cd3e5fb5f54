"""Build the lessons: `lessons/NN_name.md` becomes the executed notebook beside it.

    python -m rmsprop_lab.authoring.notebooks [--force] [--jobs N] [FILES]    rebuild what is stale
    python -m rmsprop_lab.authoring.notebooks --check [FILES]                 say what is stale

A notebook is stale when the digest it holds is not the digest of its source: file times play no
part. Outputs that changed because the package changed are found by the comparison gate
(`rmsprop_lab.authoring.gate`); `--force` then rebuilds.
"""

import argparse
import concurrent.futures
import contextlib
import sys
import time
from pathlib import Path

from rmsprop_lab.authoring import AuthoringError, lint, site, source, store, tool

__all__ = ["build", "build_all", "check", "execute", "main", "sources", "write"]

REPAIR = "run `make notebooks`"


def sources(root, files=()):
    """The lesson sources of a checkout in their order, then the book's pages that run cells.

    files: paths of sources or of their notebooks; only those then. Raises AuthoringError for one
    that is neither.
    """
    found = [*sorted((Path(root) / "lessons").glob("[0-9][0-9]_*.md")), *pages(root)]
    if not files:
        return found
    wanted = [Path(file).resolve().with_suffix(".md") for file in files]
    for path in wanted:
        if path not in found:
            raise AuthoringError(f"{path} is no lesson; lessons are {root}/lessons/NN_name.md")
    return [path for path in found if path in wanted]


def pages(root):
    """The pages of the book that are notebooks, as the errata: Markdown with a lesson's header."""
    found = sorted((Path(root) / "book").glob("*.md"))
    return [path for path in found if path.read_text("utf-8").startswith(lint.HEADER)]


def execute(nb, path):
    """Run an unexecuted notebook in place as if it stood at `path`; returns it.

    Raises AuthoringError naming the notebook, the cell, the source's line and the exception.
    """
    return tool("rmsprop_lab.authoring.kernel").run(nb, path)


def write(nb, path):
    """Store a notebook in its one canonical form, in one move; returns the path."""
    return store.write(nb, path)


def build(path, where=None):
    """Build one lesson's notebook, whether stale or not; returns the notebook's path.

    path: the source. where: the Site, read from `_config.yml` above the source when left out.
    """
    path = Path(path).resolve()
    where = where or site.load(path.parent)
    target = path.with_suffix(".ipynb")
    nb = source.dress(source.read(path), where, where.docname(target))
    source.stamp(nb, path, target, where)
    try:
        return write(execute(nb, target), target)
    except AuthoringError as error:
        # Name the file the author edits, not the one that was to be made from it.
        raise AuthoringError(str(error).replace(str(target), str(path), 1)) from error


def stale(path, where):
    """Why the notebook of this source must be rebuilt, or None."""
    target = path.with_suffix(".ipynb")
    if not target.is_file():
        return "it has no notebook"
    return source.fault(target, where, source.PIPELINE)


def build_all(root=None, files=(), force=False, jobs=1, report=lambda path, seconds: None):
    """Rebuild the stale notebooks of a checkout, each in a kernel of its own.

    jobs: lessons built at the same time. report(path, seconds) is called as each
    is done. Returns the notebooks built. Raises AuthoringError when one failed, after the others
    are done, with every failure in the message.
    """
    where = site.load(root)
    todo = [path for path in sources(where.root, files) if force or stale(path, where)]
    built, failures = [], []
    with progress(len(todo)) as advance:
        for target, seconds, failure in outcomes(todo, where, jobs):
            if failure is None:
                built.append(target)
                report(target, seconds)
            else:
                failures.append(failure)
            advance()
    if failures:
        raise AuthoringError("\n".join(failures))
    return sorted(built)


def attempt(path, where):
    """Build one lesson; (notebook, seconds, None), or with the failure's message at the end."""
    start = time.perf_counter()
    try:
        target, failure = build(path, where), None
    except AuthoringError as error:
        target, failure = path.with_suffix(".ipynb"), str(error)
    return target, time.perf_counter() - start, failure


def outcomes(todo, where, jobs):
    """Yield what `attempt` says of each lesson as it is done, `jobs` of them at a time.

    The work is in the kernels, which are processes; a thread each is enough to talk to them.
    """
    with concurrent.futures.ThreadPoolExecutor(max(jobs, 1)) as pool:
        futures = [pool.submit(attempt, path, where) for path in todo]
        try:
            for future in concurrent.futures.as_completed(futures):
                yield future.result()
        except BaseException:  # Ctrl-C: start no further lesson, and wait for no cell
            pool.shutdown(wait=False, cancel_futures=True)
            tool("rmsprop_lab.authoring.kernel").stop()
            raise


@contextlib.contextmanager
def progress(total):
    """A bar on stderr where that is a terminal; gives the function that moves it one lesson on."""
    rich, console = tool("rich.progress"), tool("rich.console").Console(stderr=True)
    shown = total and console.is_terminal
    with rich.Progress(console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task("lessons", total=total)
        yield lambda: bar.advance(task)


def check(root=None, files=()):
    """Every finding on the lessons' sources and on the notebooks that stand beside them.

    Reads files only, runs nothing. Returns sentences that name the file and the repair; [] means
    that each source is well formed and each notebook was built from its source as it is now.
    """
    where = site.load(root)
    folder = where.root / "lessons"
    chosen = sources(where.root, files)
    findings = []
    for path in chosen:
        findings += lint.lesson(path) if path.parent == folder else lint.exercise(path)
        reason = stale(path, where)
        if reason:
            findings.append(f"{path.with_suffix('.ipynb')}: {reason}; {REPAIR}")
    if not files:
        if not any(path.parent == folder for path in chosen):
            findings.append(f"{folder}: no lesson NN_name.md in it")
        for path in sorted((folder / "exercises").glob("*.md")):
            findings += lint.exercise(path)
        for path in sorted({*folder.glob("*.md")} - {*chosen}):
            findings.append(f"{path}: a lesson is called NN_name.md; rename or remove it")
        for path in sorted(folder.glob("*.ipynb")):
            if not path.with_suffix(".md").is_file():
                findings.append(f"{path}: no source {path.stem}.md; remove the notebook")
    return [finding.replace(f"{where.root}/", "") for finding in findings]


def main(argv=None):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="notebooks", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", nargs="*", help="sources or notebooks; every lesson without any")
    parser.add_argument("--check", action="store_true", help="report what is stale or ill formed")
    parser.add_argument("--force", action="store_true", help="rebuild what is not stale too")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="lessons at a time")
    options = parser.parse_args(argv)
    try:
        root = site.find_root()
        if options.check:
            findings = check(root, options.files)
            for finding in findings:
                print(finding)
            verdict = f"{len(findings)} findings" if findings else "sources and notebooks agree"
            print(verdict, file=sys.stderr)
            return 1 if findings else 0

        def report(path, seconds):
            print(f"{path.relative_to(root)}  built in {seconds:.1f} s", flush=True)

        built = build_all(root, options.files, options.force, options.jobs, report)
        total = len(sources(root, options.files))
        print(f"{len(built)} of {total} notebooks rebuilt", file=sys.stderr)
    except AuthoringError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; a notebook is whole or as it was", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
