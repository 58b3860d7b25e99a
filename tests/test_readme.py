"""The README's commands print what it shows."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def transcripts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("transcripts", ROOT / "docs" / "transcripts.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.name)
def test_transcripts_are_true(path: Path, transcripts: ModuleType) -> None:
    text = path.read_text("utf-8")
    assert transcripts.renewed(text) == text, "run python docs/transcripts.py --write"


def test_a_stale_transcript_is_seen(transcripts: ModuleType) -> None:
    text = "```console\n$ kg --version\nkg 9.9\n```\n"
    assert transcripts.renewed(text) != text


def test_readme_shows_at_least_three_questions() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(re.findall(r"^\$ kg ask [a-z]", text, re.M)) >= 3
    for target in ("make run", "make test"):
        assert f"$ {target}" in text


def test_every_folder_is_told_of() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for folder in ROOT.iterdir():
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in ("build", "dist"):
            assert f"`{folder.name}/" in text, f"README.md does not tell what {folder.name}/ holds"
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert link.startswith("https://") or (ROOT / link).exists(), f"README.md links to {link}, which is not there"
