"""The built book and npm's packages, for the tests that look at pages."""

import subprocess
import sys
from pathlib import Path

from rmsprop_lab.authoring import npm

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("axe-core", "html-validate", "playwright-core")


def npm_packages(root=ROOT):
    """The folder node_modules, with the versions of package-lock.json: installed if need be."""
    npm.ensure(root, PACKAGES)
    return Path(root) / "node_modules"


def built_book(root=ROOT):
    """The folder of the built book. The builder leaves a fresh book alone and rebuilds another.

    Raises AssertionError with the builder's last words when the book does not build.
    """
    command = [sys.executable, "-m", "rmsprop_lab.authoring.book", "--no-open"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the book does not build:\n{(done.stdout + done.stderr)[-3000:]}"
    return Path(done.stdout.strip().splitlines()[-1]).parent
