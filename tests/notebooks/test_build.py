"""A lesson is executed into the notebook beside it: the same bytes each time, or an error."""

import concurrent.futures
import json
import sys
import time

import pytest

from rmsprop_lab.authoring import AuthoringError, kernel, notebooks, source
from tests.notebooks.tiny import lesson_text

CELL = "\n```{code-cell} ipython3\n%s\n```\n"


def with_cells(*cells):
    return lesson_text() + "".join(CELL % cell for cell in cells)


def test_the_notebook_holds_outputs_and_nothing_of_the_run(built):
    text = (built.lessons / "01_tiny.ipynb").read_text()
    nb = json.loads(text)
    code = [cell for cell in nb["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == [1, 2, 3]
    assert code[1]["outputs"][0]["text"] == ["0.875\n"]
    assert {*code[2]["outputs"][0]["data"]} == {"image/png", "text/plain"}
    tags = [cell["metadata"].get("tags") for cell in code]
    assert tags == [[source.SETUP_TAG], None, ["figure"]]
    assert {*nb["metadata"]} == {"kernelspec", "language_info", "rmsprop_lab"}
    for word in ("iopub", "20:", str(built.root), "\x1b", sys.version.split()[0]):
        assert word not in text


def test_another_process_with_another_python3_kernel_gives_the_same_bytes(built):
    # A kernelspec in the user's folders would win over this interpreter's if names decided.
    folder = built.root / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    wrong = {"argv": ["/bin/false", "{connection_file}"], "display_name": "x", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(wrong))
    path = built.lessons / "01_tiny.ipynb"
    before = path.read_bytes()
    path.unlink()
    outcome = built.call("notebooks", JUPYTER_PATH=str(built.root / "jupyter"), PYTHONHASHSEED="7")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.startswith("lessons/01_tiny.ipynb  built in ")
    assert path.read_bytes() == before


def test_only_what_is_stale_is_built(built, monkeypatch):
    ran = []

    def build(path, where):
        ran.append(path.name)
        return path

    monkeypatch.setattr(notebooks, "build", build)
    built.add("02_more")
    notebooks.build_all(built.root)
    assert ran == ["02_more.md"]
    # File times say nothing: a fresh clone has them all alike.
    (built.lessons / "01_tiny.md").touch()
    notebooks.build_all(built.root, files=[built.lessons / "01_tiny.ipynb"])
    assert ran == ["02_more.md"]
    notebooks.build_all(built.root, force=True)
    assert sorted(ran[1:]) == ["01_tiny.md", "02_more.md"]


def test_a_failing_cell_is_named_and_the_old_notebook_stays(built):
    path = built.lessons / "01_tiny.ipynb"
    before = path.read_bytes()
    built.add(text=with_cells("def f():\n    return {}['gone']", "\na = 1\nf()"))
    line = (built.lessons / "01_tiny.md").read_text().splitlines().index("f()") + 1
    outcome = built.call("notebooks")
    assert outcome.returncode == 1
    place = f"lessons/01_tiny.md, code cell 4, line {line} of the source (`f()`)"
    assert f"{place}: KeyError: 'gone'" in outcome.stderr
    assert path.read_bytes() == before
    assert not [file for file in built.lessons.iterdir() if file.name.startswith(".")]


def test_one_failure_does_not_keep_the_other_lessons_from_being_built(built):
    built.add("02_bad", with_cells("import os\nos._exit(3)").replace("{1.1}", "{2.1}"))
    built.add("03_good")
    with pytest.raises(AuthoringError, match=r"02_bad\.md, code cell 3.*the kernel died") as caught:
        notebooks.build_all(built.root, jobs=2)
    assert "03_good" not in str(caught.value)
    assert source.fault(built.lessons / "03_good.ipynb") is None
    assert not kernel.running


def test_the_kernel_is_this_interpreter_with_one_thread_and_no_profile(course, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    question = (
        "import os, sys\n"
        "print(sys.executable, *map(os.environ.get, ['OMP_NUM_THREADS', 'PYTHONHASHSEED']))\n"
        "profile = get_ipython().profile_dir.location\n"
        "print(os.getcwd(), profile.startswith(os.environ['IPYTHONDIR']))"
    )
    nb = source.read(course.add(text=lesson_text(body=f"\n# Tiny\n{CELL % question}")))
    kernel.run(nb, course.lessons / "01_tiny.ipynb")
    text = "".join(output.text for output in nb.cells[1].outputs)
    assert text.split() == [sys.executable, "1", "0", str(course.lessons), "True"]


def test_a_cell_that_hangs_is_stopped_and_named(course):
    path = course.add(text=lesson_text(body=f"\n# Tiny\n{CELL % 'import time; time.sleep(60)'}"))
    with pytest.raises(AuthoringError, match=r"code cell 1.*sleep\(60\).*ran for over 1 s"):
        kernel.run(source.read(path), path.with_suffix(".ipynb"), timeout=1)


def test_a_kernel_that_does_not_start_says_why(course, monkeypatch):
    broken = {"argv": [sys.executable, "-c", "raise SystemExit('no such wheel')"]}
    monkeypatch.setattr(kernel.ipykernel.kernelspec, "get_kernel_dict", lambda: broken)
    path = course.add()
    with pytest.raises(AuthoringError, match=r"no kernel started(.|\n)*no such wheel"):
        kernel.run(source.read(path), path.with_suffix(".ipynb"))


def test_a_run_can_be_stopped_in_the_middle_of_a_cell(course):
    wait = "open('started', 'w').close()\nimport time; time.sleep(600)"
    path = course.add(text=lesson_text(body=f"\n# Tiny\n{CELL % wait}"))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        future = pool.submit(kernel.run, source.read(path), path.with_suffix(".ipynb"))
        while not (course.lessons / "started").exists() and not future.done():
            time.sleep(0.05)
        kernel.stop()
        try:
            with pytest.raises(AuthoringError, match="the kernel died"):
                future.result(timeout=60)
        finally:
            kernel.stopping.clear()
    assert not kernel.running


def test_a_file_that_is_no_lesson_is_refused(course):
    with pytest.raises(AuthoringError, match="no lesson"):
        notebooks.build_all(course.root, files=[course.root / "README.md"])


def test_outside_a_checkout_the_command_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert notebooks.main([]) == 1
    assert "_config.yml" in capsys.readouterr().err
