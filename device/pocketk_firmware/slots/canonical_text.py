"""Whether JSON bytes have the one layout in which manifests are written, without building them again.

A chip cannot write the numbers again as the workstation did (its floats may be single precision), so the layout is
checked instead: two spaces a level, one value a line, keys of an object in strictly rising order. Nothing can then be
said twice, which MicroPython's `json` would take in silence, keeping the last.
"""

from pocketk_firmware.constant import const

_MOST_DEPTH = const(8)


def check_canonical(raw) -> None:
    """Check the layout of `json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False)` and a newline.

    Raises:
        ValueError: another layout, a key twice or out of order, or nested too deeply.
    """
    if raw[-1:] != b"\n":
        raise ValueError("no newline at the end")
    keys = []  # of each open object the last key, of each open list None
    closers = []
    number = 0
    at, end = 0, raw.find(b"\n")
    while end >= 0:  # line by line: a list of all would take several times the manifest's size
        further = raw.find(b"\n", end + 1)
        following = bytes(raw[end + 1 : further]) if further >= 0 else b""
        _check_line(bytes(raw[at:end]), number, keys, closers, following)
        at, end, number = end + 1, further, number + 1
    if keys:
        raise ValueError("it ends too soon")


def _check_line(line, number, keys, closers, following):
    text = line.strip(b" ")
    closing = text[:1] in (b"}", b"]")
    if closing:
        if not keys or text[:1] != closers.pop():
            raise ValueError("line %d closes what is not open" % (number + 1))
        keys.pop()
    if number and not keys and not closing:
        raise ValueError("line %d is outside" % (number + 1))
    if line != b" " * (2 * len(keys)) + text or not text:
        raise ValueError("line %d is not indented by two spaces a level" % (number + 1))
    if not closing and keys and keys[-1] is not None:
        text = _after_key(text, number, keys)
    _check_comma(text, following, number)
    if not closing:
        _check_value(text[:-1] if text.endswith(b",") else text, number)
    _open(text, number, keys, closers)


def _after_key(text, number, keys):
    """Return what follows the key of a line, which must come after the key before it."""
    end = 1
    while text[end : end + 1] not in (b'"', b"\\", b""):
        end += 1
    key = text[1:end]
    if text[:1] != b'"' or text[end : end + 3] != b'": ' or key <= keys[-1]:
        raise ValueError("line %d: its key is none, comes twice, or is out of order" % (number + 1))
    keys[-1] = key
    return text[end + 3 :]


def _check_comma(text, following, number):
    """A comma stands where another value of the same object or list follows, and nowhere else."""
    opens = text in (b"{", b"[")
    last = following.strip(b" ")[:1] in (b"}", b"]", b"")
    if not opens and text.endswith(b",") == last:
        raise ValueError("line %d: a comma is missing or too many" % (number + 1))


def _check_value(text, number):
    """One value, a string or what holds none of the signs that part values, or the beginning of a list or object."""
    if text[:1] == b'"':
        end = 1
        while text[end : end + 1] not in (b'"', b""):
            end += 2 if text[end : end + 1] == b"\\" else 1
        sound = end + 1 == len(text)
    else:
        sound = text in (b"{", b"[", b"{}", b"[]") or not [one for one in b' ",:{}[]' if bytes((one,)) in text]
    if not sound:
        raise ValueError("line %d holds more than one value" % (number + 1))


def _open(text, number, keys, closers):
    if text not in (b"{", b"["):
        if number == 0:
            raise ValueError("it does not begin with an object")
        return
    keys.append(b"" if text == b"{" else None)
    closers.append(b"}" if text == b"{" else b"]")
    if len(keys) > _MOST_DEPTH:
        raise ValueError("nested more than %d deep" % _MOST_DEPTH)
