"""Every recorded dialect takes the steps of its library; the command says so, and can say no."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from rmsprop_lab import dialects
from rmsprop_lab.dialects import conformance, golden
from rmsprop_lab.dialects.gaps import ROUNDED
from rmsprop_lab.errors import LabError

RECORDED = conformance.recorded()


@pytest.mark.parametrize("name", RECORDED)
def test_a_dialect_steps_as_its_library_does(name):
    for row in conformance.check(name):
        assert row.ok, row


def test_float64_is_held_to_1e_12_and_the_exceptions_are_named():
    rows = [row for name in RECORDED for row in conformance.check(name)]
    loose = {row.dialect for row in rows if row.allowed > 1e-12}
    float32 = {row.dialect for row in rows if row.dtype == "float32"}
    assert loose == float32 | set(ROUNDED)
    assert all(one.startswith(("MLX", "MXNET")) for one in float32)
    # What float32 is allowed is an effect of rounding and no room for another method.
    assert max(row.allowed for row in rows if row.dtype == "float32") < 1e-3
    assert len(rows) >= 190


def test_every_dialect_says_how_it_is_known():
    files = {path.stem for path in golden.folder().glob("*.json")} - {"gaps", "traps"}
    assert files == set(RECORDED)
    assert {name for name, one in dialects.ALL.items() if one.evidence == "source"} == {
        "HINTON", "DQN", "A3C", "CAFFE2", "FASTAI"}
    assert all(one.source and one.version and one.call for one in dialects.ALL.values())


@pytest.mark.parametrize("name", RECORDED)
def test_the_shipped_values_are_the_librarys_own(name):
    dialect, defaults = dialects.ALL[name], golden.load(name)["defaults"]
    for ours, theirs in dialect.spelled.items():
        argument, _, place = theirs.partition("[")
        if argument not in defaults:
            continue
        shipped = defaults[argument][int(place[0])] if place else defaults[argument]
        mine = dialect.lr if ours == "lr" else dialect.settings[ours]
        mine = dialect.values.get(ours, {}).get(mine, mine)
        if name == "GRAVES" or (shipped, mine) == (None, 0.0):
            continue  # Keras and optax spell 0 None; Graves's numbers are the paper's
        if (name, ours) in {("JAX", "momentum"), ("MXNET_CENTERED", "centered")}:
            continue
        assert shipped == mine, (ours, theirs)


def test_the_torch_implementations_agree():
    apart = [golden.load(name).get("foreach") for name in RECORDED if name.startswith("PYTORCH")]
    assert len(apart) == 9 and max(apart) < 1e-15


def test_gradients_cover_what_they_should():
    g = golden.gradients()
    assert g.shape == (20, 5) and (g[1::2, 4] == 0).all() and (g[::2] != 0).all()
    assert (np.abs(g).max(axis=0) <= (3, 1, 1e-2, 1e-4, 1)).all()
    assert (np.abs(g).max(axis=0) > 0.8 * np.array((3, 1, 1e-2, 1e-4, 1))).all()
    assert float(g[0, 0]).hex() == "0x1.4f4ad61411994p+1"  # the same in every Python version


@pytest.fixture
def copy(tmp_path):
    """A folder with one golden file, and a function that changes it."""
    shutil.copy(golden.folder() / "SB3.json", tmp_path)

    def change(edit):
        path = tmp_path / "SB3.json"
        saved = json.loads(path.read_text())
        edit(saved)
        path.write_text(json.dumps(saved))
    return tmp_path, change


def test_the_command_is_green_and_turns_red(copy, capsys):
    folder, change = copy
    assert conformance.main(["SB3", "--folder", str(folder)]) == 0
    seen = capsys.readouterr()
    assert seen.out.count("SB3") == 7 and "7 cases, 0 missed" in seen.err

    def nudge(saved):
        line = saved["cases"]["momentum"]["theta"][7].split()
        line[3] = (float.fromhex(line[3]) * (1 + 1e-9)).hex()
        saved["cases"]["momentum"]["theta"][7] = " ".join(line)
    change(nudge)
    assert conformance.main(["SB3", "--folder", str(folder)]) == 1
    seen = capsys.readouterr()
    assert seen.out.count("MISSED") == 1 and "7 cases, 1 missed" in seen.err
    assert conformance.main(["SB3", "--brief", "--folder", str(folder)]) == 1
    assert "momentum" in capsys.readouterr().out


def test_a_lost_case_and_a_nan_are_red(copy, capsys):
    folder, change = copy
    change(lambda saved: saved["cases"].pop("plain"))
    with pytest.raises(LabError, match=r"differ in the cases \['plain'\]: `make record`"):
        conformance.check("SB3", folder)
    assert conformance.main(["SB3", "--folder", str(folder)]) == 1
    assert "make record" in capsys.readouterr().err
    theirs = golden.load("MLX")["cases"]["plain"]["theta"]
    ours = theirs.copy()
    ours[4, 2] = np.nan
    assert golden.difference(ours, theirs) == float("inf")
    assert conformance.main(["--folder", str(folder / "nowhere")]) == 1


def test_an_unknown_dialect_is_an_error_of_the_command_line(capsys):
    with pytest.raises(SystemExit):
        conformance.main(["DQN"])
    assert "DQN: not recorded" in capsys.readouterr().err


def test_it_runs_as_a_module_without_a_warning():
    command = [sys.executable, "-W", "error", "-m", "rmsprop_lab.dialects.conformance", "TF1"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "held to 1e-12" in told.stderr and "Warning" not in told.stderr
