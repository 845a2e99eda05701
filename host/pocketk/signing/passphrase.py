"""Asking for a passphrase, without showing or keeping it."""

import getpass
import sys
from pathlib import Path

from pocketk.signing.signing_error import SigningError


def read_passphrase(file: Path | None, prompt: str, *, twice: bool = False) -> bytes:
    """The passphrase from a file's first line, or typed.

    Args:
        file: None to ask at the terminal.
        prompt: what to ask for.
        twice: a new one is typed again.

    Raises:
        SigningError: the file cannot be read, nobody can be asked, or the two differ.
    """
    if file is not None:
        try:
            return file.read_bytes().partition(b"\n")[0].rstrip(b"\r")
        except OSError as error:
            raise SigningError(f"The passphrase's file {file} cannot be read: {error.strerror}.") from error
    if not sys.stdin.isatty():
        raise SigningError("There is no terminal to type the passphrase at; give --passphrase-file.")
    typed = getpass.getpass(f"{prompt}: ")
    if twice and getpass.getpass("again: ") != typed:
        raise SigningError("The two passphrases differ; nothing was made.")
    return typed.encode()
