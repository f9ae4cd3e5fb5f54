"""environment.yml: its shape, its specifications, and that they say what pyproject.toml says.

conda itself is not needed: the specifications are parsed by rattler, which is what pixi uses.
"""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rattler import MatchSpec, Version, VersionSpec
from rattler.exceptions import InvalidMatchSpecError

ROOT = Path(__file__).resolve().parents[2]
#: conda-forge's names where PyPI has another.
TWINS = {"matplotlib-base": "matplotlib"}
#: What PyPI does not have, or what needs no version.
CONDA_ONLY = {"python", "pip", "git", "make", "cxx-compiler"}


def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))


def specifications():
    """The conda specifications, parsed strictly: what is ambiguous raises."""
    listed = [entry for entry in environment()["dependencies"] if isinstance(entry, str)]
    return [MatchSpec(entry, strict=True) for entry in listed]


def name_of(spec):
    return str(spec).split()[0]


def requirements():
    """PyPI name -> every specifier that pyproject.toml gives for it, in any list."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lists = [project["project"]["dependencies"],
             *project["project"]["optional-dependencies"].values(),
             *(group for name, group in project["dependency-groups"].items() if name != "colab")]
    found = {}
    for entry in (entry for each in lists for entry in each if isinstance(entry, str)):
        requirement = Requirement(entry)
        found.setdefault(requirement.name, []).append(requirement.specifier)
    found["python"] = [SpecifierSet(project["project"]["requires-python"])]
    return found


def locked():
    """Package name -> the versions in uv.lock, of which Colab's pins are some."""
    found = {}
    for package in tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]:
        found.setdefault(package["name"], []).append(package["version"])
    return found


def probes(*texts):
    """Versions at, just below and just above each number in the texts."""
    for number in re.findall(r"\d+(?:\.\d+)*", " ".join(texts)):
        *head, last = map(int, number.split("."))
        for parts in ([*head, last], [*head, last, 1], [*head, last + 1],
                      [*head, last - 1, 999] if last else [0]):
            yield ".".join(map(str, parts))


def admits(spec, version):
    """Whether a conda specification admits a version."""
    return spec.version is None or VersionSpec(spec.version).matches(Version(version))


def same(spec, specifier):
    """Whether a conda specification and a PyPI specifier admit the same versions."""
    return all(admits(spec, version) == specifier.contains(version)
               for version in probes(str(spec), str(specifier)))


def test_the_file_has_the_shape_that_conda_reads():
    found = environment()
    assert list(found) == ["name", "channels", "dependencies"]
    assert found["name"] == "rmsprop-lab"
    assert found["channels"] == ["conda-forge", "nodefaults"]
    *names, last = found["dependencies"]
    assert all(isinstance(entry, str) for entry in names)
    assert last == {"pip": ["-e ."]}
    assert "pip" in names


def test_every_specification_parses_and_none_comes_twice():
    names = [name_of(spec) for spec in specifications()]
    assert len(set(names)) == len(names)
    assert all(spec.channel is None for spec in specifications())


@pytest.mark.parametrize("wrong", ["numpy =>2.0", "numpy >>2", "numpy 2.0 a b", "nu mpy >=2"])
def test_a_specification_that_conda_would_refuse_is_seen(wrong):
    with pytest.raises(InvalidMatchSpecError):
        MatchSpec(wrong, strict=True)


@pytest.mark.parametrize("spec", specifications(), ids=str)
def test_the_twin_on_pypi_has_the_same_bounds(spec):
    name = TWINS.get(name_of(spec), name_of(spec))
    if name in CONDA_ONLY - {"python"}:
        assert spec.version is None
        return
    assert any(same(spec, specifier) for specifier in requirements()[name]), (
        f"environment.yml says {spec}, pyproject.toml {requirements()[name]}")


@pytest.mark.parametrize("spec", specifications(), ids=str)
def test_the_locked_version_is_admitted(spec):
    name = TWINS.get(name_of(spec), name_of(spec))
    if name not in CONDA_ONLY:
        assert any(admits(spec, version) for version in locked()[name])


def test_all_that_the_lab_needs_is_listed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {Requirement(entry).name for entry in project["dependencies"]}
    assert needed <= {TWINS.get(name_of(spec), name_of(spec)) for spec in specifications()}


def test_other_bounds_are_seen():
    assert same(MatchSpec("numpy >=2.0"), SpecifierSet(">=2.0"))
    assert same(MatchSpec("ipykernel 7.*"), SpecifierSet("==7.*"))
    assert not same(MatchSpec("numpy >=2.1"), SpecifierSet(">=2.0"))
    assert not same(MatchSpec("numpy >2.0"), SpecifierSet(">=2.0"))
    assert not same(MatchSpec("python >=3.11,<3.15"), SpecifierSet(">=3.11,<3.14"))
    assert not same(MatchSpec("numpy"), SpecifierSet(">=2.0"))
