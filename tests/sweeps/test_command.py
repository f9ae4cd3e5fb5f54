"""`rmsprop-lab sweep`, the benchmark, and the figures of a sweep."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.errors import LabError
from rmsprop_lab.plots import heat, sensitivity
from rmsprop_lab.sweeps import Sweep, benchmark
from tests.sweeps.cases import same_sweep

BENCH = lab.problems.bench()


def call(*arguments, cwd=None):
    return subprocess.run([sys.executable, "-m", "rmsprop_lab", "sweep", *arguments], text=True,
                          capture_output=True, cwd=cwd, env=_environment())


def _environment():
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "NO_COLOR": "1", "COLUMNS": "100"}


# --- the command ---------------------------------------------------------------------------------

def test_the_best_are_shown_and_everything_is_saved(tmp_path):
    arguments = ["rmsprop", "--problem", "bench:30", "--steps", "50", "--grid", "lr=1e-3:1:log:20",
                 "--grid", "rho=.9,.99", "--record", "10", "--top", "3", "--out", "sweep.npz"]
    done = call(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "saved in sweep.npz\n")
    grid = {"lr": np.geomspace(1e-3, 1, 20).tolist(), "rho": [0.9, 0.99]}
    wanted = lab.sweep(lab.RMSprop, grid, lab.problems.bench(30), 50, record=[10])
    assert same_sweep(wanted, Sweep.load(tmp_path / "sweep.npz"))
    first, head, *rows = done.stdout.splitlines()
    assert first == repr(wanted)
    assert head.split() == ["lr", "rho", "loss", "at", "10", "loss", "at", "50"]
    assert [row.split() for row in rows] == [
        [str(k), f"{c.settings['lr']:.6g}", f"{c.settings['rho']:.6g}",
         *(f"{x:.6g}" for x in wanted.losses[c.index])] for k, c in enumerate(wanted.top(3), 1)]
    assert call(*arguments, cwd=tmp_path).stdout == done.stdout


def test_processes_a_dialect_and_noise_of_its_own():
    arguments = ["pytorch", "--problem", "noisy:0.5", "--steps", "20", "--grid", "lr=.1,.2,.3",
                 "--grid", "momentum=0,.9", "--dtype", "float32", "--seed", "3"]
    alone, spawned = call(*arguments), call(*arguments, "--workers", "2")
    assert alone.returncode == 0 and alone.stdout.startswith("Sweep(PYTORCH on noisy gradient: 6 ")
    assert alone.stdout == spawned.stdout


def test_a_sweep_that_diverged_says_so():
    done = call("sgd", "--grid", "lr=1e3", "--steps", "2000")
    assert done.returncode == 0
    assert done.stdout == ("Sweep(SGD on bench: 1 configuration, 2000 steps; lr 1000; no loss is "
                           "finite; 1 diverged)\n")


@pytest.mark.parametrize(("arguments", "words"), [
    (["nosuch", "--grid", "lr=.1"], "there is no optimizer 'nosuch'; take sgd,"),
    (["sgd", "--grid", "lr"], "write NAME=VALUES"),
    (["sgd", "--grid", "=1"], "write NAME=VALUES"),
    (["sgd", "--grid", "lr=1:2:3"], "a range is LOW:HIGH:log:COUNT"),
    (["sgd", "--grid", "lr=0:1:log:9"], "both ends are positive"),
    (["sgd", "--grid", "lr=.1", "--grid", "lr=.2"], "names a setting twice"),
    (["sgd", "--grid", "rate=.1"], "SGD has no setting 'rate'; it has lr, momentum"),
    (["sgd", "--grid", "lr=.1,nan"], "configuration 1 (lr=nan)"),
    (["sgd", "--grid", "lr=.1", "--problem", "cliff"], "no problem 'cliff'; take bench,"),
    (["sgd", "--grid", "lr=.1", "--problem", "bench:steep"], "'steep' is not a number"),
    (["sgd", "--grid", "lr=.1", "--problem", "mlp:3"], "mlp takes no number"),
    (["sgd", "--grid", "lr=.1", "--record", "ten"], "--record ten: give whole numbers"),
    (["sgd", "--grid", "lr=.1", "--out", "/no/such/file.npz"], "in a folder that exists"),
    (["sgd", "--grid", "lr=.1", "--problem", "logistic", "--executor", "numba"], "formula()"),
])
def test_errors_are_sentences(arguments, words):
    done = call(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ") and words in done.stderr
    assert "Traceback" not in done.stderr and done.stderr.count("\n") == 1


def test_workers_and_scheduler_exclude_each_other():
    done = call("sgd", "--grid", "lr=.1", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1")
    assert done.returncode == 2 and "not both" in done.stderr


def test_no_scheduler_is_a_sentence():
    done = call("sgd", "--grid", "lr=.1", "--scheduler", "nonsense://127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr.startswith(("error: no Dask scheduler answers at nonsense://",
                                   "error: a scheduler needs Dask: pip install distributed"))


def test_interrupted_and_given_again_it_goes_on(tmp_path):
    arguments = ["adam", "--grid", "lr=1e-3:1:log:12", "--problem", "logistic", "--steps", "60",
                 "--chunk", "1", "--out", "sweep.npz"]
    process = subprocess.Popen([sys.executable, "-m", "rmsprop_lab", "sweep", *arguments],
                               text=True, cwd=tmp_path, env=_environment(),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    parts = tmp_path / "sweep.npz.parts"
    while process.poll() is None and len(list(parts.glob("0*.npz"))) < 2:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, messages = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert messages == ("interrupted; the chunks that were finished are kept in sweep.npz.parts\n")
    kept = {path.name: path.stat().st_mtime_ns for path in parts.glob("0*.npz")}
    assert 2 <= len(kept) < 12
    whole = call(*arguments, cwd=tmp_path)
    assert whole.returncode == 0 and not parts.exists()
    arguments[-1] = "other.npz"
    assert call(*arguments, cwd=tmp_path).stdout == whole.stdout


# --- the benchmark -------------------------------------------------------------------------------

def test_the_benchmark_prints_ratios(capsys):
    pytest.importorskip("numba")
    assert benchmark.main(["--configurations", "100", "--steps", "20", "--repeats", "2"]) == 0
    printed = capsys.readouterr().out
    rows = {line.split("  ")[0]: line.split() for line in printed.splitlines()}
    assert rows["lab.sweep, numba"][-1] == "1.00"
    assert float(rows["lab.sweep, numpy"][-1]) > 0
    assert any(label.startswith("optax, vmap + scan") for label in rows)


def test_contestants_of_the_benchmark_agree():
    found, _ = benchmark.contestants("rmsprop", 100, 30, "float64")
    results = [run() for run in found.values()]
    assert results[0].tobytes() == results[1].tobytes()
    for other in results[2:]:
        assert np.allclose(results[0], other, rtol=1e-6)


# --- the figures ---------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def found():
    grid = {"lr": np.geomspace(1e-3, 3, 12).tolist(), "momentum": [0.0, 0.5, 0.9]}
    return lab.sweep(lab.SGD, grid, BENCH, 1500)


def test_a_map_says_its_extent_and_its_lowest_cell(found):
    best = found.best()
    assert heat(found, "lr", "momentum", title="SGD").alt == (
        'Map of loss after 1500 steps, colours logarithmic "SGD": lr in 12 columns from 0.001 to '
        f"3, momentum in 3 rows from 0 to 0.9. From 0 to 1.37. Lowest: 0 at lr = "
        f"{best.settings['lr']:.3g} and momentum = {best.settings['momentum']:.3g}; "
        f"{found.diverged} of 36 configurations diverged.")


def test_a_cell_shows_the_best_of_its_configurations():
    grid = {"lr": [0.25, 0.125], "momentum": [0.0, 0.5], "weight_decay": [0.0, 1.0]}
    found = lab.sweep(lab.SGD, grid, BENCH, 3)
    mesh = heat(found, "lr", "momentum", log=False).figure.axes[0].collections[0]
    losses = found.loss.reshape(2, 2, 2).min(axis=2)
    assert np.array_equal(mesh.get_array(), losses[::-1].T)  # lr rises to the right


def test_a_curve_is_the_best_over_what_it_does_not_show(found):
    picture = sensitivity(found, "lr")
    line, = [x for x in picture.figure.axes[0].lines if len(x.get_xdata()) == 12]
    losses = np.nanmin(np.where(np.isfinite(found.loss), found.loss, np.nan).reshape(12, 3)[:8], 1)
    assert np.array_equal(line.get_ydata()[:8], np.maximum(losses, 1e-16 * found.start))
    assert np.isnan(line.get_ydata()[-1])  # diverged: a gap
    assert "Lowest: 0 at lr = " in picture.alt and picture.alt.count("diverged") == 1


@pytest.mark.parametrize(("draw", "words"), [
    (lambda f: heat(f, "lr", "lr"), "name two settings"),
    (lambda f: heat(f, "lr", "rho"), "no 'rho'; it has lr, momentum"),
    (lambda f: sensitivity([1.0]), "list is not a Sweep"),
    (lambda f: sensitivity(lab.sweep(lab.RMSprop, {"eps_at": ["inside", "outside"]}, BENCH, 3),
                           "eps_at"), "eps_at holds words"),
    (lambda f: sensitivity(lab.sweep(lab.SGD, [{"lr": 0.1}, {"lr": 0.1, "momentum": 0.5}],
                                     BENCH, 3), "momentum"), "1 configurations do not say"),
    (lambda f: heat(lab.sweep(lab.SGD, {"lr": [3.0], "momentum": [0.0]}, BENCH, 3000), "lr",
                    "momentum"), "every configuration diverged"),
])
def test_figures_that_cannot_be_drawn(found, draw, words):
    with pytest.raises(LabError, match=words):
        draw(found)


@pytest.mark.parametrize("draw", [
    lambda: heat(lab.sweep(lab.RMSprop, {"eps_at": ["inside", "outside"], "lr": [1, 0.1]}, BENCH,
                           5), "eps_at", "lr"),
    lambda: heat(lab.sweep(lab.SGD, {"lr": np.linspace(0, 0.4, 30), "momentum": [0.5]}, BENCH, 5),
                 "lr", "momentum"),
    lambda: heat(lab.sweep(lab.SGD, {"lr": [1e-3, 2.0], "momentum": [0.0]}, BENCH, 200), "lr",
                 "momentum"),
    lambda: sensitivity(lab.sweep(lab.SGD, {"lr": [0.1, 0.2]}, lab.problems.constant(1.0), 5)),
    lambda: heat(lab.sweep(lab.SGD, {"lr": [0.1, 0.2], "momentum": [0.0]},
                           lab.problems.constant(1.0), 5), "lr", "momentum"),
])
def test_figures_at_the_edges_are_drawn(draw):
    png = draw()._repr_png_()
    assert png.startswith(b"\x89PNG") and png == draw()._repr_png_()
