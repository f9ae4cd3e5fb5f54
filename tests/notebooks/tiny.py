"""A tiny course in a temporary folder: one module, lessons that import it, nothing else."""

import os
import subprocess
import sys
from pathlib import Path

from rmsprop_lab.authoring import lint

CONFIG = """\
repository:
  url: https://github.com/someone/lab
  branch: trunk
launch_buttons:
  colab_url: https://colab.example
"""
MODULE = '''\
"""A rule of one line and a picture of six pixels."""
import io
from PIL import Image

def step(theta, g, lr):
    return theta - lr * g

class Picture:
    def __init__(self, shade):
        self.shade = shade

    def __repr__(self):
        return "six equal pixels"

    def _repr_png_(self):
        data = io.BytesIO()
        Image.new("RGB", (3, 2), (self.shade,) * 3).save(data, "PNG")
        return data.getvalue()
'''
BODY = """
# Tiny

A question.

## What you need

$$ \\theta \\leftarrow \\theta - \\eta g \\tag{NUMBER.1} $$

```{code-cell} ipython3
import tiny_rule
print(f"{tiny_rule.step(1.0, 0.5, 0.25):.6g}")
```

```{code-cell} ipython3
:tags: [figure]

tiny_rule.Picture(200)
```

## Where it breaks
## Summary
## Self-check
## Exercises
## Sources
"""


def lesson_text(number=1, body=BODY):
    """The text of a clean lesson, with this number in its equation."""
    return lint.HEADER + body.replace("NUMBER", str(number))


class Course:
    """A checkout of one tiny course."""

    def __init__(self, root):
        self.root = Path(root)
        self.lessons = self.root / "lessons"
        self.lessons.mkdir(parents=True, exist_ok=True)
        (self.root / "_config.yml").write_text(CONFIG)
        (self.lessons / "tiny_rule.py").write_text(MODULE)

    def add(self, name="01_tiny", text=None):
        """Write a lesson's source; returns its path."""
        path = self.lessons / f"{name}.md"
        path.write_text(lesson_text(int(name[:2])) if text is None else text)
        return path

    def call(self, module, *arguments, **environment):
        """Run a module of the authoring package as its command line does, in this course."""
        return subprocess.run(
            [sys.executable, "-m", f"rmsprop_lab.authoring.{module}", *map(str, arguments)],
            cwd=self.root,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
        )
