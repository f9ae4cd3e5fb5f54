"""The hooks before a commit: local, quick, and able to refuse."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ".pre-commit-config.yaml"


def hooks():
    return [hook for repo in yaml.safe_load((ROOT / CONFIG).read_text())["repos"]
            for hook in repo["hooks"]]


def test_no_hook_comes_from_another_host():
    repos = yaml.safe_load((ROOT / CONFIG).read_text())["repos"]
    assert {repo["repo"] for repo in repos} == {"local"}
    # Only these two languages install nothing.
    assert {hook["language"] for hook in hooks()} == {"system", "pygrep"}


@pytest.fixture
def repository(tmp_path):
    """A repository with the hooks, a linter's settings, and this environment as its .venv."""
    def git(*arguments):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    for name in (CONFIG, "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (programs / "python").chmod(0o755)
    (tmp_path / ".gitignore").write_text(".venv/\n")
    (tmp_path / "module.py").write_text('"""A module."""\n')
    git("add", "-A")
    return tmp_path


def run(repository, hook):
    subprocess.run(["git", "add", "-A"], cwd=repository, check=True)
    env = dict(os.environ, PRE_COMMIT_HOME=str(repository / ".venv" / "cache"))
    return subprocess.run([sys.executable, "-m", "pre_commit", "run", hook, "--all-files"],
                          cwd=repository, env=env, capture_output=True, text=True)


def test_ruff_passes_and_then_refuses_an_unused_import(repository):
    assert run(repository, "ruff").returncode == 0
    (repository / "module.py").write_text('"""A module."""\n\nimport os\n')
    refused = run(repository, "ruff")
    assert refused.returncode == 1
    assert "F401" in refused.stdout


def test_a_conflict_that_was_left_is_refused(repository):
    assert run(repository, "conflict-markers").returncode == 0
    (repository / "notes.md").write_text("<" * 7 + " ours\n")
    assert run(repository, "conflict-markers").returncode == 1


@pytest.mark.parametrize("hook", [h for h in hooks() if h["id"] in ("notebooks", "student")],
                         ids=lambda hook: hook["id"])
def test_the_notebook_hooks_run_commands_that_exist(hook):
    _, *arguments = hook["entry"].split()
    done = subprocess.run([sys.executable, *arguments[:-1], "--help"], cwd=ROOT,
                          capture_output=True, text=True)
    assert done.returncode == 0
    assert arguments[-1] in done.stdout
