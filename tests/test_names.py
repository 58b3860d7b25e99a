"""Prefixes, folders, errors, and files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
from kg import errors
from kg.errors import BadData, CannotWrite, KgError, NotFound
from kg.folder import Folder, write_atomically
from kg.names import Names

NAMES = Names({"id": "http://example.org/id/", "kg": "http://example.org/kg#", "ex": "http://example.org/"})


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        ("http://example.org/id/long-war", "id:long-war"),
        ("http://example.org/kg#War", "kg:War"),
        ("http://example.org/other", "ex:other"),
        ("http://example.org/id/a/b", "<http://example.org/id/a/b>"),
        ("http://example.org/id/", "<http://example.org/id/>"),
        ("http://example.org/id/a.", "<http://example.org/id/a.>"),
        ("urn:x", "<urn:x>"),
    ],
)
def test_shorten_uses_the_longest_namespace_and_never_needs_an_escape(iri: str, short: str) -> None:
    assert NAMES.shorten(iri) == short


@given(st.sampled_from(list(NAMES.prefixes.values())), st.text(st.characters(exclude_characters="<>", codec="utf-8"), max_size=20))
def test_expand_undoes_shorten(space: str, local: str) -> None:
    assert NAMES.expand(NAMES.shorten(space + local)) == space + local


@pytest.mark.parametrize("text", ["http://example.org/x", "<http://example.org/x>", "ex:x"])
def test_expand_reads_every_form(text: str) -> None:
    assert NAMES.expand(text) == "http://example.org/x"


def test_expand_names_the_prefixes_that_it_knows() -> None:
    with pytest.raises(BadData, match="unknown prefix in 'no:x'; known are ex:, id:, kg:"):
        NAMES.expand("no:x")


def test_slug() -> None:
    assert NAMES.slug("http://example.org/id/long-war") == "long-war"
    assert NAMES.slug("http://example.org/kg#War") == "War"


def test_names_of_a_folder_are_the_general_and_its_own(tmp_path: Path) -> None:
    prefixes = Names.of(small.make(tmp_path)).prefixes
    assert prefixes["id"] == "http://example.org/id/"
    assert prefixes["wd"] == "http://www.wikidata.org/entity/"


def test_a_broken_prefix_file_is_named_with_line_and_column(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    folder.prefixes.write_text("@prefix a: <http://a/> .\n@prefix b <http://b/> .\n")
    with pytest.raises(BadData, match=r"prefixes\.ttl:2:\d+: "):
        Names.of(folder)
    folder.prefixes.unlink()
    with pytest.raises(NotFound, match=r"prefixes\.ttl: cannot be read"):
        Names.of(folder)


def test_the_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    here, elsewhere = small.make(tmp_path / "here"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert Folder.find(here.root).root == here.root
    monkeypatch.chdir(here.root)
    assert Folder.find().root == here.root
    monkeypatch.chdir(elsewhere)
    assert (Folder.find().root / "data" / "dataset.ttl").is_file()  # what the package carries
    with pytest.raises(NotFound, match="is not the folder of a data set"):
        Folder.find(elsewhere)


def test_settings(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    assert folder.setting("openingQuestion") == "wars"
    assert folder.setting_or("pictureTitle", "x") == "x"
    with pytest.raises(BadData, match="lacks the setting kg:colour"):
        folder.setting("colour")
    folder.dataset_file.write_text("nonsense")
    with pytest.raises(BadData, match=r"dataset\.ttl:1:\d+: "):
        Folder(folder.root).setting("openingQuestion")


def test_an_error_is_one_line() -> None:
    error = KgError("is wrong", "file:3", "mend it")
    assert str(error) == "file:3: is wrong; mend it"
    assert str(KgError("is wrong")) == "is wrong"


def test_every_error_has_its_exit_code_and_status() -> None:
    codes = {
        name: (kind.exit_code, kind.http_status)
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, KgError)
    }
    assert codes == {
        "KgError": (1, 500), "CheckFailed": (1, 500), "UsageError": (2, 400), "BadData": (3, 422), "BadQuery": (3, 400),
        "NotFound": (4, 404), "StoreError": (5, 503), "NetworkError": (5, 502), "CannotWrite": (5, 500),
        "OverLimit": (3, 422), "Busy": (5, 503), "TimedOut": (5, 504),
    }


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("old")
    path.chmod(0o640)
    write_atomically(path, iter([b"ne", b"w"]))
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["f"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError, OSError])
def test_what_stops_it_leaves_the_old_file_and_nothing_else(stop: type[BaseException], tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise stop("stop")

    path = tmp_path / "f"
    path.write_text("old")
    with pytest.raises(CannotWrite if stop is OSError else stop):
        write_atomically(path, chunks())
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["f"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="no/f: cannot be written"):
        write_atomically(tmp_path / "no" / "f", b"x")
    with pytest.raises(CannotWrite, match="cannot be written"):
        write_atomically(tmp_path, b"x")
    assert tmp_path.is_dir()


def test_a_link_is_followed_and_a_pipe_is_written_to(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "target", tmp_path / "link", tmp_path / "pipe"
    target.write_text("old")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink() and target.read_text() == "new"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(pipe, b"through")
    assert pipe.is_fifo() and os.read(reader, 100) == b"through"
    os.close(reader)
