"""The recorder names a missing library and goes on; where one is here it records the same again."""

import importlib.metadata
import json
import subprocess
import sys

import pytest

from rmsprop_lab import dialects
from rmsprop_lab.authoring import AuthoringError, record, record_env, recorders
from rmsprop_lab.dialects import conformance, golden

REQUIREMENTS = golden.folder() / "requirements"


def pinned():
    """Distribution -> its versions in the requirement files, names in small letters with dashes."""
    found = {}
    for path in REQUIREMENTS.glob("*.txt"):
        for line in path.read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                name, _, version = line.partition("==")
                found.setdefault(name.lower().replace("_", "-"), set()).add(version)
    return found


@pytest.mark.parametrize("name", conformance.recorded())
def test_the_recording_is_of_the_dialects_and_the_requirements_version(name):
    dialect = dialects.ALL[name]
    distribution, _, version = golden.load(name)["library"].partition(" ")
    version = version.partition("+")[0]
    assert version in pinned()[distribution]
    assert version in dialect.version + dialect.source
    assert dialect.call.split(".")[0] in recorders.RECORDERS


def test_every_requirement_is_exact():
    assert len(pinned()) > 40
    assert all(version for versions in pinned().values() for version in versions)


def test_a_missing_library_is_named_and_the_rest_goes_on(tmp_path, capsys, monkeypatch):
    def version(distribution):
        if distribution == "optax":
            return "0.2.8"
        raise importlib.metadata.PackageNotFoundError(distribution)
    monkeypatch.setattr(importlib.metadata, "version", version)
    monkeypatch.setitem(recorders.RECORDERS, "optax", lambda dialect, case: golden.trajectory(
        dialect, case))
    monkeypatch.setattr(record, "defaults", lambda dialect: {})
    names = ["TF1", "OPTAX", "MLX"]
    assert record.main([*names, "--folder", str(tmp_path)]) == 0
    seen = capsys.readouterr()
    assert "TF1                left as it was: tensorflow-cpu is not installed here" in seen.err
    assert "12 cases from optax 0.2.8" in seen.out and "1 golden files" in seen.err
    assert [path.name for path in tmp_path.iterdir()] == ["OPTAX.json"]
    assert all(row.ok for row in conformance.check("OPTAX", tmp_path))  # what was written is read


def test_nothing_to_record_is_a_failure(tmp_path, capsys, monkeypatch):
    def missing(distribution):
        raise importlib.metadata.PackageNotFoundError(distribution)
    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert record.main(["--folder", str(tmp_path)]) == 1
    assert "0 golden files" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        record.main(["DQN"])
    assert "DQN: no dialect with evidence='recorded'" in capsys.readouterr().err


def test_another_version_is_not_recorded_unasked(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "version", lambda distribution: "3.1.0+cpu")
    with pytest.raises(AuthoringError, match="torch 3.1.0.cpu is here, the dialect is read from 2"):
        record.installed(dialects.PYTORCH)
    assert record.installed(dialects.PYTORCH, any_version=True) == "torch 3.1.0+cpu"


def test_hex_floats_lose_nothing():
    theta = golden.trajectory(dialects.TF1, golden.Case(lr=0.01))
    back = [[float.fromhex(x) for x in line.split()] for line in record.spelled(theta)]
    assert back == theta.tolist()
    assert record.spelled([[0.0, 1.0, -2.5]]) == ["0x0p+0 0x1p+0 -0x1.4p+1"]


def test_the_calls_are_exact():
    cases = golden.cases(dialects.OPTAX)
    assert recorders.call(dialects.OPTAX, cases["decoupled decay"]) == (
        "optax.chain(optax.scale_by_rms(), optax.add_decayed_weights(0.1), "
        "optax.scale_by_learning_rate(0.01))")
    assert recorders.call(dialects.JAX, golden.cases(dialects.JAX)["lr drop"]) == (
        "jax.example_libraries.optimizers.rmsprop_momentum(step_size=0.01, momentum=0.9); "
        "lr = 0.001 from step 11")
    for name in conformance.recorded():
        cases, saved = golden.cases(dialects.ALL[name]), golden.load(name)["cases"]
        for setting, case in cases.items():
            assert recorders.call(dialects.ALL[name], case) == saved[setting]["call"]


def test_jax_here_records_what_is_stored(tmp_path):
    """JAX is among the test's own packages: where its version fits, the file comes out again."""
    version = importlib.metadata.version("jax")
    command = [sys.executable, "-W", "ignore", "-m", "rmsprop_lab.authoring.record", "JAX",
               "--any-version", "--folder", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    again = json.loads((tmp_path / "JAX.json").read_text())
    stored = json.loads((golden.folder() / "JAX.json").read_text())
    assert again["library"] == f"jax {version}"
    assert all(row.ok for row in conformance.check("JAX", tmp_path))
    if version == stored["library"].partition(" ")[2]:
        assert again["cases"] == stored["cases"]


def test_an_environment_needs_python_311(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHON311", "no-such-python")
    with pytest.raises(AuthoringError, match="recording needs Python 3.11"):
        record_env.environment(tmp_path, "peers")


def test_what_cannot_be_installed_is_told_apart(tmp_path, monkeypatch):
    wanted = tmp_path / "some.txt"
    wanted.write_text("# a list\ngood==1\nbad==2\n")
    asked = []
    monkeypatch.setattr(record_env, "pip", lambda python, *what: asked.append(what) or (
        what == ("good==1",)))
    assert record_env.install("python", wanted) == ["bad==2"]
    assert asked == [("-r", str(wanted)), ("good==1",), ("bad==2",)]
