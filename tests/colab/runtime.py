"""A runtime with what Colab holds, and the repository at its address without a network between.

`git` answers for the address in `_config.yml` with a snapshot of this checkout (`insteadOf`), so
the line that a reader runs on Colab runs here as it stands.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from rmsprop_lab.authoring.environment import lesson_environment

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WANTED = "3.13"  # the Python that Colab runs


def run(*command, cwd=ROOT, env=None):
    """Run a command that must succeed; returns its stdout."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, text=True,
                          capture_output=True)
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stderr[-3000:]}"
    return done.stdout


def interpreter():
    """Colab's Python where it is installed, else the one that runs the tests."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for path in [f"python{WANTED}", *sorted(pyenv.glob(f"{WANTED}.*/bin/python3"))]:
        try:
            subprocess.run([path, "-c", "import ensurepip"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return path
    return getattr(sys, "_base_executable", sys.executable)


def python_of(folder):
    """The interpreter of an environment."""
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


def install_pins(folder, bytecode=True):
    """Make `folder` hold the packages of the dependency group `colab`, and nothing else but pip.

    bytecode: compile all of it now, which pays when notebooks follow.
    """
    # uv alone would leave pip out, which Colab has and the set-up cell calls.
    pip = [python_of(folder), "-m", "pip", "--version"]
    if not folder.is_dir() or subprocess.run(pip, capture_output=True).returncode:
        run(interpreter(), "-m", "venv", "--clear", folder)
    settings = {"UV_PROJECT_ENVIRONMENT": str(folder), "UV_PYTHON_DOWNLOADS": "never",
                "UV_SYSTEM_CERTS": "1", "UV_COMPILE_BYTECODE": str(int(bytecode))}
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    uv = [sys.executable, "-m", "uv", "sync", "--frozen", "--only-group", "colab"]
    run(*uv, env=env | settings)
    return folder


def installed(folder):
    """The packages in an environment: name -> version."""
    listed = run(python_of(folder), "-m", "pip", "list", "--format=json")
    return {package["name"].lower(): package["version"] for package in json.loads(listed)}


def changes(before, after):
    """What became of the packages that were there: name -> (version before, after)."""
    return {name: (version, after.get(name)) for name, version in before.items()
            if after.get(name) != version}


def snapshot(folder, branch, replace=()):
    """A repository that holds this checkout as it is now, committed or not, on one branch.

    replace: (file, old, new) texts, for a checkout that differs in one thing.
    """
    names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for name, old, new in replace:
        text = (folder / name).read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} is in {name} {text.count(old)} times"
        (folder / name).write_text(text.replace(old, new), "utf-8")
    git = ["git", "-C", folder, "-c", "user.name=tests", "-c", "user.email=tests@localhost"]
    run("git", "init", "-q", "-b", branch, folder)
    run(*git, "add", "-A")
    run(*git, "commit", "-q", "-m", "snapshot")
    return folder


def variables(folder, repository, url, scratch):
    """The environment of a Colab kernel that finds `repository` at `url`."""
    start_up = scratch / "ipython" / "profile_default" / "startup"
    start_up.mkdir(parents=True, exist_ok=True)
    (start_up / "00-colab.py").write_text("import google.colab\n")
    with lesson_environment() as base:
        env = dict(base)
    # The lessons' matplotlibrc is that of the wrong Matplotlib here.
    for name in ("MATPLOTLIBRC", "VIRTUAL_ENV"):
        env.pop(name, None)
    env["IPYTHONDIR"] = str(scratch / "ipython")
    env["PYTHONPATH"] = str(HERE / "stand_in")
    env["PATH"] = os.pathsep.join([str(python_of(folder).parent), env["PATH"]])
    count = int(env.get("GIT_CONFIG_COUNT", "0"))
    for i, address in enumerate((url, f"{url}.git"), start=count):
        env[f"GIT_CONFIG_KEY_{i}"] = f"url.{repository.resolve().as_uri()}.insteadOf"
        env[f"GIT_CONFIG_VALUE_{i}"] = address
    env["GIT_CONFIG_COUNT"] = str(count + 2)
    return env


def run_notebooks(folder, notebooks, env, report):
    """Run notebooks in kernels of `folder` and compare their outputs; the finished process."""
    command = [python_of(folder), HERE / "launch.py", "-q", "-c", os.devnull,
               f"--rootdir={ROOT}", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env",
               "--nbval-cell-timeout=300", f"--nbval-sanitize-with={ROOT / 'tests/nbsanitize.cfg'}",
               f"--junitxml={report}", *notebooks]
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=env, text=True,
                          capture_output=True)
