"""What TAB offers: by the protocol between the shell and the program, and in the shells themselves."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import small
import tiny
from kg.build import build

ROOT = Path(__file__).resolve().parents[1]
BREAKS = " \t\n\"'><=;|&(:"  # bash's own COMP_WORDBREAKS
Tool = Callable[[str], list[str]]


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"} | more


def tab(line: str, where: Path, **more: str) -> list[str]:
    """What the shell is offered for a line. Nothing else may be said."""
    out = where / "offered"
    asks = environment(_ARGCOMPLETE="1", _ARGCOMPLETE_IFS="\n", COMP_LINE=line, COMP_POINT=str(len(line)),
                       _ARGCOMPLETE_STDOUT_FILENAME=str(out), _ARGCOMPLETE_SUPPRESS_SPACE="1", **more)
    done = subprocess.run([sys.executable, "-m", "kg"], cwd=where, env=asks, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = out.read_text(encoding="utf-8").split("\n")
    out.unlink()
    return [word for word in found if word]


@pytest.fixture(scope="module")
def wars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(small.make(tmp_path_factory.mktemp("small")).root)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tiny.make(tmp_path_factory.mktemp("tiny") / "a set")
    build(folder, check=False)
    folder.queries.symlink_to(ROOT / "queries")
    return Path(folder.root)


@pytest.mark.parametrize(("line", "offered"), [
    ("kg ", ["build", "check", "ask", "show", "draw", "source", "why", "export", "load", "serve"]),
    ("kg sh", ["show"]),
    ("kg serve --limit dead", ["deadline="]),
    ("kg --c", ["--completion"]),
    ("kg --completion ", ["bash", "zsh", "fish"]),
    ("kg ask ", ["beginnings", "of-war", "wars"]),
    ("kg ask --f", ["--folder", "--file", "--format"]),
    ("kg ask of-war ", ["war=", "since="]),
    ("kg ask of-war w", ["war="]),
    ("kg ask of-war war=ford ", ["since="]),
    ("kg ask of-war since=", []),
    ("kg ask of-war nothing=", []),
    ("kg ask --file queries/of-war.rq ", ["war=", "since="]),
    ("kg ask wars --format ", ["table", "csv", "tsv", "json", "xml", "markdown", "html"]),
    ("kg ask beginnings --format t", ["table", "turtle", "trig"]),
    ("kg ask --sparql 'ASK {}' --format ", ["table", "json", "xml", "markdown", "html"]),
    ("kg ask nothing --format tu", ["turtle"]),
    ("kg draw --query ", ["beginnings"]),
    ("kg draw ", ["--help", "--folder", "--store", "--around", "--query", "--why", "--depth", "--limit", "--as-of", "--output"]),
    ("kg show wars --format ", ["text", "markdown", "json"]),
    ("kg export ", ["turtle", "ntriples", "rdfxml", "jsonld", "graphml"]),
    ("kg draw -o da", ["data/"]),
    ("kg source data/tr", ["data/triples.ttl"]),
    ("kg draw -o no/such/", []),
    ("kg --folder q", ["queries/"]),
    ("kg nothing x", []),
])
def test_what_is_offered(line: str, offered: list[str], wars: Path) -> None:
    assert tab(line, wars) == offered


@pytest.mark.parametrize(("line", "offered"), [
    ("kg show bo", ["borland", "borland-side"]),
    ("kg show id:bo", ["id:borland", "id:borland-side"]),
    ("kg draw --around bat", ["battle-of-ford"]),
    ("kg why bat", ["battle-of-ford"]),
    ("kg why --without bat", ["battle-of-ford"]),
    ("kg draw --why bat", ["battle-of-ford"]),
    ("kg ask causes-of-event event=ba", ["event=battle-of-ford"]),
    ("kg ask claims-of-a-passage passage=one-", ["passage=one-01", "passage=one-02", "passage=one-03"]),
    ("kg source copy.txt one-0", ["one-01", "one-02", "one-03"]),
    ("kg show --store http://127.0.0.1:1/ ", []),
])
def test_things_and_passages_by_their_slugs(line: str, offered: list[str], built: Path) -> None:
    found = tab(line, built)
    assert [word for word in found if not word.startswith("--")] == offered


def test_bash_breaks_words_at_a_sign_and_a_colon(built: Path) -> None:
    more = {"_ARGCOMPLETE_SHELL": "bash", "_ARGCOMPLETE_COMP_WORDBREAKS": BREAKS}
    assert tab("kg ask causes-of-event event=ba", built, **more) == ["battle-of-ford"]
    assert tab("kg show id:ba", built, **more) == ["battle-of-ford"]


def test_titles_and_labels_stand_beside_the_words(built: Path, wars: Path) -> None:
    assert tab("kg show bat", built, _ARGCOMPLETE_DFS="\t") == ["battle-of-ford\tBattle of Ford"]
    assert tab("kg ask of", wars, _ARGCOMPLETE_DFS="\t") == ["of-war\tWhat is said of a war?"]


def test_nothing_in_a_label_reaches_the_shell_as_more_than_a_word(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    folder.triples.write_text(small.TRIPLES + 'id:one a kg:Thing ; rdfs:label "a\\u001B[31m\\n$(touch x)\\tb\\u000B"@en .\n'
                              "<http://example.org/id/$(touch%20x)> a kg:Thing ; rdfs:label \"odd\"@en .\n", encoding="utf-8")
    assert tab("kg show o", tmp_path, _ARGCOMPLETE_DFS="\t") == ["one\ta [31m $(touch x) b "]
    assert tab("kg show ", tmp_path, _ARGCOMPLETE_SHELL="bash") == ["\\$\\(touch%20x\\)", "one"]


@pytest.mark.parametrize("what", ["empty", "unbuilt", "broken", "odd question"])
@pytest.mark.parametrize("line", ["kg ", "kg ask ", "kg ask wars ", "kg show ", "kg show 'a", "kg draw --around ", "kg source x ",
                                  "kg --folder /no ask ", "kg ask --file /no ", "kg ask --sparql x ", "kg ask --sparql \"", "kg -- "])
def test_tab_says_nothing_whatever_the_folder(what: str, line: str, tmp_path: Path) -> None:
    if what != "empty":
        folder = small.make(tmp_path)
        if what == "unbuilt":
            folder.triples.unlink()
        elif what == "broken":
            folder.triples.write_text("no Turtle", encoding="utf-8")
            folder.dataset_file.write_text("no Turtle", encoding="utf-8")
        else:
            (folder.queries / "wars.rq").write_bytes(b"\xff")
    tab(line, tmp_path)


def test_without_the_shell_asking_nothing_is_completed(wars: Path) -> None:
    code = "import sys; from kg.cli import main; main(['ask']); print([m for m in sys.modules if m.partition('.')[0] == 'argcomplete'])"
    for more in ({}, {"_ARGCOMPLETE": "1"}, {"COMP_LINE": "kg "}):
        done = subprocess.run([sys.executable, "-c", code], cwd=wars, env=environment(**more), capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "[]" and done.stdout.startswith("beginnings")


@pytest.mark.parametrize("arguments", [["--completion"], ["--completion", "tcsh"]])
def test_an_unknown_shell_is_wrong_usage(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "kg", *arguments], env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1) and done.stderr.startswith("kg: argument --completion")


# In the shells themselves.


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """A folder with `kg` in it, to be put into PATH."""
    script = tmp_path / "bin" / "kg"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kg "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return script.parent


def typed(shell: list[str], lines: list[tuple[str, str]], where: Path, variables: dict[str, str]) -> None:
    """Types into a shell on a terminal: each text, until the answer to it is seen."""
    child, terminal = pty.fork()
    if child == 0:
        try:
            os.chdir(where)
            os.execvpe(shell[0], shell, variables)
        finally:
            os._exit(127)
    try:
        for text, awaited in lines:
            os.write(terminal, text.encode())
            seen, end = "", time.monotonic() + 30
            while awaited not in seen:
                ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
                assert ready, f"{text!r} gave {seen!r}"
                seen += os.read(terminal, 65536).decode("utf-8", "replace")
                assert "Traceback" not in seen
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


@pytest.mark.parametrize(("name", "options"), [("bash", ["--norc", "--noprofile", "-i"]), ("zsh", ["-f", "-i"])])
def test_a_shell_completes_what_is_typed(name: str, options: list[str], built: Path, command: Path, tmp_path: Path, tool: Tool) -> None:
    variables = environment(PATH=f"{command}{os.pathsep}{os.environ['PATH']}", HOME=str(tmp_path), PS1="$ ", TERM="dumb",
                            INPUTRC=os.devnull, HISTFILE=os.devnull, ZDOTDIR=str(tmp_path))
    typed([*tool(name), *options], [
        (f'eval "$(kg --completion {name})"; echo rea""dy\n', "ready"),
        ("kg ask causes-of-ev\t", "ent "),
        ("ev\t", "ent="),
        ("battle\t", "-of-ford"),
        (" --form\t", "at "),
        ("mark\t", "down"),
        ("\x15kg show borland-\t", "side"),
        ("\x15exit\n", ""),
    ], built, variables)


def test_fish_completes_what_is_typed(built: Path, command: Path, tmp_path: Path, tool: Tool) -> None:
    variables = environment(PATH=f"{command}{os.pathsep}{os.environ['PATH']}", HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path))
    for line, offered in (("kg ask causes-of-ev", "causes-of-event\tWhat led to an event?\n"),
                          ("kg ask causes-of-event ev", "event=\tan event\n"),
                          ("kg ask causes-of-event event=ba", "event=battle-of-ford\tBattle of Ford\n"),
                          ("kg show borland-", "borland-side\t[Borland's side]\n")):
        script = f'kg --completion fish | source; complete -C "{line}"'
        done = subprocess.run([*tool("fish"), "--no-config", "-c", script], cwd=built, env=variables, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, offered, "")
