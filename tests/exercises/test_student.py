"""Student and solutions notebooks: what is made, what is refused, and that nothing leaks."""

import base64
import html
import json
import shutil
import urllib.parse
from pathlib import Path

import nbformat
import pytest

from rmsprop_lab.authoring import AuthoringError, leaks, notebooks, site, student
from rmsprop_lab.exercises import lesson04
from rmsprop_lab.exercises.outcome import STRICT_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "lessons" / "exercises" / "04_rmsprop.md"
NAME = "04_rmsprop.ipynb"
LINE = "v = rho * v + (1 - rho) * (g * g)"


@pytest.fixture(scope="module")
def text():
    """The student's notebook, as the source gives it now."""
    return student.student_text(SOURCE, site.load(ROOT))


@pytest.fixture(scope="module")
def secrets():
    return student.secrets(SOURCE)


@pytest.fixture
def checkout(tmp_path):
    """A checkout that holds only what exercises need."""
    (tmp_path / "lessons" / "exercises").mkdir(parents=True)
    shutil.copy(ROOT / "_config.yml", tmp_path)
    shutil.copy(SOURCE, tmp_path / "lessons" / "exercises")
    return tmp_path


def outputs(nb):
    """The plain text that each code cell leaves, by the first line of its source."""
    found = {}
    for cell in nb.cells:
        if cell.cell_type == "code":
            texts = [o.get("text") or o.data["text/plain"] for o in cell.outputs]
            found[cell.source.splitlines()[-1]] = "".join(texts)
    return found


# What is made

def test_the_students_notebook_was_never_run_and_knows_its_answers(text):
    nb = nbformat.reads(text, as_version=4)
    nbformat.validate(nb)
    assert all(not c.outputs and c.execution_count is None for c in nb.cells if "outputs" in c)
    answers = [c for c in nb.cells if "answer" in c.metadata.get("tags", [])]
    assert {c.metadata["exercise"] for c in answers} == {e.name for e in lesson04.EXERCISES}
    step = next(c for c in answers if c.metadata["exercise"] == "rmsprop_step")
    assert step.metadata == {"exercise": "rmsprop_step", "tags": ["answer"]}
    assert step.source.splitlines()[0] == "def rmsprop_step(theta, g, v, lr, rho, eps):"
    assert step.source.splitlines()[-1] == "    return ..."
    assert nb.cells[1].metadata.tags == ["colab-setup"]
    assert f"lessons/exercises/{NAME}" in nb.cells[0].source


def test_an_unanswered_notebook_runs_to_its_end(text, tmp_path):
    nb = notebooks.execute(nbformat.reads(text, as_version=4), tmp_path / NAME)
    said = outputs(nb)
    checks = [line for line in said if ".check(" in line or ".reveal(" in line]
    assert len(checks) == len(lesson04.EXERCISES) + 1
    for line in checks:
        assert said[line].startswith("NotAttempted: "), line


def test_strict_mode_stops_an_unanswered_notebook(text, tmp_path, monkeypatch):
    monkeypatch.setenv(STRICT_VARIABLE, "1")
    with pytest.raises(AuthoringError, match="NotYet: .*still returns"):
        notebooks.execute(nbformat.reads(text, as_version=4), tmp_path / NAME)


def test_build_writes_both_notebooks_and_check_agrees(checkout, capsys, monkeypatch):
    source = checkout / "lessons" / "exercises" / SOURCE.name
    monkeypatch.chdir(checkout)
    assert student.main([]) == 0
    made, solved = student.targets(source)
    said = outputs(nbformat.read(solved, as_version=4))
    judged = [line for line in said if ".check(" in line or ".reveal(" in line]
    assert len(judged) == len(lesson04.EXERCISES) + 1
    for line in judged:
        kind = "Committed" if "prediction.check" in line else "Correct"
        assert said[line].startswith(f"{kind}: "), line
    first = made.read_bytes(), solved.read_bytes()
    assert b"SOLUTION" not in first[0] + first[1] and b"# Solutions 4" in first[1]
    assert b"exercises.strict()" in first[1] and b"exercises.strict()" not in first[0]

    assert student.main(["--check"]) == 0 and student.main([]) == 0
    assert capsys.readouterr().err.endswith("0 notebooks written\n")
    assert student.main(["--force", str(source)]) == 0
    assert (made.read_bytes(), solved.read_bytes()) == first

    # Each way to be stale, and a notebook whose source is gone.
    made.write_text(made.read_text("utf-8").replace("45 minutes", "50 minutes"), "utf-8")
    assert [f for f in student.check(checkout) if "it is not what" in f]
    made.unlink()
    assert [f for f in student.check(checkout) if f.startswith(f"lessons/exercises/{NAME}: miss")]
    made.write_bytes(first[0])
    source.write_text(source.read_text("utf-8") + "\nOne more sentence.\n", "utf-8")
    assert [f for f in student.check(checkout) if f.startswith(f"lessons/solutions/{NAME}: ")]
    source.rename(source.with_name("05_other.md"))
    assert [f for f in student.check(checkout) if "no source" in f]
    assert student.main(["--check"]) == 1


