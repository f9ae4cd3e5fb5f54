"""Where the course lives: the repository's address, read from `_config.yml` and from nowhere else.

The book, the Colab links and the first cell of every notebook all ask this module, so a fork
changes one file.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rmsprop_lab.authoring import AuthoringError, tool

__all__ = ["CONFIG", "Site", "find_root", "load"]

CONFIG = "_config.yml"


@dataclass(frozen=True)
class Site:
    """The address of one checkout: its folder, repository url, branch and Colab's address.

    >>> site = Site(Path("."), "https://github.com/someone/lab", "main", "https://colab.example")
    >>> site.colab_url("lessons/01_averages")
    'https://colab.example/github/someone/lab/blob/main/lessons/01_averages.ipynb'
    >>> site.requirement("fast")
    'rmsprop-lab[fast] @ git+https://github.com/someone/lab@main'
    """

    root: Path
    url: str
    branch: str
    colab: str

    @property
    def slug(self):
        """`owner/name`: the path of the repository's address."""
        return urlsplit(self.url).path.strip("/")

    def docname(self, path):
        """The name of a document: its path from the root, with `/` and without the suffix."""
        return Path(path).resolve().relative_to(self.root).with_suffix("").as_posix()

    def colab_url(self, docname):
        """The address that opens a notebook in Colab; `docname` as in `lessons/01_averages`."""
        return f"{self.colab}/github/{self.slug}/blob/{self.branch}/{docname}.ipynb"

    def requirement(self, *extras):
        """What pip installs to get the lab with these extras from the repository."""
        chosen = f"[{','.join(extras)}]" if extras else ""
        return f"rmsprop-lab{chosen} @ git+{self.url}@{self.branch}"


def find_root(start=None):
    """The nearest folder at or above `start` (the working directory) that holds `_config.yml`.

    Raises AuthoringError when there is none.
    """
    start = Path(start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file():
            return folder
    raise AuthoringError(f"no {CONFIG} in {start} or above it; run this inside a checkout")


def load(start=None):
    """Read the Site of the checkout around `start` (the working directory).

    Raises AuthoringError naming the key that `_config.yml` lacks, or an address that is not
    a repository on github.com: Colab opens notebooks from nowhere else.
    """
    root = find_root(start)
    config = tool("yaml").safe_load((root / CONFIG).read_text("utf-8")) or {}

    def setting(section, key):
        value = (config.get(section) or {}).get(key)
        if not isinstance(value, str) or not value:
            raise AuthoringError(f"{root / CONFIG} lacks {section}.{key}; add it")
        return value.rstrip("/")

    url = setting("repository", "url").removesuffix(".git")
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.netloc != "github.com" or parts.path.count("/") != 2:
        raise AuthoringError(
            f"{root / CONFIG}: repository.url is {url!r}; it must read https://github.com/OWNER/NAME"
        )
    return Site(root, url, setting("repository", "branch"), setting("launch_buttons", "colab_url"))
