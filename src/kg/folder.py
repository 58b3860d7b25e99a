"""Where things lie: the folder of a data set, its settings, and how a file is written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from kg.errors import BadData, CannotWrite, NotFound

_SETTINGS = "https://w3id.org/khalkhin/ontology#"


def write_atomically(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Writes a file beside its place and renames it, so that a reader sees the old one or the new one, whole.

    Whatever interrupts it, also Ctrl-C, the file that stood there stays and nothing is left beside it. A link is
    followed; a device or a pipe is written to, never replaced. Raises CannotWrite.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            with open(path, "wb") as device:
                device.writelines((content,) if isinstance(content, bytes) else content)
            return
        path = path.resolve()
        # Named before it is made, so that nothing can interrupt between the two and leave it behind.
        temporary = path.parent / f".{path.name[:100]}.{os.getpid()}-{os.urandom(6).hex()}.part"
        with open(temporary, "xb") as file:
            for chunk in (content,) if isinstance(content, bytes) else content:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            os.chmod(temporary, path.stat().st_mode & 0o777)
        os.replace(temporary, path)
        temporary = None
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        why = getattr(error, "strerror", None) or error
        raise CannotWrite(f"cannot be written ({why})", str(path), "choose another place") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def refuse_unwritable(path: Path) -> None:
    """Raises CannotWrite where a file can certainly not be written, before long work is done for it."""
    path = Path(path)
    why = "Is a directory" if path.is_dir() else "" if path.absolute().parent.is_dir() else "its folder does not exist"
    if why:
        raise CannotWrite(f"cannot be written ({why})", str(path), "choose another place")


class Folder:
    """A data set on disk: its curated files, ontology, questions and built triples."""

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        self.dataset_file = self.root / "data" / "dataset.ttl"
        self.curated = self.root / "data" / "curated"
        self.links = self.root / "data" / "links" / "wikidata.sssom.tsv"
        self.triples = self.root / "data" / "triples.ttl"
        self.ontology = self.root / "ontology"
        self.prefixes = self.ontology / "prefixes.ttl"
        self.queries = self.root / "queries"

    @classmethod
    def find(cls, path: Path | str | None = None) -> Folder:
        """The folder at `path`; without one the current folder if it is a data set, else the data that the package carries.

        Raises NotFound when `path` is no data set.
        """
        if path is not None:
            folder = cls(path)
            if not folder.dataset_file.is_file():
                raise NotFound(
                    "is not the folder of a data set (it has no data/dataset.ttl)", str(path), "name another with --folder"
                )
            return folder
        package = Path(__file__).resolve().parent
        for root in (Path.cwd(), package / "_data", package.parents[1]):
            if (root / "data" / "dataset.ttl").is_file():
                return cls(root)
        raise NotFound("no data set here, and the package carries none", None, "name one with --folder DIR")

    @cached_property
    def settings(self) -> dict[str, str]:
        """The settings of `data/dataset.ttl`: local name of the kg: property → value. Raises BadData."""
        import pyoxigraph

        try:
            quads = list(pyoxigraph.parse(path=str(self.dataset_file), format=pyoxigraph.RdfFormat.TURTLE))
        except SyntaxError as error:
            where = f"{self.dataset_file}:{error.lineno}:{error.offset}"
            raise BadData(f"not valid Turtle: {error.msg}", where, "mend it there") from error
        except OSError as error:
            raise NotFound(f"cannot be read ({error.strerror or error})", str(self.dataset_file)) from error
        return {
            quad.predicate.value.removeprefix(_SETTINGS): quad.object.value
            for quad in quads
            if quad.predicate.value.startswith(_SETTINGS) and not isinstance(quad.object, pyoxigraph.Triple)
        }

    def setting(self, name: str) -> str:
        """One setting of the data set. Raises BadData when it is not there."""
        if name not in self.settings:
            raise BadData(f"lacks the setting kg:{name}", str(self.dataset_file), "add it")
        return self.settings[name]

    def setting_or(self, name: str, default: str) -> str:
        """One setting of the data set, or `default`. Raises BadData when the file cannot be read."""
        return self.settings.get(name, default)
