"""The set-up from nothing: which Python, which system packages, and when it is done again."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE = getattr(sys, "_base_executable", sys.executable)
posix = pytest.mark.skipif(os.name != "posix", reason="make and sh are for POSIX systems")
pytestmark = posix


def program(path, text):
    """Write an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


#: A Python that fails the test of its version, and then says which it is.
OLD = 'case "$2" in *"sys.exit(not"*) exit 1;; esac; printf "Python 3.9.18"'


def find_python(path, **variables):
    env = {"PATH": str(path), "HOME": "/nonexistent", "PYENV_ROOT": "/nonexistent", **variables}
    return subprocess.run(["/bin/sh", ROOT / ".ci" / "find-python"], env=env, text=True,
                          capture_output=True)


# Which Python


def test_the_python_that_is_named_is_taken(tmp_path):
    done = find_python(tmp_path, PYTHON=sys.executable)
    assert (done.returncode, done.stdout.strip()) == (0, BASE)


def test_one_that_is_too_old_is_passed_over_for_the_next(tmp_path):
    program(tmp_path / "python3", OLD)
    program(tmp_path / "python3.11", f'exec "{BASE}" "$@"')
    done = find_python(tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, BASE)


def test_when_there_is_none_each_that_was_looked_at_is_named(tmp_path):
    program(tmp_path / "python3", OLD)
    program(tmp_path / "python3.13", "exit 127")  # a shim of a version that is switched off
    done = find_python(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{tmp_path}/python3: Python 3.9.18\n" in done.stderr
    assert f"{tmp_path}/python3.13: does not run\n" in done.stderr
    assert "PYTHON=/path/to/python3.12" in done.stderr


def test_an_empty_machine_and_a_wrong_name_are_said_to_be_that(tmp_path):
    assert "no python3 on PATH" in find_python(tmp_path).stderr
    assert "/no/python: not there" in find_python(tmp_path, PYTHON="/no/python").stderr


# When the set-up is done again


@pytest.fixture
def folder(tmp_path):
    """A checkout whose set-up has just been done, as far as make can see."""
    for name in ("Makefile", "uv.lock", "pyproject.toml", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".synced").write_text(f"{tmp_path}\n")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / ".installed").touch()
    return tmp_path


def make(folder, *arguments):
    """Call make; `-q` answers 0 when nothing is to be done and 1 when something is."""
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON")}
    return subprocess.run(["make", "-C", folder, *arguments], env=env, capture_output=True,
                          text=True)


def test_a_second_call_has_nothing_to_do(folder):
    assert make(folder, "-q", "setup").returncode == 0


@pytest.mark.parametrize("name", ["uv.lock", "pyproject.toml", "package-lock.json"])
def test_a_changed_lock_file_is_noticed(folder, name):
    later = (folder / "node_modules" / ".installed").stat().st_mtime + 10
    os.utime(folder / name, (later, later))
    assert make(folder, "-q", "setup").returncode == 1


def test_an_environment_that_was_copied_from_elsewhere_is_made_anew(folder):
    (folder / ".venv" / ".synced").write_text("/somewhere/else\n")
    assert make(folder, "-q", "setup").returncode == 1


def test_the_locked_uv_is_installed_and_it_installs_what_is_locked(folder):
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    version = next(p["version"] for p in packages if p["name"] == "uv")
    (folder / ".venv" / ".synced").unlink()
    planned = make(folder, "-n", "setup").stdout
    assert f"'uv=={version}'" in planned
    assert "uv sync --frozen" in planned


def test_make_alone_lists_every_command(folder):
    listed = make(folder).stdout
    for name in ("setup", "book", "notebooks", "notebooks-check", "test", "lint", "clean", "help"):
        assert f"  make {name} " in listed


# Which system packages


TOOLS = ("bash", "sh", "dirname", "env", "cat")


def ci(tmp_path, *present, user="0", sudo=None):
    """Call `.ci/run` on a machine with these commands only; what it ran, and how it ended."""
    checkout, programs = tmp_path / "checkout", tmp_path / "bin"
    shutil.copytree(ROOT / ".ci", checkout / ".ci")
    log = tmp_path / "log"
    log.touch()
    for name in TOOLS:
        programs.mkdir(exist_ok=True)
        (programs / name).symlink_to(shutil.which(name))
    program(programs / "id", f"echo {user}")
    program(programs / "python3", f'exec "{BASE}" "$@"')
    program(programs / "apt-get", f'echo "apt-get $*" >> {log}')
    for name in ("make", *present):
        program(programs / name, f'echo "{name} $* CI=$CI" >> {log}')
    if sudo is not None:
        program(programs / "sudo", f'echo "sudo $*" >> {log}; exit {sudo}')
    env = {"PATH": str(programs), "HOME": "/nonexistent", "PYENV_ROOT": "/nonexistent"}
    done = subprocess.run(["bash", checkout / ".ci" / "run"], cwd="/", env=env, text=True,
                          capture_output=True)
    return log.read_text().splitlines(), done


def test_with_everything_there_ci_is_make_test(tmp_path):
    ran, done = ci(tmp_path, "git", "g++", "chromium")
    assert (ran, done.returncode) == (["make test CI=true"], 0), done.stderr


def test_what_is_missing_is_installed_first(tmp_path):
    ran, done = ci(tmp_path, "git")
    assert done.returncode == 0, done.stderr
    assert ran[0].startswith("apt-get update")
    assert {"g++", "chromium"} <= {*ran[1].split()}
    assert "git" not in ran[1].split()
    assert ran[2:] == ["make test CI=true"]


def test_a_plain_user_goes_through_sudo(tmp_path):
    ran, done = ci(tmp_path, "git", "g++", user="1000", sudo=0)
    assert done.returncode == 0, done.stderr
    assert [line.split()[:3] for line in ran[1:3]] == [["sudo", "-n", "apt-get"]] * 2


@pytest.mark.parametrize("sudo", [None, 1], ids=["no sudo", "sudo wants a password"])
def test_a_user_who_cannot_install_is_told_what_to_install(tmp_path, sudo):
    ran, done = ci(tmp_path, "git", "chromium", user="1000", sudo=sudo)
    assert done.returncode == 1
    assert "Install by hand: apt-get install g++" in done.stderr
    assert not any(line.startswith(("make", "apt-get")) for line in ran)


def test_the_status_of_the_gates_is_the_status_of_ci(tmp_path):
    checkout, programs = tmp_path / "checkout", tmp_path / "bin"
    shutil.copytree(ROOT / ".ci", checkout / ".ci")
    for name in ("git", "g++", "chromium"):
        program(programs / name, "exit 0")
    program(programs / "make", "exit 2")
    env = dict(os.environ, PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")
    assert subprocess.run(["bash", checkout / ".ci" / "run"], env=env).returncode == 2
