"""Names of files in a bundle: plain ones, so that no bundle reaches outside its own slot. The agent's rule."""

from pocketk_firmware.constant import const

_MOST_CHARACTERS = const(80)
_FIRST = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_FURTHER = _FIRST + "._-"


def is_plain(name):
    """Return whether a name is 1 to 80 ASCII letters, digits, ".", "_" and "-", neither beginning nor ending oddly."""
    if not 0 < len(name) <= _MOST_CHARACTERS or name[0] not in _FIRST or name[-1] == ".":
        return False
    return not [one for one in name if one not in _FURTHER]


def names_fault(names):
    """Return what is wrong with names that are to lie in one folder, as a sentence's end; "" where nothing is."""
    seen = set()
    for name in names:
        if not is_plain(name):
            return "%s, which is no plain name" % repr(name)
        if name.lower() in seen:
            return "%s, which is there already where case does not count" % repr(name)
        seen.add(name.lower())
    return ""
