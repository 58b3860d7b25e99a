"""Keeps the transcripts in Markdown files true: runs each command of a ```console block and compares or renews its output.

    python docs/transcripts.py            compare, exit 1 where a transcript is not what the command prints
    python docs/transcripts.py --write    renew

Commands run as on a terminal of 96 columns, in the project's folder, with `kg` being this project's. Lines that begin
with `$ make` are shown to readers and not run here: they set up what runs this.
"""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)


def run(command: str) -> str:
    """What a command prints on a terminal of 96 columns. Raises RuntimeError when it fails."""
    words = shlex.split(command)
    if words[0] != "kg":
        raise ValueError(f"only kg is run here, not {words[0]}")
    reader, writer = pty.openpty()
    environment = os.environ | {"COLUMNS": "96", "LINES": "40", "PYTHONPATH": str(ROOT / "src"), "TERM": "dumb"}
    process = subprocess.Popen([sys.executable, "-m", "kg", *words[1:]], stdout=writer, stderr=writer, cwd=ROOT, env=environment)
    os.close(writer)
    output = b""
    while True:
        try:
            chunk = os.read(reader, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not chunk:
            break
        output += chunk
    os.close(reader)
    text = output.decode("utf-8").replace("\r\n", "\n")
    if process.wait() != 0:
        raise RuntimeError(f"$ {command}\n{text}")
    return text


def renewed(text: str) -> str:
    """The Markdown with each transcript as its commands print it now. A line of `…` keeps what follows it out."""

    def block(match: re.Match[str]) -> str:
        out: list[str] = []
        for part in re.split(r"^(?=\$ )", match[1], flags=re.M):
            if not part:
                continue
            command, _, shown = part.partition("\n")
            if command.startswith("$ make") or command.startswith("$ ."):
                out.append(part)
                continue
            lines = run(command.removeprefix("$ ")).splitlines()
            kept = shown.rstrip("\n").splitlines()
            if "…" in kept:
                lines = [*lines[: kept.index("…")], "…"]
            out.append("\n".join([command, *lines]) + "\n")
            if shown.endswith("\n\n"):
                out.append("\n")
        return "```console\n" + "".join(out) + "```"

    return _BLOCK.sub(block, text)


def main() -> int:
    """Compares or renews all files."""
    stale = 0
    for path in FILES:
        old = path.read_text("utf-8")
        new = renewed(old)
        if new != old and "--write" in sys.argv:
            path.write_text(new, "utf-8")
        elif new != old:
            stale += 1
            print(f"{path.relative_to(ROOT)}: a transcript is stale; run python docs/transcripts.py --write")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
