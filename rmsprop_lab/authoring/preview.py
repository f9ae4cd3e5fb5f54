"""Serve a built book on this machine, for reading: one address, closed with Ctrl-C."""

import http.server
import os
import sys
import webbrowser
from functools import partial

__all__ = ["can_browse", "serve", "server"]

PORT = 8000  # tried first: a browser keeps the reader's settings by address


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line on the terminal for each, and never from the browser's memory."""

    # Some systems call scripts plain text, and a browser then refuses them.
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript"
    }

    def log_message(self, format, *args):
        """Keep the terminal quiet."""

    def end_headers(self):
        """Ask the browser to look again: after a rebuild an old page must not be shown."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


def server(folder, port=PORT, handler=Quiet):
    """A server for `folder` on 127.0.0.1, at `port` or at a free one when that is taken."""
    handler = partial(handler, directory=str(folder))
    for wanted in (port, 0):
        try:
            return http.server.ThreadingHTTPServer(("127.0.0.1", wanted), handler)
        except OSError:
            if not wanted:
                raise
    raise AssertionError  # the loop returns or raises


def can_browse(environment=None, platform=sys.platform):
    """Say whether this machine has a screen on which a browser can open.

    >>> can_browse({}, "linux"), can_browse({"DISPLAY": ":0"}, "linux"), can_browse({}, "darwin")
    (False, True, True)
    """
    environment = os.environ if environment is None else environment
    if not platform.startswith(("linux", "freebsd")):
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def serve(folder, browse=None):
    """Serve `folder` until Ctrl-C. Prints the address on stdout, and opens it where it can.

    browse: True or False to open a browser or not, None to find out.
    """
    with server(folder) as running:
        address = f"http://127.0.0.1:{running.server_port}/"
        print(address, flush=True)
        print("Ctrl-C stops serving the book.", file=sys.stderr)
        if can_browse() if browse is None else browse:
            webbrowser.open(address)
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            print("", file=sys.stderr)
