"""The comparison gate, run as people run it: green on what was built, red on each mutation."""

import base64
import io
import json
import shutil
from xml.etree import ElementTree

import nbformat
import pytest
from PIL import Image

from rmsprop_lab.authoring import check, notebooks, site, source
from tests import nbgate
from tests.notebooks.tiny import BODY, MODULE, Course, lesson_text

PICTURE_CELL = "```{code-cell} ipython3\n:tags: [figure]\n\ntiny_rule.Picture(200)\n```\n"


def stored(course, path, target, ran):
    """Write the notebook of a source as if it had run, each cell with what it gave in `ran`."""
    where = site.load(course.root)
    nb = source.dress(source.read(path), where, where.docname(target))
    outputs = {cell.source: cell.outputs for cell in ran.cells if cell.cell_type == "code"}
    for count, cell in enumerate((c for c in nb.cells if c.cell_type == "code"), start=1):
        cell.execution_count = count
        cell.outputs = outputs[cell.source.replace("mutated_rule", "tiny_rule")]
    return notebooks.write(source.stamp(nb, path, target, where), target)


def edit(path, change):
    """Change the code cells of a notebook's file."""
    nb = json.loads(path.read_text())
    change([cell for cell in nb["cells"] if cell["cell_type"] == "code"])
    path.write_text(json.dumps(nb))


def encoded(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def spoil_cells(code):
    """One mutation for each cell below the set-up cell."""
    data = [cell["outputs"][0].get("data") for cell in code[1:-1]]
    code[1]["outputs"][0]["text"] = ["0.876\n"]
    pixels = nbgate.pixels(data[1]["image/png"]).copy()
    pixels[1, 2, 0] -= 1
    data[1]["image/png"] = encoded(Image.fromarray(pixels))
    data[2]["image/png"] = encoded(Image.new("RGB", (4, 2), (200,) * 3))
    del data[3]["image/png"]
    data[4]["image/png"] = "AAAA"
    data[5]["text/plain"] = ["seven equal pixels"]
    code[7]["execution_count"] = None
    code[8].update(execution_count=None, outputs=[])
    code[9]["outputs"] = []


def strip(code):
    for cell in code:
        cell.update(execution_count=None, outputs=[])


def ran(course, *options):
    """Run the whole gate; returns its outcome and {(notebook, item): what it said, '' is green}."""
    report = course.root / "report.xml"
    outcome = course.call("check", f"--junitxml={report}")
    said = {}
    for case in ElementTree.parse(report).iter("testcase"):
        notebook = case.get("classname").removesuffix(".ipynb").split(".")[-1]
        said[notebook, case.get("name")] = "".join(part.text or "" for part in case)
    return outcome, said


def test_what_was_just_built_is_green(built):
    outcome, said = ran(built)
    assert outcome.returncode == 0, outcome.stdout
    assert outcome.stderr.endswith("notebooks: green\n")
    assert {*said} == {("01_tiny", name) for name in ("source", "Cell 0", "Cell 1", "Cell 2")}
    assert not any(said.values())


@pytest.fixture(scope="module")
def mutated(built_once, tmp_path_factory):
    """A course with every mutation in it, and what the gate said of each item."""
    root = tmp_path_factory.mktemp("mutated")
    shutil.copytree(built_once.root, root, dirs_exist_ok=True)
    course = Course(root)
    good = nbformat.read(course.lessons / "01_tiny.ipynb", as_version=4)

    def lesson(name, text):
        path = course.add(name, text)
        return stored(course, path, path.with_suffix(".ipynb"), good)

    edit(lesson("02_cells", lesson_text(2, BODY + 7 * PICTURE_CELL)), spoil_cells)
    lesson("03_source", lesson_text(3))
    course.add("03_source", lesson_text(3).replace("A question.", "Another."))
    # The equation was right when the lesson was built, and is wrong now.
    lesson("04_equation", lesson_text(4).replace("tiny_rule", "mutated_rule"))
    mutation = MODULE.replace("theta - lr * g", "theta + lr * g")
    (course.lessons / "mutated_rule.py").write_text(mutation)
    # A solutions notebook stands elsewhere than its source.
    for folder in ("exercises", "solutions"):
        (course.lessons / folder).mkdir()
    shutil.copy(course.lessons / "tiny_rule.py", course.lessons / "solutions")
    path = course.lessons / "exercises" / "05_stripped.md"
    path.write_text(lesson_text(5))
    edit(stored(course, path, course.lessons / "solutions" / "05_stripped.ipynb", good), strip)
    return course, *ran(course)


RED = {
    ("02_cells", "Cell 1"): "0.876",
    ("02_cells", "Cell 2"): "picture 1 changed: 1 of 6 pixels differ, by up to 1 of 255",
    ("02_cells", "Cell 3"): "picture 1 changed: 4 x 2 pixels stored, 3 x 2 drawn",
    ("02_cells", "Cell 4"): "differ in number or kind: none stored, image/png drawn",
    ("02_cells", "Cell 5"): "picture 1 cannot be decoded",
    ("02_cells", "Cell 6"): "seven equal pixels",
    ("02_cells", "Cell 7"): "Unrun reference cell has outputs",
    ("02_cells", "Cell 8"): "was never run, or was stripped of its output",
    ("02_cells", "Cell 9"): "Unexpected output fields",
    ("03_source", "source"): "built from another 03_source.md",
    ("04_equation", "Cell 1"): "1.125",
    ("05_stripped", "Cell 0"): "was never run, or was stripped of its output",
    ("05_stripped", "Cell 1"): "was never run, or was stripped of its output",
    ("05_stripped", "Cell 2"): "was never run, or was stripped of its output",
}


@pytest.mark.parametrize("item", RED, ids=" ".join)
def test_each_mutation_is_red_with_its_reason(mutated, item):
    assert RED[item] in mutated[2][item]


def test_nothing_else_is_red(mutated):
    _, outcome, said = mutated
    assert {item for item, words in said.items() if words} == {*RED}
    assert outcome.returncode == 1
    verdict = outcome.stderr.splitlines()[-1]
    assert verdict.startswith("notebooks: red: sources,") and verdict.endswith(" outputs")
    assert "03_source.ipynb: it was built from another 03_source.md" in outcome.stdout


def test_both_pictures_are_kept_for_the_eye(mutated):
    folder = mutated[0].root / ".cache" / "pictures"
    stored, drawn = (
        nbgate.pixels(base64.b64encode((folder / f"02_cells-cell2-1-{side}.png").read_bytes()))
        for side in ("stored", "drawn")
    )
    assert stored[1, 2].tolist() == [199, 200, 200, 255]
    assert (drawn == [200, 200, 200, 255]).all()


def test_a_course_without_notebooks_is_not_green(course, monkeypatch, capsys):
    monkeypatch.chdir(course.root)
    assert check.main([]) == 1
    assert "no notebook; run `make notebooks`" in capsys.readouterr().err
