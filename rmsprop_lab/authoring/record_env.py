"""Record everything: make an environment for each list of libraries, and record in it.

    python -m rmsprop_lab.authoring.record_env [NAMES ...]

The lists are `tests/golden/requirements/*.txt`, exact versions, for Python 3.11. The environments
`.venv-record-*` stay, so that a second run is quick. A library that cannot be installed is named
on stderr; the others are recorded, and the golden files of the missing one stay as they are.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from rmsprop_lab.authoring import AuthoringError
from rmsprop_lab.authoring.site import find_root

__all__ = ["environment", "install", "main"]

# Chainer is built from source, and asks numpy.distutils for compilers of its day.
BUILD = ("setuptools==75.8.0", "wheel")
VARIABLES = {"SETUPTOOLS_USE_DISTUTILS": "stdlib", "TF_CPP_MIN_LOG_LEVEL": "3",
             "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def environment(root, name):
    """The Python of the environment of this name; made when it is not there.

    Raises AuthoringError when there is no Python 3.11, which the oldest libraries need.
    """
    python = root / f".venv-record-{name}" / "bin" / "python"
    if not python.is_file():
        base = shutil.which(os.environ.get("PYTHON311", "python3.11"))
        if base is None:
            raise AuthoringError("recording needs Python 3.11; say where: PYTHON311=/path make ...")
        subprocess.run([base, "-m", "venv", "--clear", python.parent.parent], check=True)
        pip(python, *BUILD)
    return python


def pip(python, *what):
    """Install into an environment; returns whether it went well."""
    command = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    return subprocess.run([*command, *what], env=os.environ | VARIABLES).returncode == 0


def install(python, requirements):
    """Install a list; one by one if it does not go as a whole. Returns what could not be had."""
    if pip(python, "-r", str(requirements)):
        return []
    lines = [line for line in requirements.read_text("utf-8").splitlines()
             if line and not line.startswith("#")]
    return [line for line in lines if not pip(python, line)]


def main(argv=None):
    """The command line; returns the exit code: 1 when no environment recorded anything."""
    names = sys.argv[1:] if argv is None else list(argv)
    if {"-h", "--help"} & set(names):
        print(__doc__)
        return 0
    codes = []
    try:
        root = find_root()
        for requirements in sorted((root / "tests" / "golden" / "requirements").glob("*.txt")):
            print(f"== {requirements.stem}: {requirements.relative_to(root)}", flush=True)
            python = environment(root, requirements.stem)
            for missing in install(python, requirements):
                print(f"{missing} could not be installed; going on", file=sys.stderr)
            command = [python, "-W", "ignore", "-m", "rmsprop_lab.authoring.record", *names]
            variables = os.environ | VARIABLES | {"PYTHONPATH": str(Path(root))}
            codes.append(subprocess.run(command, cwd=root, env=variables).returncode)
    except (AuthoringError, subprocess.CalledProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return int(all(codes))


if __name__ == "__main__":
    sys.exit(main())
