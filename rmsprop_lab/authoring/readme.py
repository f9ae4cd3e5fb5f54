"""The README's example: run it, store below it what it prints, and draw the figure it ends with.

`python -m rmsprop_lab.authoring.readme` rewrites README.md and the figure; with `--check` it says
whether they are what the code gives.
"""

import argparse
import ast
import contextlib
import io
import re
import sys
from pathlib import Path

from rmsprop_lab.authoring import AuthoringError
from rmsprop_lab.authoring.site import find_root

__all__ = ["FIGURE", "README", "main", "render", "run"]

README = "README.md"
REPAIR = "python -m rmsprop_lab.authoring.readme"
FIGURE = "book/_static/readme.png"
EXAMPLE = re.compile(r"```python\n(?P<code>.*?)```\n(?P<between>.*?)```text\n(?P<printed>.*?)```",
                     re.DOTALL)


def run(code):
    r"""Run Python text; returns what it printed and the value of its last expression.

    >>> run("x = 2\nprint(x)\nx + 1")
    ('2\n', 3)
    """
    *body, last = ast.parse(code, README).body
    if not isinstance(last, ast.Expr):
        raise AuthoringError(f"the example in {README} must end with the expression of its figure")
    names = {"__name__": "readme"}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(ast.Module(body, []), README, "exec"), names)
        value = eval(compile(ast.Expression(last.value), README, "eval"), names)
    return printed.getvalue(), value


def render(text):
    """What the README should read and its figure's bytes: (text, PNG).

    text: of the README. Raises AuthoringError without a Python block and a text block below it.
    """
    found = EXAMPLE.search(text)
    if not found:
        raise AuthoringError(f"{README} has no ```python block with a ```text block below it")
    printed, picture = run(found["code"])
    start, end = found.span("printed")
    text = text[:start] + printed.rstrip() + "\n" + text[end:]
    # The alt text is the figure's own: it holds numbers too.
    return re.sub(rf"!\[[^\]]*\]\({FIGURE}\)", lambda _: f"![{picture}]({FIGURE})", text), (
        picture._repr_png_())


def main(argv=None):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="readme", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if anything would")
    options = parser.parse_args(argv)
    try:
        root = find_root()
        text, png = render((root / README).read_text("utf-8"))
    except AuthoringError as error:
        print(error, file=sys.stderr)
        return 1
    wanted = {README: text.encode(), FIGURE: png}
    stale = [name for name, data in wanted.items()
             if not (root / name).is_file() or (root / name).read_bytes() != data]
    for name in stale:
        if options.check:
            print(f"{name} is not what the example gives; run {REPAIR}")
        else:
            Path(root / name).write_bytes(wanted[name])
            print(name)
    return int(options.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
