"""What the book is made of, and whether the one that stands is made of that."""

import hashlib
import json
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

__all__ = ["Stamp", "fingerprint", "inputs", "read_stamp"]

# Patterns of files in the checkout. The reference is made from the package's docstrings.
PATTERNS = ("_config.yml", "package-lock.json", "book/**/*", "lessons/**/*.ipynb",
            "rmsprop_lab/**/*.py")
NOT = {"_build", "__pycache__", ".ipynb_checkpoints"}
TOOLS = ("jupyter-book", "sphinx", "myst-nb", "sphinx-book-theme", "pydata-sphinx-theme")


def inputs(root):
    """The files that the book of a checkout is made of, sorted."""
    root = Path(root)
    found = {path for pattern in PATTERNS for path in root.glob(pattern) if path.is_file()}
    return sorted(path for path in found if not NOT & set(path.relative_to(root).parts))


def fingerprint(root):
    """The sha256 of all inputs, their names, this Python and the tools' versions.

    Contents count and times do not: a checkout that switches branches and back stays fresh.
    """
    root = Path(root)
    code = hashlib.sha256()
    code.update(repr((sys.version_info[:3], [metadata.version(name) for name in TOOLS])).encode())
    for path in inputs(root):
        name = path.relative_to(root).as_posix()
        code.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return code.hexdigest()


@dataclass
class Stamp:
    """The note beside a built book: of what it was made, and with which warnings.

    path: the note's file. made_of: a fingerprint, empty when there is no book. warnings: what the
    build said. strict: whether that build read every page, so that no warning was passed over.
    """

    path: Path
    made_of: str = ""
    warnings: list = field(default_factory=list)
    strict: bool = False

    def write(self):
        """Store the note."""
        note = {"made_of": self.made_of, "warnings": self.warnings, "strict": self.strict}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(note, indent=1), encoding="utf-8")

    def remove(self):
        """Forget the book: the next build starts anew."""
        self.path.unlink(missing_ok=True)


def read_stamp(path):
    """The stamp at `path`; an empty one when there is none or it cannot be read."""
    try:
        note = json.loads(Path(path).read_text(encoding="utf-8"))
        return Stamp(path, note["made_of"], note["warnings"], note["strict"])
    except (OSError, ValueError, KeyError, TypeError):
        return Stamp(path)
