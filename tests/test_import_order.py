"""Modules import only from modules to their left, and libraries only where they belong, when they are needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import small

ORDER = [
    "errors", "lock", "folder", "names", "dates", "answer", "query", "limits", "store", "find", "asof", "table", "show", "links", "source", "assemble",
    "check", "build", "causes", "network", "layout", "picture", "export", "graph", "completion",
    "page", "load", "worker", "web", "cli",
]
LIBRARIES = {
    "pyoxigraph": "folder names answer store table assemble check export page load worker web",
    "rdflib": "answer store check build export worker",
    "oxrdflib": "store",
    "SPARQLWrapper": "store",
    "networkx": "causes network layout picture export",
    "igraph": "layout",
    "pyvis": "picture",
    "jinja2": "picture page",
    "markupsafe": "picture page",
    "pyshacl": "check",
    "edtf": "dates",
    "argcomplete": "completion",
    "starlette": "web",
    "hypercorn": "web",
    "prometheus_client": "web",
}
LAZY = {"rdflib", "oxrdflib", "SPARQLWrapper", "igraph", "pyvis", "jinja2", "pyshacl", "edtf"}
HEAVY = ("rdflib", "networkx", "pyvis", "igraph", "pyshacl", "SPARQLWrapper", "jinja2", "edtf", "oxrdflib", "argcomplete", "asyncio",
         "starlette", "hypercorn", "prometheus_client")


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    package = root / "src" / "kg"
    for path in sorted(package.rglob("*.py")):
        part = path.relative_to(package).parts[0].removesuffix(".py")
        if part not in ("__init__", "__main__"):
            yield part, path


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """The modules that a file imports when it runs: `kg.x` or a library's name, and whether inside a function."""

    def walk(node: ast.AST, inside: bool) -> Iterator[tuple[str, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield alias.name, inside
            elif isinstance(child, ast.ImportFrom) and child.module:
                for alias in child.names:
                    yield f"kg.{alias.name}" if child.module == "kg" else child.module, inside
            yield from walk(child, inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))

    yield from walk(ast.parse(path.read_text(encoding="utf-8")), False)


def test_every_module_has_its_place(root: Path) -> None:
    assert {part for part, _ in modules(root)} <= set(ORDER)


def test_a_module_imports_only_from_its_left(root: Path) -> None:
    wrong = [
        f"{path.relative_to(root)} imports {name}"
        for part, path in modules(root)
        for name, _ in imports(path)
        if name.startswith("kg.") and name != "kg.__version__"
        and ORDER.index(name.split(".")[1]) > ORDER.index(part)
    ]
    assert wrong == []


def test_libraries_are_imported_only_where_they_belong(root: Path) -> None:
    wrong = [
        f"{path.relative_to(root)} imports {name}{'' if inside else ' at its top'}"
        for part, path in modules(root)
        for name, inside in imports(path)
        if (library := name.split(".")[0]) in LIBRARIES
        and (part not in LIBRARIES[library].split() or (library in LAZY and not inside))
    ]
    assert wrong == []


def test_every_foreign_library_is_listed(root: Path) -> None:
    known = {*LIBRARIES, *sys.stdlib_module_names, "kg"}
    assert {name.split(".")[0] for _, path in modules(root) for name, _ in imports(path)} - known == set()


@pytest.mark.parametrize(
    "does",
    [
        "import kg",
        "import kg.cli; assert kg.cli.main(['--folder', FOLDER, 'ask']) == 0",
        "import kg.cli; assert kg.cli.main(['--folder', FOLDER, 'ask', 'of-war', 'war=short war', '--format', 'table']) == 0",
        "import kg; kg.open(FOLDER).ask('wars').to_csv()",
        "import kg; kg.open(FOLDER).ask('ASK {\\nVALUES ?asOf { UNDEF } #+ a day\\n}', as_of='1939-09')",
    ],
)
def test_asking_loads_nothing_heavy(does: str, tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    code = f"FOLDER = {str(folder.root)!r}; {does}; import sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_import_kg_loads_no_engine() -> None:
    code = "import sys, kg; print([m for m in ('pyoxigraph', 'argparse', 'dataclasses', 'typing') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
