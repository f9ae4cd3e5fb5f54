"""What must hold for a folder of built pages: nothing from another host, no dead link."""

import os
import re
import subprocess
import sys
import tempfile
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from rmsprop_lab.authoring import preview

# Attributes that make a browser fetch something by itself. An anchor to another host is no such.
FETCHED = {
    ("script", "src"), ("img", "src"), ("img", "srcset"), ("source", "src"), ("source", "srcset"),
    ("iframe", "src"), ("embed", "src"), ("object", "data"), ("video", "src"), ("video", "poster"),
    ("audio", "src"), ("track", "src"), ("image", "href"), ("use", "href"), ("input", "src"),
    ("body", "background"),
}
LINK_RELS = {"stylesheet", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch",
             "icon", "shortcut", "apple-touch-icon", "manifest"}
CSS_FETCH = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s;]+)""", re.IGNORECASE)


class Page(HTMLParser):
    """Collects a page's fetched addresses, its anchors' targets and its own ids."""

    def __init__(self, html):
        super().__init__()
        self.fetched, self.targets, self.ids, self.images, self.style = [], [], set(), [], False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        """Take in one element."""
        values = {name: value or "" for name, value in attributes}
        self.ids.update(values[name] for name in ("id", "name") if name in values)
        self.fetched += [values[name] for at, name in FETCHED if at == tag and name in values]
        if tag == "link" and LINK_RELS & set(values.get("rel", "").lower().split()):
            self.fetched.append(values.get("href", ""))
        if tag == "a" and "href" in values:
            self.targets.append(values["href"])
        if tag == "img":
            self.images.append(values)
        self.fetched += CSS_FETCH.findall(values.get("style", ""))
        self.style = tag == "style"

    def handle_data(self, data):
        """Take in text; that of a style element can fetch."""
        if self.style:
            self.fetched += CSS_FETCH.findall(data)


def pages(folder):
    """Every page of a folder: path -> Page."""
    found = sorted(Path(folder).rglob("*.html"))
    return {path: Page(path.read_text("utf-8")) for path in found if "_static" not in path.parts}


def outside(folder):
    """(file, address) of everything that pages or styles fetch from another host."""
    folder, found = Path(folder), []
    for path, page in pages(folder).items():
        for address in page.fetched:
            if urlsplit(address.strip()).netloc or re.search(r"[\s,](https?:)?//", address):
                found.append((path.relative_to(folder).as_posix(), address))
    for path in sorted(folder.rglob("*.css")):
        for address in CSS_FETCH.findall(path.read_text("utf-8", errors="replace")):
            found.append((path.relative_to(folder).as_posix(), address))
    return found


def dead_anchors(folder):
    """(file, link) of every link to a place that its page does not have."""
    folder = Path(folder)
    known, found = pages(folder), []
    for path, page in known.items():
        for link in page.targets:
            parts = urlsplit(link)
            name, fragment = urldefrag(link)
            if parts.scheme or parts.netloc or not fragment:
                continue
            target = (path.parent / unquote(name)).resolve() if name else path
            if target in known and unquote(fragment) not in known[target].ids:
                found.append((path.relative_to(folder).as_posix(), link))
    return found


class Welcoming(preview.Quiet):
    """Tells LinkChecker that it may ask as fast as it can; of itself it waits between requests."""

    def end_headers(self):
        """Add the header that LinkChecker looks for."""
        self.send_header("LinkChecker", "welcome")
        super().end_headers()


def linkchecker(folder):
    """The complaints of LinkChecker about a folder, an empty list when every link leads somewhere.

    Links to other hosts are left alone: a test asks nobody outside. The pages are served, since
    LinkChecker gives up the rights of a super-user and could not read a private folder.
    """
    program = Path(sys.executable).with_name("linkchecker")
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    settings = tempfile.NamedTemporaryFile("w", suffix=".rc")  # noqa: SIM115
    with settings, preview.server(folder, 0, Welcoming) as running:
        settings.write("[checking]\nmaxrequestspersecond=1000\n")
        settings.flush()
        threading.Thread(target=running.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{running.server_port}/index.html"
        command = [str(program), f"--config={settings.name}", "--no-status", "--no-warnings",
                   "--output=csv", address]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        running.shutdown()
    lines = [line for line in done.stdout.splitlines() if line and not line.startswith("#")]
    assert lines and lines[0].startswith("urlname;"), done.stdout + done.stderr
    assert bool(done.returncode) == (len(lines) > 1), done.stdout + done.stderr
    return lines[1:]
