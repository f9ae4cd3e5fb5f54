"""Every gate on notebooks, in one command: what `make notebooks-check` runs.

    python -m rmsprop_lab.authoring.check [FILES] [options of pytest, as in --junitxml=out.xml]

1. sources and notebooks: well formed, and each notebook built from its source as it is now;
2. student notebooks: generated from their source, with no solution in them;
3. outputs: the cells run again, and every text and every pixel is compared with what is stored.

All three run even when an earlier one finds something. The exit code is 1 if any did.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from rmsprop_lab.authoring import AuthoringError, notebooks, site, tool
from rmsprop_lab.authoring.environment import lesson_environment

__all__ = ["compare", "executed", "main"]

PLUGIN = "tests.nbgate"
STUDENT = "rmsprop_lab.authoring.student"
REBUILD = "python -m rmsprop_lab.authoring.notebooks --force"
JOBS = 2
CELL_TIMEOUT = 120  # nbval's own is 2000 s, for which it would wait on a dead kernel


def executed(root):
    """The notebooks of a checkout with outputs: lessons, solutions of exercises, book pages."""
    patterns = ("lessons/*.ipynb", "lessons/solutions/*.ipynb", "book/*.ipynb")
    return [path for pattern in patterns for path in sorted(Path(root).glob(pattern))]


def command(root, files, options=()):
    """The pytest command that compares stored outputs, to be run with `root` as the folder."""
    # The plugin is part of the tests, which are not part of an installed package.
    tests = Path(__file__).resolve().parents[2] / "tests"
    if not (tests / "nbgate.py").is_file():
        raise AuthoringError("the comparison gate runs in a checkout, from an editable install")
    names = [str(Path(file).resolve().relative_to(root)) for file in files]
    return [
        *(sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "nbval"),
        *("-p", "no:cacheprovider", "-p", "no:hypothesispytest"),
        *("--nbval", "--nbval-current-env", f"--nbval-cell-timeout={CELL_TIMEOUT}"),
        f"--nbval-sanitize-with={tests / 'nbsanitize.cfg'}",
        # One kernel serves all cells of a notebook, so a notebook stays on one worker.
        *("-n", str(min(JOBS, len(names))), "--dist", "loadscope"),
        f"--rootdir={root}",
        "-q",
        f"--color={'yes' if sys.stdout.isatty() else 'no'}",
        *options,
        *names,
    ]


def compare(root, files=(), options=()):
    """Run the notebooks again and compare all outputs; returns pytest's exit code.

    files: notebooks, every executed one when left out. options: passed on to pytest.
    Raises AuthoringError when there is nothing to compare.
    """
    for package in ("nbval", "xdist", "PIL"):
        tool(package)
    files = list(files) or executed(root)
    if not files:
        raise AuthoringError(f"{root}/lessons holds no notebook; run `make notebooks`")
    with lesson_environment() as variables:
        checkout = str(Path(__file__).resolve().parents[2])
        paths = [checkout, *filter(None, [variables.get("PYTHONPATH")])]
        variables["PYTHONPATH"] = os.pathsep.join(paths)
        run = subprocess.run(command(root, files, options), cwd=root, env=variables, check=False)
    return run.returncode


def main(argv=None):
    """The command line; returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if {"-h", "--help"} & set(arguments):
        print(__doc__)
        return 0
    options = [argument for argument in arguments if argument.startswith("-")]
    files = [argument for argument in arguments if not argument.startswith("-")]
    red = []
    try:
        root = site.find_root()
        built = (root / "lessons", root / "book")
        chosen = [file for file in files if Path(file).resolve().parent in built]
        if notebooks.main(["--check", *chosen]):
            red.append("sources")
        if importlib.util.find_spec(STUDENT) and tool(STUDENT).main(["--check"]):
            red.append("student notebooks")
        if compare(root, files, options):
            red.append("outputs")
            print(f"if the new output is right: {REBUILD}, then read the diff", file=sys.stderr)
    except AuthoringError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"notebooks: {'red: ' + ', '.join(red) if red else 'green'}", file=sys.stderr)
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
