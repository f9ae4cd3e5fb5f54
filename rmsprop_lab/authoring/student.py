"""Exercises for students: one source with its solutions becomes two notebooks.

    python -m rmsprop_lab.authoring.student [--force] [FILES]    write what is not up to date
    python -m rmsprop_lab.authoring.student --check [FILES]      say what is not, or what leaks

`lessons/exercises/NN_name.md` gives `lessons/exercises/NN_name.ipynb` (never run, no solution) and
`lessons/solutions/NN_name.ipynb` (executed, every check strict). Nothing is written if a marker is
not understood or the student's notebook would hold any part of an answer.
"""

import argparse
import importlib
import sys
from pathlib import Path

from rmsprop_lab.authoring import AuthoringError, leaks, notebooks, site, source, store, tool
from rmsprop_lab.exercises import markers

__all__ = ["build", "check", "main", "secrets", "solutions_notebook", "sources", "stale",
           "student_text", "targets"]

PIPELINE = "exercises 1"  # raise the number when one source must give different notebooks
REPAIR = "run `make notebooks`"
STRICT = "from rmsprop_lab import exercises\n\nexercises.strict()  # a wrong answer now raises"


def sources(root, files=()):
    """The exercise sources of a checkout, or those among `files` (sources or their notebooks)."""
    found = sorted((Path(root) / "lessons" / "exercises").glob("[0-9][0-9]_*.md"))
    if not files:
        return found
    wanted = [Path(file).stem for file in files]
    for name in set(wanted) - {path.stem for path in found}:
        raise AuthoringError(f"no exercises {name}; they are {root}/lessons/exercises/NN_name.md")
    return [path for path in found if path.stem in wanted]


def targets(path):
    """The student's and the solutions notebook of a source."""
    return path.with_suffix(".ipynb"), path.parents[1] / "solutions" / f"{path.stem}.ipynb"


def parsed(path):
    """The source's notebook, and its cells split at their markers: (notebook, [markers.Cell]).

    Raises AuthoringError for a marker that is not understood, an answer without a marked solution,
    a solution outside every answer that has one of them, or names that the package does not know.
    """
    nb, cells = source.read(path), []
    for cell in nb.cells:
        where = f"{path}, the cell at line {cell.metadata[source.LINE]}"
        if cell.cell_type not in ("code", "markdown"):
            raise AuthoringError(f"{where}: a {cell.cell_type} cell; write code or markdown")
        try:
            cells.append(markers.parse(cell.source, cell.cell_type, where))
        except markers.MarkerError as error:
            raise AuthoringError(str(error)) from error
        answer = "answer" in cell.metadata.get("tags", [])
        if answer != ("exercise" in cell.metadata):
            raise AuthoringError(f"{where}: an answer has both the tag `answer` and its `exercise`")
        if answer and not cells[-1].secret:
            raise AuthoringError(f"{where}: no solution is marked in this answer")
    named = {c.metadata["exercise"] for c in nb.cells if "exercise" in c.metadata}
    known = {exercise.name for exercise in exercises_of(path)}
    if named != known:
        raise AuthoringError(f"{path}: answers and the package's exercises differ: "
                             f"{', '.join(sorted(named ^ known))}")
    return nb, cells


def exercises_of(path):
    """The exercises that the package has for a source, by the lesson's number."""
    name = f"rmsprop_lab.exercises.lesson{path.stem[:2]}"
    try:
        return importlib.import_module(name).EXERCISES
    except ModuleNotFoundError as error:
        raise AuthoringError(f"{path}: the package has no {name} that checks it") from error


def secrets(path):
    """Everything of one source that its students must not find."""
    lines = [line for cell in parsed(path)[1] for line in cell.secret]
    numbers = []
    for exercise in exercises_of(path):
        lines += [*exercise.hints, getattr(exercise, "because", "")]
        numbers += exercise.hidden()
    return leaks.Secrets(tuple(lines), tuple(numbers))


def version(path, which):
    """The source's notebook with the student's or the solved text in each cell."""
    nb, cells = parsed(path)
    for cell, parts in zip(nb.cells, cells, strict=True):
        cell.source = "\n".join(getattr(parts, which)).strip("\n")
    nb.cells = [cell for cell in nb.cells if cell.source.strip()]
    return nb


