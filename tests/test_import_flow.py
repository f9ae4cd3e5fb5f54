"""Imports point one way: a module reads only what stands before it in the order below."""

import ast
from pathlib import Path

import pytest

import rmsprop_lab

ROOT = Path(rmsprop_lab.__file__).parent
LESSONS = ("descent", "adagrad", "rprop", "rmsprop", "momentum", "adadelta", "adam", "adam_bounds",
           "adamax", "long_run", "nadam", "adabelief", "adafactor", "decay", "failure", "edge",
           "family", "generalisation", "noise", "wild", "cost", "devices", "yogi")

#: Each line may import the lines above it, and itself. A name stands for a module or a package.
ORDER = [
    ("errors",), ("arrays",), ("expression", "names"), ("rule",), ("render", "prepared"),
    ("hyper", "averages", "guard"),
    ("executors.prefetch",),
    ("executors.c", "executors.halves", "executors.numba", "executors.numpy"),
    ("executors.cupy", "executors.worklist"), ("executors.cupy_list",), ("executors",),
    ("structure",), ("executors.arena", "executors.repeat", "executors.cupy_graph", "checkpoint"),
    ("executors.packed",), ("optimizer",), LESSONS, ("dialects",),
    ("executors.identity",), ("problems",), ("trajectory", "sweeps"), ("plots",),
    ("clinic",),
    ("",),  # the package itself: rmsprop_lab/__init__.py
    ("exercises", "errata", "bench", "grading", "sweeps.benchmark"),
    ("authoring", "golden_numbers"), ("verify",), ("commands",), ("cli",), ("__main__",)]


def modules(root=ROOT):
    """Dotted name below the package -> its file; "" is the package itself."""
    found = {}
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(text, name, known, is_package=False):
    """The modules of the package that a module's text imports, wherever the statement stands."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = name.split(".") if name else []
                up = up[:len(up) - (node.level - is_package)]
                base = ".".join(["rmsprop_lab", *up, *base.split(".")]).rstrip(".")
            # `from package import module` is an import of the module, if there is one.
            found |= {f"{base}.{a.name}" if f"{base}.{a.name}".removeprefix("rmsprop_lab.") in known
                      else base for a in node.names}
    own = {x.removeprefix("rmsprop_lab").removeprefix(".") for x in found
           if x.partition(".")[0] == "rmsprop_lab"}
    return {_module(x, known) for x in own} - {name}


def _module(dotted, known):
    """The longest known module of a dotted name: `a.b.function` is in `a.b`."""
    while dotted not in known:
        dotted = dotted.rpartition(".")[0]
    return dotted


def rank(name):
    """The line of the order: of the module itself, or of the package it belongs to."""
    while True:
        for line, names in enumerate(ORDER):
            if name in names:
                return line
        if not name.rpartition(".")[0]:
            raise LookupError(f"{name} has no place in the order of imports: give it one in ORDER")
        name = name.rpartition(".")[0]


def upward(graph):
    """Sentences about imports that point up."""
    return [f"{name} imports {other}, which stands below it in the order"
            for name, others in graph.items() for other in sorted(others)
            if rank(other) > rank(name)]


def cycle(graph):
    """A list of modules that import each other in a circle, or None."""
    state = {}

    def visit(name, path):
        state[name] = "open"
        for other in sorted(graph.get(name, ())):
            if state.get(other) == "open":
                return [*path[path.index(other):], other]
            if other not in state:
                found = visit(other, [*path, other])
                if found:
                    return found
        state[name] = "done"
        return None

    for name in graph:
        found = None if name in state else visit(name, [name])
        if found:
            return found
    return None


@pytest.fixture(scope="module")
def graph():
    known = modules()
    return {name: imports(file.read_text(), name, known, file.name == "__init__.py")
            for name, file in known.items()}


def test_every_import_points_down(graph):
    assert upward(graph) == []


def test_no_circle(graph):
    assert cycle(graph) is None


def test_the_graph_is_read(graph):
    assert graph["errors"] == set()
    assert {"arrays", "averages", "guard", "hyper", "optimizer", "rule"} <= graph["rmsprop"]
    assert graph["rule"] == {"arrays", "errors", "expression", "names"}  # and no renderer
    assert {"rule", "render"} <= graph["executors.numba"]
    assert all("rmsprop" not in others for name, others in graph.items()
               if rank(name) < rank("rmsprop"))


KNOWN = {name: None for name in ("", "errors", "rule", "render", "executors", "executors.c",
                                 "plots", "plots.paths")}


@pytest.mark.parametrize(("text", "name", "expected"), [
    ("import rmsprop_lab.render", "rule", {"render"}),
    ("from rmsprop_lab import render", "rule", {"render"}),
    ("from rmsprop_lab.render import C", "rule", {"render"}),
    ("from rmsprop_lab import RMSprop", "rule", {""}),
    ("import rmsprop_lab as lab", "rule", {""}),
    ("def f():\n    from rmsprop_lab.executors import c", "rule", {"executors.c"}),
    ("from . import render", "rule", {"render"}), ("from .render import C", "rule", {"render"}),
    ("from .paths import draw", "plots", {"plots.paths"}),
    ("from ..rule import rule", "plots.paths", {"rule"}),
    ("import numpy, rmsprop_lab.executors.c", "rule", {"executors.c"}),
    ("import rmsprop_labour", "rule", set())])
def test_every_spelling_of_an_import_is_read(text, name, expected):
    assert imports(text, name, KNOWN, is_package=name == "plots") == expected


@pytest.mark.parametrize(("name", "text", "other"), [
    ("rule", "from rmsprop_lab.render import statements", "render"),
    ("averages", "import rmsprop_lab", ""),
    ("optimizer", "from rmsprop_lab import rmsprop", "rmsprop"),
    ("problems", "def f():\n    from rmsprop_lab.plots import Picture", "plots"),
    ("executors.c", "from rmsprop_lab.executors import check_name", "executors")])
def test_an_upward_import_turns_it_red(graph, name, text, other):
    known = modules()
    planted = graph | {name: graph[name] | imports(text, name, known)}
    sentence = f"{name} imports {other}, which stands below it in the order"
    assert sentence in upward(planted) and sentence not in upward(graph)


def test_a_circle_turns_it_red():
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) is None


def test_a_module_without_a_place_is_named():
    with pytest.raises(LookupError, match="give it one in ORDER"):
        rank("surprise")
