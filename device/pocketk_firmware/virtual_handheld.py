"""A handheld without hardware: plays a counts file on standard input and output.

Started with `python -m` or `micropython -m pocketk_firmware.virtual_handheld`; see `USAGE`.
"""

import sys

from pocketk_firmware.handheld import Handheld
from pocketk_firmware.sample_adc import CountsFileAdc
from pocketk_firmware.stdio_link import StdioLink

EXIT_USAGE = 2
MAX_SPEED = 1000
LINGER_MS = 200

USAGE = """\
usage: virtual_handheld FILE.counts [--speed S] [--serial SN]

Plays FILE.counts as a handheld would send it, on standard input and output (binary).

  --speed S    simulated time over real time, 0 to 1000; 0 is as fast as the link takes it (default 1)
  --serial SN  serial number (default: the one in the file)
  --help       show this text
"""


def parse(arguments) -> tuple:
    """Return (path, speed in thousandths, serial number) from the command line's words.

    Raises:
        ValueError: the words make no sense; the message says why.
    """
    path, speed_permille, serial = "", 1000, ""
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word in ("--speed", "--serial"):
            if not words:
                raise ValueError(word + " needs a value")
            value = words.pop(0)
            if word == "--speed":
                speed_permille = _permille(value)
            else:
                serial = _serial_number(value)
        elif word.startswith("-") or path:
            raise ValueError("unexpected argument " + word)
        else:
            path = word
    if not path:
        raise ValueError("no recording given")
    return path, speed_permille, serial


def _permille(text):
    try:
        speed = float(text)
    except ValueError:
        raise ValueError("--speed is no number: " + text) from None
    if not 0 <= speed <= MAX_SPEED:
        raise ValueError("--speed must be 0 to %d" % MAX_SPEED)
    if speed and speed < 0.001:
        raise ValueError("--speed must be 0 or at least 0.001")
    return int(speed * 1000 + 0.5)


def _serial_number(text):
    if not 1 <= len(text) <= 96 or any(not " " <= character <= "~" for character in text):
        raise ValueError("--serial must be 1 to 96 printable ASCII characters")
    return text


def main(arguments) -> int:
    """Run the virtual handheld and return the process's exit code."""
    if "--help" in arguments or "-h" in arguments:
        sys.stdout.write(USAGE)
        return 0
    link = StdioLink()
    try:
        path, speed_permille, serial = parse(arguments)
        handheld = Handheld(CountsFileAdc(path), link, serial, speed_permille)
    except (OSError, ValueError) as error:
        sys.stderr.write("virtual_handheld: %s\n\n%s" % (error, USAGE))
        return EXIT_USAGE
    link.open()
    try:
        handheld.run()
        # A pseudo-terminal throws away what was not read yet when its master closes: let the answer to
        # BREAK be read first. Returns at once where the host has gone.
        link.wait(LINGER_MS)
    finally:
        link.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
