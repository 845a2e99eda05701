"""Fuzzes one target with atheris until a defect or the end of its time.

python tests/fuzz/fuzz_one.py TARGET [libFuzzer options and a corpus folder]
"""

import sys
from importlib import import_module

atheris = import_module("atheris")  # in an environment of its own

# Only golden vectors are read by NumPy; watching it takes 19 s more at every start.
READ_BY_NUMPY = ["numpy.lib"] if sys.argv[1].startswith("golden") else []

with atheris.instrument_imports(include=["pocketk_agent", "zipfile", "json", *READ_BY_NUMPY]):
    from fuzz_targets import find_target


def main() -> None:
    target = find_target(sys.argv[1])
    options = [sys.argv[0], *sys.argv[2:], f"-max_len={target.longest}", "-timeout=20", "-rss_limit_mb=3000"]
    atheris.Setup(options, lambda data: (target.run(data), None)[1])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
