"""The plan of contests, its processes, accuracy, the attempts, and the command."""

import os
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

import rmsprop_lab as lab
from rmsprop_lab import cli
from rmsprop_lab.bench import CASES, accuracy, cases, files, measure, suite, tried
from rmsprop_lab.bench.suite import Plan
from rmsprop_lab.errors import ExecutorUnavailable
from rmsprop_lab.executors import numba as loops
from tests.bench.sample import results, row

contest_module = import_module("rmsprop_lab.bench.contest")


def call(*arguments):
    return CliRunner().invoke(cli.app, ["bench", *arguments])


def test_a_plan_runs_large_cases_with_the_first_number_of_threads_only():
    plan = Plan(("RMSprop", "Adam"), ("1e4", "1e8", "resnet50"), (2, 1))
    assert plan.contests(2) == [(m, c) for c in plan.cases for m in plan.methods]
    assert plan.contests(1) == [("RMSprop", "1e4"), ("Adam", "1e4")]
    assert len(plan) == 6 + 2 + 2


def test_slow_peers_are_left_out_with_the_reason(monkeypatch):
    asked = {}

    def contest(method, case, threads, peers, repetitions):
        asked.update(peers=peers, repetitions=repetitions)
        return contest_module.Result(method, case.name, case.size, 1, threads)
    monkeypatch.setattr(suite, "contest", contest)
    plan = Plan(peers=("torch loop", "tutorial NumPy"), repetitions=8)
    row = suite._contest("Adam", "1e8", 2, plan)
    assert asked == {"peers": ["torch loop"], "repetitions": 4}
    assert list(row["missing"]) == ["tutorial NumPy"]
    assert suite._contest("Adam", "1e4", 2, plan)["missing"] == {}
    assert asked == {"peers": ["torch loop", "tutorial NumPy"], "repetitions": 8}


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity on this system")
def test_a_process_may_use_as_many_cores_as_threads_are_measured():
    with suite._process(1, False) as ask:
        assert len(ask(os.sched_getaffinity, 0)) == 1
        assert ask(os.getpid) != os.getpid()


def test_a_process_that_dies_is_an_error_that_says_what_to_do():
    with pytest.raises(ExecutorUnavailable, match="smaller cases"), suite._process(1, False) as ask:
        ask(os._exit, 9)


@pytest.mark.slow
def test_a_whole_run_from_the_command_line(tmp_path):
    done = call("--peers", "--cases", "1e0,1e3", "--methods", "RMSprop", "--threads", "1",
                "--repetitions", "2", "--json", str(tmp_path / "a.json"))
    assert done.exit_code == 0, done.output
    data = files.load(tmp_path / "a.json")
    assert [r["case"] for r in data["results"]] == ["1e0", "1e3"]
    for r in data["results"]:
        assert "tutorial NumPy" in r["seconds"] and set(r["over_ours"]) == set(r["seconds"])
        assert "torch loop" in r["missing"] or "torch loop" in r["seconds"]
    assert data["tried"] == []  # their cases were not asked for
    assert "RMSprop, float32, 1 thread" in done.stdout and "targets" in done.stdout
    for name, why in data["results"][0]["missing"].items():
        assert f"{name} is missing: {why}" in done.stderr


def test_the_command_hands_its_options_on(monkeypatch):
    plans = []
    monkeypatch.setattr(suite, "run", lambda plan, advance: plans.append(plan) or results(row()))
    done = call("--methods", "Adam", "--cases", "1e4, mlp6", "--threads", "1", "--repetitions", "3")
    assert (done.exit_code, plans) == (0, [Plan(("Adam",), ("1e4", "mlp6"), (1,), (), 3)])
    assert call("--peers").exit_code == 0
    assert plans[1].cases == tuple(CASES) and "optax jit" in plans[1].peers
    assert plans[1].threads[-1] == 1


@pytest.mark.parametrize(("arguments", "words"), [
    (["--cases", "1e3,1e9"], "1e9 is not among"), (["--methods", "SGD"], "SGD is not among"),
    (["--threads", "two"], "'two' is not"), (["--threads", "4096"], "4096 threads on"),
    (["--threads", "0"], "0 threads on"), (["--json", "/no/such/folder/a.json"], "no folder"),
    (["--device", "tpu"], "tpu"), (["--repetitions", "0"], "--repetitions")])
def test_a_wrong_option_ends_with_2_and_names_what_is_wrong(arguments, words, monkeypatch):
    monkeypatch.setattr(suite, "run", lambda *rest: pytest.fail("it ran"))
    done = call(*arguments)
    assert done.exit_code == 2
    assert words in " ".join(done.stderr.replace("│", " ").split())


