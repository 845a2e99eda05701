"""Checks signatures in a runtime and prints one line for each, then the time that one takes.

Runs in CPython and in MicroPython: `micropython tests/conformance/run_ed25519.py cases.txt`; a line of the file is key,
signature and message in hexadecimal, the message behind a colon so that it may be empty.
"""

# MicroPython runs this file too: it has no typing module.

import sys
import time
from binascii import hexlify, unhexlify

from pocketk_firmware.slots.ed25519 import verify
from pocketk_firmware.slots.sha512 import sha512


def main(path) -> None:
    """Print the verdicts and the SHA-512 of each message."""
    started = time.time()
    n = 0
    with open(path) as file:  # noqa: PTH123
        for line in file:
            key, signature, message = [unhexlify(part) for part in line.strip().replace(":", "").split(" ")]
            verdict = verify(key, signature, message)
            sys.stdout.write(f"{int(verdict)} {hexlify(sha512(message)).decode()}\n")
            n += 1
    sys.stdout.write(f"{(time.time() - started) * 1000 / n:.1f} ms each\n")


if __name__ == "__main__":
    main(sys.argv[1])
