"""Rules for the files of the repository: how long, how named, and free of a developer's own paths."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from architecture_rules import Fault

LONGEST_FILE_LINES = 300
# A file is called after the noun it holds; these words hold everything and so say nothing.
EMPTY_NAMES = frozenset({"common", "helper", "helpers", "manager", "misc", "util", "utils"})

_HOME = re.compile(r"(?<![\w.~-])/(?:home|root|Users)/|[A-Z]:\\Users\\")
_GENERATED = frozenset({"out", "dist", "__pycache__", "node_modules"})
_SHORTEST_OWN_PATH = 3  # parts, the root included: a checkout at /src would be too common a word


def repository_files(root: Path) -> list[Path]:
    """Return the files of the repository that git tracks or would, or where git cannot say, all but generated."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return sorted(path for path in root.rglob("*") if path.is_file() and not _is_generated(path, root))
    # A file deleted but not yet committed is still listed.
    paths = (root / name for name in done.stdout.decode().split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def _is_generated(path: Path, root: Path) -> bool:
    folders = path.relative_to(root).parent.parts
    return any(name in _GENERATED or (name.startswith(".") and name != ".ci") for name in folders)


def python_files(files: Iterable[Path]) -> list[Path]:
    """Return those of ``files`` that are Python source."""
    return [path for path in files if path.suffix in (".py", ".pyi")]


def length_faults(files: Iterable[Path]) -> list[Fault]:
    """Return the Python files with more lines than a reader keeps in mind."""
    lengths = ((path, len(path.read_bytes().splitlines())) for path in python_files(files))
    return [
        Fault(path, lines, f"{lines} lines, at most {LONGEST_FILE_LINES} allowed: split it by noun")
        for path, lines in lengths
        if lines > LONGEST_FILE_LINES
    ]


def name_faults(root: Path, files: Iterable[Path]) -> list[Fault]:
    """Return the Python files whose name, or whose folder's name, contains a word that says nothing."""
    faults = []
    for path in python_files(files):
        words = {word for part in path.relative_to(root).with_suffix("").parts for word in part.lower().split("_")}
        empty = sorted(words & EMPTY_NAMES)
        if empty:
            faults.append(Fault(path, 0, f"{empty[0]!r} in its name: call it after the noun it holds"))
    return faults


def path_faults(root: Path, files: Iterable[Path]) -> list[Fault]:
    """Return the lines of text files that name a home folder or the place of this very checkout."""
    faults = []
    for path in files:
        content = path.read_bytes()
        if b"\0" in content[:8192]:  # not text
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
            if _HOME.search(line) or _names_checkout(line, root):
                faults.append(Fault(path, number, f"names a path of one machine: {line.strip()[:80]}"))
    return faults


def _names_checkout(line: str, root: Path) -> bool:
    own = root.resolve()
    return len(own.parts) >= _SHORTEST_OWN_PATH and re.search(re.escape(str(own)) + r"(?![\w-])", line) is not None