def test_without_numba_the_command_says_what_to_install(monkeypatch):
    monkeypatch.setattr(contest_module.executors.numba, "available", lambda: False)
    done = call("--cases", "1e3")
    assert isinstance(done.exception, ExecutorUnavailable) and "[fast]" in str(done.exception)


def test_without_a_gpu_the_command_says_what_to_do(monkeypatch):
    cupy = pytest.importorskip("cupy")
    monkeypatch.setattr(cupy.cuda, "is_available", lambda: False)
    done = call("--device", "gpu")
    assert done.exit_code == 1 and done.stdout == ""
    assert done.stderr.startswith("no GPU benchmark: ")


def test_the_gpu_script_gets_the_options(monkeypatch, tmp_path):
    gpu = import_module("rmsprop_lab.bench.gpu")
    called = []
    monkeypatch.setattr(gpu, "main", lambda arguments: called.append(arguments) or 0)
    assert call("--device", "gpu").exit_code == 0
    file = str(tmp_path / "gpu.json")
    assert call("--device", "gpu", "--cases", "1e6", "--json", file).exit_code == 0
    assert called == [[], ["--cases", "1e6", "--json", file]]


def test_ulps_count_from_the_exact_value():
    exact = np.array([1.0, 1.0, 0.0])
    got = np.float32([1.0, 1 + 3 * 2.0**-23, 0.0])
    assert accuracy.ulps(got, exact) == 3
    assert accuracy.ulps(got, exact, np.array([1.0, 8.0, 1.0])) == 3 / 8
    assert accuracy.ulps(np.float32([2.0**-149]), np.zeros(1)) == 1


def test_accuracy_has_a_row_a_setting_within_what_rounding_allows():
    rows = accuracy.accuracy(size=500)
    assert [r["method"] for r in rows] == [method for method, _ in accuracy.SETTINGS]
    for r in rows:
        if r["method"] == "RMSprop":
            # Rounded constants, two products, a sum and a square: 3.5 roundings of half an ulp,
            # each at most doubled where the result has a smaller ulp in proportion.
            assert 0 < r["ulps"]["v, rounded rho"] <= 2 and r["ulps"]["v"] <= 3.5


def test_a_step_that_is_a_little_wrong_shows_in_the_accuracy(monkeypatch):
    right = accuracy.one_step("AdaGrad", {"lr": 1.0}, 1.0, 200, 0)["theta"]

    def adagrad(**settings):
        off = 1 if "executor" in settings else 1 + 1e-5  # in float32 alone
        return lab.AdaGrad(**(settings | {"lr": settings["lr"] * off}))
    monkeypatch.setattr(accuracy, "lab", SimpleNamespace(AdaGrad=adagrad))
    assert right < 6 < 40 < accuracy.one_step("AdaGrad", {"lr": 1.0}, 1.0, 200, 0)["theta"]


@pytest.mark.slow
def test_attempts_make_our_step(monkeypatch):
    """An attempt that computed something else would be no comparison."""
    theta, g = (CASES["1e3"].tensors(seed)[0] for seed in (1, 2))
    expected = theta.copy()
    optimizer = tried.lab.RMSprop(**tried.RULE)
    for _ in range(2):
        optimizer.step(expected, g)
    for attempt in tried.ATTEMPTS:
        if attempt.case == "1e6":
            mine = (theta.copy(), g, np.zeros_like(g))
            monkeypatch.setattr(tried, "_arrays", lambda case, mine=mine: mine)
            step = attempt.make(CASES["1e3"])
            step()
            step()
            np.testing.assert_allclose(mine[0], expected, rtol=1e-6, atol=1e-6,
                                       err_msg=attempt.name)


def test_an_attempt_that_cannot_be_made_is_reported(monkeypatch):
    monkeypatch.setattr(measure, "SAMPLE", 1e-6)
    monkeypatch.setattr(measure, "PAUSE", 0)
    monkeypatch.setitem(tried.CASES, "small", cases.Case("small", ((50,),)))
    attempts = (tried.Attempt("fails", "hope", "small", lambda case: 1 / 0),
                tried.Attempt("works", "hope", "small", lambda case: lambda: None))
    first, second = tried.tried(1, attempts, repetitions=1, cases=("small",))
    assert tried.tried(1, attempts, cases=("large",)) == []
    assert first["missing"] == "ZeroDivisionError: division by zero" and "over_ours" not in first
    assert second["over_ours"] > 0 and "missing" not in second


def test_the_loop_from_low_to_high_needs_our_text():
    text = loops.render(tried.lab.RMSprop(**tried.RULE).variant.program)
    assert "range(low, high)" in tried.from_low_to_high(text)
    with pytest.raises(ValueError, match="text has changed"):
        tried.from_low_to_high("def rmsprop(): pass")
