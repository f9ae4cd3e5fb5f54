"""The GPU benchmark up to the launch: who takes part, what is checked, what is kept."""

import dataclasses
import sys

import numpy as np
import pytest

import rmsprop_lab as lab
from rmsprop_lab.bench import files, gpu, gpu_check, gpu_contenders
from rmsprop_lab.bench.cases import Case
from rmsprop_lab.errors import ExecutorUnavailable

SMALL = Case("small", ((5,), (60, 70), (1,)))


@pytest.fixture
def quick(fake, monkeypatch):
    monkeypatch.setattr(gpu, "SAMPLE", 1e-9)
    monkeypatch.setattr(gpu, "GPU_CASES", {"1e3": Case("1e3", ((1000,),)), "small": SMALL})
    return fake


def test_a_run_is_a_results_file(quick, tmp_path):
    said = []
    data = gpu.run(quick, ("1e3", "small"), say=said.append)
    files.save(data, tmp_path / "gpu.json")
    data = files.load(tmp_path / "gpu.json")
    assert said == ["RMSprop 1e3", "Adam 1e3", "RMSprop small", "Adam small"]
    assert (data["device"], data["machine"]["device"]) == ("gpu", "stand-in")
    one, many = data["results"][0], data["results"][3]
    assert set(one["seconds"]) == {"floor", "lab kernel", "lab graph"}
    assert set(many["seconds"]) == {"floor", "lab kernel", "lab list", "lab graph"}
    assert one["over_floor"]["floor"] == one["over_ours"]["lab kernel"] == 1.0
    assert {row["complaint"] for row in data["accuracy"]} == {None}
    assert all(row["ulps"]["v"] <= 2 and row["ulps"]["theta"] <= 4 for row in data["accuracy"])
    # Peers need a device of their own: each says why it is not there.
    assert set(one["missing"]) == {"torch foreach", "optax jit"}
    assert set(many["missing"]) == {*one["missing"], "torch fused"}


def test_what_does_not_fit_is_left_out_and_said(quick, monkeypatch):
    monkeypatch.setattr(quick.cuda.runtime, "memGetInfo", lambda: (4 * 1000 * 25, 0))
    data = gpu.run(quick, ("1e3",))
    assert [row["method"] for row in data["results"]] == ["RMSprop"]
    assert data["machine"]["skipped"][0]["method"] == "Adam"
    data = gpu.run(quick, ("1e3",), budget=-1)
    assert data["results"] == [] and "time" in data["machine"]["skipped"][0]["reason"]


def contender(fake, name="lab kernel", method="RMSprop"):
    thetas, gradients = gpu.tensors(fake, SMALL, 1), gpu.tensors(fake, SMALL, 2)
    return gpu_contenders.ours(method, thetas, gradients)[name], gradients


@pytest.mark.parametrize("method", ["RMSprop", "Adam"])
@pytest.mark.parametrize("name", ["lab kernel", "lab list", "lab graph"])
def test_each_way_is_checked(fake, name, method):
    errors, complaint, timed = gpu_check.check(*contender(fake, name, method))
    assert complaint is None and timed and set(errors) >= {"theta", "v"}


@pytest.mark.parametrize("other", [
    lambda: lab.RMSprop(lr=1e-3, rho=0.99, eps=1e-2), lambda: lab.RMSprop(lr=1e-3, rho=0.98),
    lambda: lab.RMSprop(lr=1.001e-3, rho=0.99)])
def test_another_optimizer_is_seen(fake, other):
    made, gradients = contender(fake)
    _, complaint, timed = gpu_check.check(dataclasses.replace(made, exact=other), gradients)
    assert "ulp from float64" in complaint and "other bits" in complaint and not timed
    _, complaint, timed = gpu_check.check(
        dataclasses.replace(contender(fake)[0], exact=other, ours=False), gradients)
    assert "ulp from float64" in complaint and "other bits" not in complaint
    assert timed == ("another step" not in complaint) == (other().lr != 1e-3)


def test_a_step_that_gives_nan_is_seen(fake):
    made, gradients = contender(fake, "lab list")

    def read():
        found = made.read()
        found["theta"][0].host[0] = np.nan
        return found
    broken = dataclasses.replace(made, read=read, ours=False)
    _, complaint, timed = gpu_check.check(broken, gradients)
    assert "theta is nan ulp" in complaint and not timed


def test_one_bit_is_seen(fake):
    made, gradients = contender(fake, "lab list")
    calls = []

    def step():
        made.step()
        calls.append(0)
        if len(calls) == 2:
            bits = made.read()["v"][1]
            bits.get()
            bits.host.view(np.int32)[3, 4] += 1
    _, complaint, timed = gpu_check.check(dataclasses.replace(made, step=step), gradients)
    assert complaint == "v has other bits than the CPU's" and not timed


