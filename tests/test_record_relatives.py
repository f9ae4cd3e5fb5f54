"""The recorder of the relatives: what it says without its libraries, and that old files are seen.
"""

import json
from importlib.util import find_spec

import numpy as np
import pytest

from rmsprop_lab.authoring import record_relatives
from tests import relatives
from tests.relatives import RUNS, recorded, start, stream


@pytest.mark.skipif(find_spec("optax") is not None, reason="optax is installed here")
def test_a_library_that_is_missing_is_named(tmp_path, capfd):
    assert record_relatives.main([str(tmp_path), "optax_rprop"]) == 1
    err = capfd.readouterr().err
    assert "No module named 'optax'" in err and "not recorded: optax_rprop" in err
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_none(tmp_path, capsys):
    with pytest.raises(SystemExit):
        record_relatives.main([str(tmp_path), "torch_lion"])
    assert "no record is called torch_lion" in capsys.readouterr().err


def test_every_file_is_of_the_table_and_every_number_survived():
    assert {path.stem for path in relatives.FOLDER.glob("*.json")} == set(RUNS)
    for name, runs in RUNS.items():
        saved = json.loads((relatives.FOLDER / f"{name}.json").read_text("utf-8"))
        assert set(saved["runs"]) == set(runs) and all(saved["versions"].values())
        for run in runs:
            kind, theta = recorded(name, run)
            assert theta.shape == (len(stream(kind)), start(kind).size)
            assert np.isfinite(theta).all()


@pytest.mark.parametrize("what", ["call", "digest"])
def test_a_file_of_other_calls_or_gradients_is_refused(tmp_path, monkeypatch, what):
    saved = json.loads((relatives.FOLDER / "optax_rprop.json").read_text("utf-8"))
    saved["runs"]["plain"][what] += "0"
    (tmp_path / "optax_rprop.json").write_text(json.dumps(saved))
    monkeypatch.setattr(relatives, "FOLDER", tmp_path)
    with pytest.raises(AssertionError, match="again" if what == "call" else "no longer"):
        recorded.__wrapped__("optax_rprop", "plain")