def student_text(path, where):
    """The file of the student's notebook. Raises AuthoringError if it gives anything away."""
    target = targets(path)[0]
    nb = source.dress(version(path, "student"), where, where.docname(target))
    text = store.dumps(store.clean(source.stamp(nb, path, target, where, PIPELINE)))
    found = leaks.find(text, secrets(path))
    if found:
        raise AuthoringError("\n".join(f"{target}: {what}" for what in found))
    return text


def solutions_notebook(path, where):
    """The solutions notebook, not yet executed."""
    target = targets(path)[1]
    nb = version(path, "solved")
    title = nb.cells[0].source.partition("\n")[0]
    if not title.startswith("# Exercises "):
        raise AuthoringError(f"{path}: the title begins with `# Exercises `")
    nb.cells[0].source = nb.cells[0].source.replace("# Exercises ", "# Solutions ", 1)
    strict = tool("nbformat.v4").new_code_cell(STRICT)
    kinds = [cell.cell_type for cell in nb.cells]
    nb.cells.insert(kinds.index("code"), strict)
    source.dress(nb, where, where.docname(target))
    return source.stamp(nb, path, target, where, PIPELINE)


def stale(path, where):
    """Why a source's notebooks must be written again, in sentences."""
    student, solutions = targets(path)
    text = student_text(path, where)
    if not student.is_file():
        yield f"{student}: missing; {REPAIR}"
    elif student.read_text("utf-8") != text:
        yield f"{student}: it is not what {path.name} gives; {REPAIR}"
    reason = (source.fault(solutions, where, PIPELINE) if solutions.is_file()
              else "it is missing")
    if reason:
        yield f"{solutions}: {reason}; {REPAIR}"


def build(path, where=None):
    """Write both notebooks of a source; returns their paths.

    The solutions run first: if one is wrong, or the student's notebook would leak, both stay as
    they were. Raises AuthoringError with the place and the reason.
    """
    path = Path(path).resolve()
    where = where or site.load(path.parent)
    student, solutions = targets(path)
    text = student_text(path, where)
    solutions.parent.mkdir(exist_ok=True)  # the kernel starts in it
    try:
        solved = notebooks.execute(solutions_notebook(path, where), solutions)
    except AuthoringError as error:
        raise AuthoringError(str(error).replace(str(solutions), f"{path} (solved)", 1)) from error
    notebooks.write(solved, solutions)
    notebooks.write(tool("nbformat").reads(text, as_version=4), student)
    return student, solutions


def check(root=None, files=()):
    """Every finding on the exercises of a checkout; reads files, runs nothing."""
    where = site.load(root)
    chosen, found = sources(where.root, files), []
    for path in chosen:
        try:
            found += stale(path, where)
            student = targets(path)[0]
            if student.is_file():
                text = student.read_text("utf-8")
                found += [f"{student}: {what}" for what in leaks.find(text, secrets(path))]
        except AuthoringError as error:
            found += str(error).splitlines()
    if not files:
        expected = {target for path in chosen for target in targets(path)}
        for folder in ("exercises", "solutions"):
            for orphan in sorted({*(where.root / "lessons" / folder).glob("*.ipynb")} - expected):
                found.append(f"{orphan}: no source lessons/exercises/{orphan.stem}.md; remove it")
    return [what.replace(f"{where.root}/", "") for what in dict.fromkeys(found)]


def main(argv=None):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="student", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", nargs="*", help="sources or notebooks; every set without any")
    parser.add_argument("--check", action="store_true", help="report what is stale or leaks")
    parser.add_argument("--force", action="store_true", help="rebuild what is up to date too")
    options = parser.parse_args(argv)
    try:
        root = site.find_root()
        if options.check:
            found = check(root, options.files)
            for what in found:
                print(what)
            print(f"{len(found)} findings" if found else "exercises are up to date, and no "
                  "student's notebook holds an answer", file=sys.stderr)
            return int(bool(found))
        where, written = site.load(root), 0
        for path in sources(root, options.files):
            if options.force or any(stale(path, where)):
                for target in build(path, where):
                    print(target.relative_to(root), flush=True)
                    written += 1
        print(f"{written} notebooks written", file=sys.stderr)
    except AuthoringError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