def test_a_wrong_solution_writes_nothing(checkout):
    source = checkout / "lessons" / "exercises" / SOURCE.name
    right = "step_after_jump = 5 / (0.9 + 0.1 * 5**2) ** 0.5"
    source.write_text(source.read_text("utf-8").replace(right, "step_after_jump = 5.0"), "utf-8")
    with pytest.raises(AuthoringError, match="NotYet: 5 lr is the step with the old v"):
        student.build(source)
    assert not list(checkout.rglob("*.ipynb"))


# What is refused

REFUSED = {
    "unbalanced": ("    ### END SOLUTION\n", "", "END SOLUTION is missing|BEGIN SOLUTION cannot"),
    "unknown marker": ("    ### BEGIN SOLUTION\n", "    ### BEGIN ANSWER\n", "is not a marker"),
    "unmarked answer": ("    ### BEGIN SOLUTION\n    v = rho * v + (1 - rho) * (g * g)\n"
                        "    theta = theta - lr * (g / (v**0.5 + eps))\n    return theta, v\n"
                        "    ### END SOLUTION\n", f"    {LINE}\n", "no solution is marked"),
    "answer without a name": (":exercise: drift\n:tags: [answer]\n", ":tags: [answer]\n",
                              "has both the tag"),
    "name without a tag": (":exercise: drift\n:tags: [answer]\n", ":exercise: drift\n",
                           "has both the tag"),
    "unknown exercise": (":exercise: drift\n", ":exercise: drifts\n", "differ: drift, drifts"),
    "solution in the prose": ("## 2. A prediction\n", f"## 2. A prediction\n\nWrite `{LINE}`.\n",
                              "it holds the line"),
    "solution in a check cell": ("lesson04.drift.check(drift)\n",
                                 "# return theta - before\nlesson04.drift.check(drift)\n",
                                 "it holds the line"),
    "number in the prose": ("## 5. Find", "The step is 2.71 lr long.\n\n## 5. Find",
                            "an expected value"),
    "raw cell": ("## Sources\n", "```{raw-cell}\nx\n```\n\n## Sources\n", "a raw cell"),
    "title": ("# Exercises 4", "# Tasks 4", "begins with `# Exercises `"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_source_that_is_not_understood_or_leaks_writes_nothing(checkout, name):
    old, new, message = REFUSED[name]
    source = checkout / "lessons" / "exercises" / SOURCE.name
    before = source.read_text("utf-8")
    assert old in before
    source.write_text(before.replace(old, new, 1), "utf-8")
    with pytest.raises(AuthoringError, match=message):
        student.build(source)
    assert not list(checkout.rglob("*.ipynb"))
    assert student.check(checkout)


def test_a_set_that_the_package_does_not_check_is_refused(checkout):
    source = checkout / "lessons" / "exercises" / SOURCE.name
    with pytest.raises(AuthoringError, match="no rmsprop_lab.exercises.lesson88"):
        student.build(source.rename(source.with_name("88_other.md")))
    with pytest.raises(AuthoringError, match="no exercises 04_rmsprop"):
        student.sources(checkout, [source])


# Leaks

def planted(text, plant):
    """The notebook's file after `plant(notebook, third cell's dict)`."""
    notebook = json.loads(text)
    plant(notebook, next(c for c in notebook["cells"] if c["cell_type"] == "code"))
    return json.dumps(notebook, indent=1)


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": [text]}


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def escaped(text):
    return "".join(f"\\u{ord(c):04x}" for c in text)


PLANTS = {
    "source": lambda nb, cell: cell["source"].append(f"\n{LINE}"),
    "comment": lambda nb, cell: cell["source"].append(f"\n# {LINE}"),
    "no spaces": lambda nb, cell: cell["source"].append("\nv=rho*v+(1-rho)*(g*g)"),
    "fewer brackets": lambda nb, cell: cell["source"].append("\nv = rho*v + (1-rho) * g * g"),
    "capitals": lambda nb, cell: cell["source"].append("\nPREDICTION = 'D'"),
    "broken over lines": lambda nb, cell: cell["source"].append(LINE.replace(" + ", " \\\n  + ")),
    "cut in the file": lambda nb, cell: cell["source"].extend(list(LINE)),
    "prose": lambda nb, cell: nb["cells"][0]["source"].append(
        "gradient is, RMSprop's step\nstays below this bound: an outlier cannot throw the "
        "parameter far."),
    "output": lambda nb, cell: cell["outputs"].append(stream("return theta - before")),
    "any output": lambda nb, cell: cell["outputs"].append(stream("hello")),
    "run": lambda nb, cell: cell.update(execution_count=3),
    "cell metadata": lambda nb, cell: cell["metadata"].update(solution=LINE),
    "any cell metadata": lambda nb, cell: cell["metadata"].update(note="hello"),
    "notebook metadata": lambda nb, cell: nb["metadata"].update(note=LINE),
    "key": lambda nb, cell: nb["metadata"].update({LINE: 1}),
    "attachment": lambda nb, cell: nb["cells"][0].update(
        attachments={"a.txt": {"text/plain": encoded("if eps: return theta - before")}}),
    "any attachment": lambda nb, cell: nb["cells"][0].update(attachments={"a": {"b/c": "hello"}}),
    "base64": lambda nb, cell: cell["source"].append(f"\n# {encoded(LINE)}"),
    "web base64": lambda nb, cell: cell["source"].append(
        f"\n# {base64.urlsafe_b64encode((LINE + '?' * 9).encode()).decode()}"),
    "entities": lambda nb, cell: nb["cells"][0]["source"].append(
        html.escape(LINE).replace("*", "&#42;")),
    "percent": lambda nb, cell: nb["cells"][0]["source"].append(urllib.parse.quote(LINE)),
    "escapes": lambda nb, cell: nb["cells"][0]["source"].append(escaped(LINE)),
    "id": lambda nb, cell: cell.update(id="returntheta-before"),
    "hint": lambda nb, cell: nb["cells"][0]["source"].append(lesson04.drift.hints[2]),
    "reason": lambda nb, cell: nb["cells"][0]["source"].append(lesson04.prediction.because),
    "marker": lambda nb, cell: cell["source"].append("\n### BEGIN SOLUTION"),
    "marker in prose": lambda nb, cell: nb["cells"][0]["source"].append("<!-- END SOLUTION -->"),
    "number": lambda nb, cell: cell["source"].append("\n# 2.7116"),
    "rounded number": lambda nb, cell: cell["source"].append("\n# about 2.71"),
    "exponent": lambda nb, cell: cell["source"].append("\n# 27.116e-1"),
    "signed number": lambda nb, cell: nb["cells"][0]["source"].append("$-0.679$"),
    "number without a zero": lambda nb, cell: nb["cells"][0]["source"].append("it is -.6795"),
    "number in metadata": lambda nb, cell: nb["metadata"].update(seed=2.7116307227332026),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_answer_is_found(text, secrets, name):
    assert leaks.find(text, secrets) == []
    assert leaks.find(planted(text, PLANTS[name]), secrets), name


def test_every_line_and_every_number_of_the_solutions_is_found(text, secrets):
    assert len(secrets.hidden_lines) > 30 and len(secrets.hidden_numbers) > 15
    for line in secrets.hidden_lines.values():
        plant = f"\n{line}"
        found = planted(text, lambda nb, c, x=plant: c["source"].append(x))
        assert leaks.find(found, secrets), line
    for number in secrets.hidden_numbers:
        for shown in (f"{number:.2e}", f"{number:.5e}", repr(number)):
            plant = f"\n# {shown}"
            found = planted(text, lambda nb, c, x=plant: c["source"].append(x))
            assert leaks.find(found, secrets), shown


def test_a_leak_in_the_stored_notebook_turns_the_check_red(checkout, text, monkeypatch, capsys):
    stored = checkout / "lessons" / "exercises" / NAME
    stored.write_text(planted(text, PLANTS["output"]), "utf-8")
    monkeypatch.chdir(checkout)
    assert student.main(["--check"]) == 1
    assert "it holds the line `return theta - before`" in capsys.readouterr().out


def test_what_is_no_secret_is_not_found(text, secrets):
    harmless = ["x = 1", "rho = 0.9, 0.99 or 0.999", "return ...", "25 or 0.75 or -8", "else:",
                "theta, v = rmsprop_step(theta, g, v, lr, rho, eps)", "version 3.0.289"]
    for line in harmless:
        plant = f"\n# {line}"
        found = leaks.find(planted(text, lambda nb, c, x=plant: c["source"].append(x)), secrets)
        assert found == [], line


def test_the_stored_notebooks_are_up_to_date():
    assert student.check(ROOT) == []
