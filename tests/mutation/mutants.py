"""Run mutmut on a copy of the agent and read what became of every mutant."""

import ast
import difflib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutmut.stats import status_by_exit_code

from mutation.groups import Group

# mutmut takes `src.` off a module's name and nothing else, so the agent has to lie there.
_PACKAGE = Path("src") / "pocketk_agent"
# A mutant that never ends or that a test rejects was noticed; anything else (no test reaches it, a crash) was not.
_NOTICED = frozenset({"killed", "timeout"})
_NOT_RUN = "not checked"
_LOG_TAIL = 3000


class MutationRunError(RuntimeError):
    """mutmut itself failed, so that nothing is known of the mutants."""


@dataclass(frozen=True)
class Mutant:
    """One change of one function.

    Attributes:
        name: as mutmut counts it; it changes with the source.
        function: `measurement.flow.MeasurementFlow.start`.
        was: the lines that it changes, without indentation.
        becomes: what they become.
        status: in mutmut's words.
    """

    name: str
    function: str
    was: str
    becomes: str
    status: str

    @property
    def survived(self) -> bool:
        """Whether no test noticed."""
        return self.status not in _NOTICED


def run_group(group: Group, root: Path, folder: Path, processes: int) -> list[Mutant]:
    """Mutate a copy of the agent and run the group's tests on every mutant.

    Args:
        group: what to mutate.
        root: checkout; nothing in it is changed.
        folder: where the copy goes; emptied first. mutmut's own words are in `mutmut.log` there.
        processes: mutants tried at once.

    Raises:
        MutationRunError: mutmut stopped early, or its tests fail without any mutation.
    """
    _stage(group, root, folder)
    command = [str(Path(sys.executable).with_name("mutmut")), "run", "--max-children", str(processes), *group.only]
    # One thread each, since several run at once; and pytest's own variables are not those of the tests within.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    log = folder / "mutmut.log"
    with log.open("w") as said:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**environ, "OMP_NUM_THREADS": "1"},
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
        )
    mutants = [mutant for module in group.modules for mutant in _read(folder, module)]
    if done.returncode or not mutants or (not group.only and any(m.status == _NOT_RUN for m in mutants)):
        raise MutationRunError(f"mutmut stopped early, see {log}:\n{log.read_text(errors='replace')[-_LOG_TAIL:]}")
    return [mutant for mutant in mutants if mutant.status != _NOT_RUN]


def _stage(group: Group, root: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    made = shutil.ignore_patterns("__pycache__")
    shutil.copytree(root / "device" / "pocketk_agent", folder / _PACKAGE, ignore=made)
    shutil.copytree(root / "tests", folder / "tests", ignore=made)
    settings = {
        "source_paths": ["src"],
        "only_mutate": [f"{_PACKAGE.as_posix()}/{module}.py" for module in group.modules],
        "pytest_add_cli_args": ["-p", "no:cacheprovider", *(f"--deselect={test}" for test in group.left_out)],
        "pytest_add_cli_args_test_selection": list(group.tests),
        # Several times what a test usually takes: a busy machine is no endless loop.
        "timeout_multiplier": 5.0,
        "use_git_change_detection": False,
    }
    # What JSON writes of texts, lists and numbers is TOML as well.
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    project = (root / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text("\n".join([project, "[tool.mutmut]", *lines, ""]))


def _read(folder: Path, module: str) -> Iterator[Mutant]:
    """The mutants of one module and what became of them."""
    mutated = folder / "mutants" / _PACKAGE / f"{module}.py"
    found = mutated.with_name(f"{mutated.name}.meta")
    if not found.exists():
        return
    functions = _functions(mutated)
    for name, exit_code in json.loads(found.read_text())["exit_code_by_key"].items():
        mangled, _, number = name.rpartition(".")[2].rpartition("__mutmut_")
        called = (
            mangled.removeprefix("x_") if mangled.startswith("x_") else mangled.removeprefix("xǁ").replace("ǁ", ".")
        )
        sources = [functions[f"{mangled}__mutmut_{which}"] for which in ("orig", number)]
        was, becomes = _changed(
            *(s.replace(f"{mangled}__mutmut_{w}", called) for s, w in zip(sources, ("orig", number), strict=True))
        )
        yield Mutant(name, f"{module.replace('/', '.')}.{called}", was, becomes, status_by_exit_code[exit_code])


def _functions(path: Path) -> dict[str, str]:
    """The source of every function and method of a file by its name, which mutmut keeps unique."""
    text = path.read_text()
    lines = text.splitlines()
    return {
        node.name: "\n".join(lines[node.lineno - 1 : node.end_lineno])
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "__mutmut_" in node.name
    }


def _changed(before: str, after: str) -> tuple[str, str]:
    """The lines that differ, without indentation."""
    differing = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    was, becomes = ("\n".join(line[1:].strip() for line in differing if line[0] == sign) for sign in "-+")
    return was, becomes
