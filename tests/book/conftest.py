"""The reader is no part of the package: Sphinx finds it in `book/_ext`, and so do the tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "book" / "_ext"))
