"""`python -m pocketk` and the console script `pocketk`."""

import sys
from importlib.util import find_spec

# What the workstation's commands need beyond a device's packages; see the extra `host`.
_NEEDED = ("cyclopts", "rich", "torch", "onnx", "safetensors", "polars", "duckdb", "pandera", "sklearn")


def main() -> None:
    """Run the command line, or say what to install: a device has the package but not the workstation's extras."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        print(f"pocketk: {', '.join(missing)} not installed; pip install 'pocketk[host]'", file=sys.stderr)
        print("On a device the command is pocketk-agent.", file=sys.stderr)
        sys.exit(2)
    from pocketk.cli import main as run

    run()


if __name__ == "__main__":
    main()
