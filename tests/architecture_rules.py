"""The floors of the house as rules: which package may import what, and when, read from the source with ast."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

OUR_PACKAGES = (
    "pocketk_firmware",
    "pocketk_chips",
    "pocketk_agent",
    "pocketk_models",
    "pocketk_calibration",
    "pocketk",
)

# Standard library that both CPython and MicroPython (the unix port and a Pico) have.
# fmt: off
FIRMWARE_STDLIB = frozenset({
    "_thread", "array", "asyncio", "binascii", "builtins", "cmath", "collections", "errno", "gc", "hashlib",
    "heapq", "io", "json", "math", "os", "platform", "random", "re", "select", "struct", "sys", "time",
})
# fmt: on
# Modules of MicroPython alone: allowed where their absence is handled, since the same files run in CPython.
MICROPYTHON_ONLY = frozenset({"machine", "micropython", "rp2"})

# What a named extra installs. Imported by the function that needs it, never when a module is loaded.
AGENT_OPTIONAL = (
    "ai_edge_litert",
    "cryptography",
    "edfio",
    "gpiod",
    "matplotlib",
    "onnxruntime",
    "pydantic",
    "pydantic_core",
    "rich",
    "serial",
    "sleepecg",
    "smbus2",
    "spidev",
    "tflite_runtime",
    "wfdb",
)

UNREADABLE = "?"  # the name of a dynamic import that is no literal


@dataclass(frozen=True, slots=True)
class Floor:
    """What one package may import besides itself; dotted names allow everything below them.

    ``installed`` is the third-party software allowed anywhere, None for any; ``optional`` is allowed inside
    functions only, and so are our own packages in ``lazily_below``; ``firmware`` restricts the standard library to
    what MicroPython has, but for the folders ``cpython_only``.
    """

    package: str
    folder: str
    below: tuple[str, ...]
    installed: tuple[str, ...] | None = None
    optional: tuple[str, ...] = ()
    firmware: bool = False
    lazily_below: tuple[str, ...] = ()
    cpython_only: tuple[str, ...] = ()


FLOORS = (
    Floor("pocketk_firmware", "device/pocketk_firmware", below=(), installed=(), firmware=True),
    Floor(
        "pocketk_chips",
        "device/pocketk_chips",
        below=("pocketk_firmware",),
        installed=(),
        firmware=True,
        cpython_only=("linux",),
    ),
    Floor(
        "pocketk_agent",
        "device/pocketk_agent",
        below=("pocketk_firmware",),
        installed=("bottleneck", "numpy", "scipy.ndimage"),
        optional=AGENT_OPTIONAL,
        lazily_below=("pocketk_chips",),  # a bench without hardware; nothing that is measured needs it
    ),
    Floor("pocketk_models", "models/pocketk_models", below=()),
    Floor(
        "pocketk_calibration",
        "calibration/pocketk_calibration",
        below=(
            "pocketk_agent.signal",
            "pocketk_agent.probability",
            "pocketk_agent.front_end",
            "pocketk_agent.front_end_calibration",
        ),
        installed=("numpy", "scipy", "sklearn"),
    ),
    Floor("pocketk", "host/pocketk", below=OUR_PACKAGES),
)


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name. ``lazy``: not when the module is loaded; ``guarded``: its absence is handled."""

    name: str
    line: int
    lazy: bool
    guarded: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a rule of the house is broken, and how."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        """Name place and fault as compilers do."""
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class FloorReading:
    """The forbidden imports that were found, and how many imports were looked at."""

    faults: tuple[Fault, ...]
    n_imports: int


def read_floors(root: Path, floors: tuple[Floor, ...] = FLOORS) -> FloorReading:
    """Check every import of every package under ``root``; a package without Python files is a fault too."""
    faults: list[Fault] = []
    n_imports = 0
    for floor in floors:
        folder = root / floor.folder
        files = sorted(folder.rglob("*.py"))
        if not files:
            faults.append(Fault(Path(floor.folder), 0, "has no Python files, so nothing was checked"))
        for path in files:
            apart = path.relative_to(folder).parts[0] in floor.cpython_only
            rules = replace(floor, firmware=floor.firmware and not apart)
            for one in file_imports(path, folder.parent):
                n_imports += 1
                reason = forbidden(rules, one)
                if reason:
                    faults.append(Fault(path.relative_to(root), one.line, f"imports {one.name}: {reason}"))
    return FloorReading(tuple(faults), n_imports)


def forbidden(floor: Floor, one: Import) -> str | None:
    """Return why ``floor`` may not import ``one``, or None where it may."""
    top = one.name.partition(".")[0]
    if top == floor.package or floor.below == OUR_PACKAGES:  # nothing lies above the host
        return None
    if top == UNREADABLE:
        return "a dynamic import must name its module literally, so that this check can read it"
    if top in OUR_PACKAGES:
        return _own_package_fault(floor, one)
    if top in MICROPYTHON_ONLY and floor.firmware:
        return None if one.lazy or one.guarded else "CPython lacks it: import it inside try/except ImportError"
    if top in sys.stdlib_module_names:
        return None if not floor.firmware or top in FIRMWARE_STDLIB else "MicroPython lacks it"
    return _third_party_fault(floor, one)


def _own_package_fault(floor: Floor, one: Import) -> str | None:
    if _covered(one.name, floor.below):
        return None
    if not _covered(one.name, floor.lazily_below):
        return f"{floor.package} must not know it (imports go down)"
    return None if one.lazy else "is for a bench without hardware, so import it inside the function that needs it"


def _third_party_fault(floor: Floor, one: Import) -> str | None:
    if floor.installed is None or _covered(one.name, floor.installed):
        return None
    if not _covered(one.name, floor.optional):
        return f"{floor.package} may use only {', '.join((*floor.installed, *floor.optional)) or 'no package'}"
    return None if one.lazy else "belongs to an extra, so import it inside the function that needs it"


def _covered(name: str, allowed: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in allowed)


def file_imports(path: Path, top_folder: Path) -> list[Import]:
    """Return every import in the file, names absolute; ``top_folder`` holds the top-level package."""
    package = path.relative_to(top_folder).parent.parts
    tree = ast.parse(path.read_bytes(), filename=str(path))
    return [one for node in tree.body for one in _imports(node, package, lazy=False, guarded=False)]


def _imports(node: ast.AST, package: tuple[str, ...], *, lazy: bool, guarded: bool) -> Iterator[Import]:
    """Yield the imports in ``node`` and below it, outermost first."""
    for name in _imported_names(node, package):
        yield Import(name, getattr(node, "lineno", 0), lazy, guarded)
    lazy = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for field, value in ast.iter_fields(node):
        children = [child for child in (value if isinstance(value, list) else [value]) if _is_node(child)]
        types_only = isinstance(node, ast.If) and field == "body" and _is_type_checking(node.test)
        caught = isinstance(node, ast.Try) and field in ("body", "handlers") and _catches_import_error(node)
        for child in children:
            yield from _imports(child, package, lazy=lazy or types_only, guarded=guarded or caught)


def _is_node(value: object) -> bool:
    return isinstance(value, ast.AST)


def _imported_names(node: ast.AST, package: tuple[str, ...]) -> list[str]:
    """Return the absolute dotted names that ``node`` itself imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        above = package[: len(package) - node.level + 1] if node.level else ()
        base = ".".join([*above, *([node.module] if node.module else [])])
        return [base if alias.name == "*" else f"{base}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
        return [_literal_module(node, package)]
    return []


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _literal_module(call: ast.Call, package: tuple[str, ...]) -> str:
    first = call.args[0] if call.args else None
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        return UNREADABLE
    # a relative dynamic import stays inside the package
    return package[0] + first.value if first.value.startswith(".") else first.value


def _is_type_checking(test: ast.expr) -> bool:
    return isinstance(test, ast.Name | ast.Attribute) and ast.unparse(test).endswith("TYPE_CHECKING")


def _catches_import_error(node: ast.Try) -> bool:
    caught = " ".join(ast.unparse(handler.type) for handler in node.handlers if handler.type)
    return "ImportError" in caught or "ModuleNotFoundError" in caught