def test_ours_gone_wrong_fails_the_command(quick, monkeypatch, capsys):
    monkeypatch.setattr(gpu, "check", lambda c, g: (
        {}, "v is 9 ulp from float64, above 2", False))
    assert gpu.main(["--cases", "small"]) == 1
    said = capsys.readouterr()
    assert "without lab kernel: v is 9 ulp" in said.out and "lab kernel: v is 9" in said.err


def test_a_wrong_peer_is_reported_and_not_timed(quick, monkeypatch, capsys):
    def peer(method, thetas, gradients):
        made = gpu_contenders._ours(method, [x.copy() for x in thetas], gradients)
        return dataclasses.replace(made, exact=lambda: lab.RMSprop(eps=0.5), ours=False)
    monkeypatch.setattr(gpu, "PEERS", {"wrong": peer})
    assert gpu.main(["--cases", "small"]) == 0
    assert "without wrong: " in capsys.readouterr().out


def test_the_command_saves_and_prints(quick, tmp_path, capsys):
    assert gpu.main(["--cases", "1e3", "--json", str(tmp_path / "g.json")]) == 0
    assert files.load(tmp_path / "g.json")["device"] == "gpu"
    assert "RMSprop 1e3: floor" in capsys.readouterr().out.replace("lab kernel", "floor", 1)


def test_the_floor_moves_the_bytes_of_a_step(fake):
    moved = []
    source = gpu_contenders.floor("RMSprop", 1000)
    fake.cuda.get_current_stream().do = lambda operation: moved.append(operation)
    source.step()
    cells = dict(zip(source.step.__code__.co_freevars, source.step.__closure__, strict=True))
    assert len(moved) == 1 and 2 * cells["source"].cell_contents.nbytes == 20 * 1000
    del fake.cuda.get_current_stream().do


def test_without_a_gpu_the_command_says_what_to_install(fake, monkeypatch, capsys):
    monkeypatch.setattr(fake.cuda, "is_available", lambda: False)
    assert gpu.main([]) == 1
    assert "nvidia-smi" in capsys.readouterr().err
    monkeypatch.setattr(fake.cuda, "is_available", lambda: 1 / 0)
    with pytest.raises(ExecutorUnavailable, match="ZeroDivisionError"):
        gpu.device()
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert gpu.main([]) == 1
    said = capsys.readouterr()
    assert "pip install" in said.err and "cupy-cuda12x" in said.err and said.out == ""


def test_a_missing_peer_says_what_to_install(fake, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "optax", None)
    monkeypatch.setitem(sys.modules, "jax", None)
    result, _ = gpu.contest(fake, "RMSprop", SMALL, repetitions=1)
    assert "pip install torch" in result.missing["torch foreach"]
    assert "jax[cuda12]" in result.missing["optax jit"]


@pytest.mark.parametrize("method", ["RMSprop", "Adam"])
@pytest.mark.parametrize("name", gpu_contenders.PEERS)
def test_a_peers_settings_are_the_lab_s(fake, monkeypatch, name, method):
    """On the CPU, where the peer is installed: the same calls, the same reading of its state."""
    peer = pytest.importorskip("torch" if "torch" in name else "optax")
    if "torch" in name:
        monkeypatch.setattr(peer.cuda, "is_available", lambda: True)
    else:
        jax = pytest.importorskip("jax")
        monkeypatch.setattr(jax, "devices", lambda kind: [])
    thetas, gradients = gpu.tensors(fake, SMALL, 1), gpu.tensors(fake, SMALL, 2)
    fake.cuda.get_current_stream().synchronize()
    made = gpu_contenders.PEERS[name](method, thetas, gradients)
    if name == "torch fused" and method == "RMSprop":
        assert made is None
        return
    assert made.ours is False and (made.finish is None) == ("torch" in name)
    errors, complaint, timed = gpu_check.check(made, gradients)
    assert timed and (complaint is None or (name, method) == ("optax jit", "Adam")), complaint


def test_unknown_cases_are_refused(capsys):
    with pytest.raises(SystemExit):
        gpu.main(["--cases", "1e99"])
    assert "1e99" in capsys.readouterr().err


def test_the_sample_spreads_over_everything():
    x = np.arange(10.0**6)
    drawn = gpu_check.sample([x, np.array([-1.0])], most=1000)
    assert drawn[0] == 0 and drawn[-2:].tolist() == [999999.0, -1.0] and 900 < drawn.size < 1010
    assert len({int(i) % 256 for i in drawn[:-2]}) == 256  # every place of a block
