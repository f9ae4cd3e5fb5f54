"""The wheel: what is in it, and that it works where nothing but its own dependencies is installed.

The environments are filled from the package registry, at the locked versions and at the oldest
ones that the lab says it accepts.
"""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ABSENT = ("numba", "cupy", "scipy", "sklearn", "jupyter_core", "pytest", "yaml", "sympy")
UV = (sys.executable, "-m", "uv")


def run(*command, cwd=ROOT, status=0):
    """Run a command, check its exit status, and return what it printed."""
    env = {name: value for name, value in os.environ.items()
           if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    env |= {"UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "1", "COLUMNS": "140"}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, text=True,
                          capture_output=True)
    assert done.returncode == status, f"{command}:\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built through the source archive, so that this one is complete too."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out)
    assert len(list(out.glob("*.tar.gz"))) == 1
    return next(out.glob("*.whl"))


def environment(folder, wheel, *options):
    """A fresh environment with the wheel and its dependencies; returns its folder of programs."""
    run(*UV, "venv", "--quiet", "--python", sys.executable, folder)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    run(*UV, "pip", "install", "--quiet", "--only-binary", ":all:", "--python", programs / "python",
        *options, wheel)
    return programs


@pytest.fixture(scope="module")
def fresh(wheel, tmp_path_factory):
    """An environment with the versions of uv.lock."""
    folder = tmp_path_factory.mktemp("fresh")
    locked = folder / "locked.txt"
    locked.write_text(run(*UV, "export", "--frozen", "--no-default-groups", "--no-emit-project",
                          "--no-hashes", "--quiet"))
    return environment(folder / "environment", wheel, "--constraint", locked)


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"rmsprop_lab"}
    unwanted = re.compile(r"(^|/)(tests?(/|_)|conftest|__pycache__)|\.(ipynb|pyc)$")
    assert [name for name in names if unwanted.search(name)] == []
    ours = {str(path.relative_to(ROOT)) for path in ROOT.glob("rmsprop_lab/**/*.py")}
    assert ours == {name for name in names if name.endswith(".py")}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_says_what_pyproject_says(wheel):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    archive = zipfile.ZipFile(wheel)
    text = archive.read(next(n for n in archive.namelist() if n.endswith("METADATA"))).decode()
    required = set(re.findall(r"^Requires-Dist: ([^;\n]+)$", text, re.MULTILINE))
    assert required == set(project["dependencies"])
    assert f"\nVersion: {project['version']}\n" in text
    assert f"\nLicense-Expression: {project['license']}\n" in text


def test_verify_is_green_with_the_dependencies_alone(fresh, tmp_path):
    code = (f"import importlib.util as u; print([n for n in {ABSENT!r} if u.find_spec(n)])\n"
            "import rmsprop_lab; print(rmsprop_lab.__file__)")
    found, file = run(fresh / "python", "-c", code, cwd=tmp_path).splitlines()
    assert found == "[]"
    assert Path(file).is_relative_to(fresh.parent)
    out = run(fresh / "rmsprop-lab", "verify", cwd=tmp_path)
    assert re.search(r"^\d+ pass, 0 missed, 2 not here$", out, re.MULTILINE)
    assert re.search(r"^numba +not installed", out, re.MULTILINE)


def test_the_exercises_find_their_solutions(fresh, tmp_path):
    code = ("from rmsprop_lab.exercises import lesson04\n"
            "print(all(e.solution().cells for e in lesson04.EXERCISES))")
    assert run(fresh / "python", "-c", code, cwd=tmp_path) == "True\n"


def test_what_needs_more_says_so_in_a_sentence(fresh):
    for command, missing in (["book", "--no-open"], "uv sync"), (["check"], "uv sync"):
        done = subprocess.run([fresh / "rmsprop-lab", *command], cwd=ROOT, text=True,
                              capture_output=True)
        assert done.returncode == 1
        assert missing in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="NumPy 2.0 has no wheel for Python 3.13")
def test_the_oldest_accepted_versions_work(wheel, tmp_path):
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    oldest = [requirement.replace(">=", "==") for requirement in required]
    programs = environment(tmp_path / "oldest", wheel, *oldest)
    out = run(programs / "rmsprop-lab", "verify", cwd=tmp_path)
    assert re.search(r"^numpy +2\.0\.", out, re.MULTILINE)
    assert re.search(r"^matplotlib +3\.10\.0", out, re.MULTILINE)
    assert "Usage" in run(programs / "rmsprop-lab", "--help", cwd=tmp_path)


def test_one_corrupted_golden_number_turns_verify_red(fresh, tmp_path):
    # Last in this file: it changes the installed package, and puts it back.
    installed = next(fresh.parent.glob("**/site-packages/rmsprop_lab/golden_numbers.py"))
    text = installed.read_text()
    assert text.count('"6.58"') == 1
    installed.write_text(text.replace('"6.58"', '"6.85"'))
    try:
        out = run(fresh / "rmsprop-lab", "verify", cwd=tmp_path, status=1)
    finally:
        installed.write_text(text)
    assert re.search(r"^MISS +1 +half-life, rho \.9 +6\.58, expected 6\.85 *$", out, re.MULTILINE)
    assert re.search(r"^\d+ pass, 1 missed, 2 not here$", out, re.MULTILINE)
