"""What `pocketk key` runs: keys that sign bundles, and the list of those that a device trusts."""

from pathlib import Path

from cyclopts import App
from rich.console import Console

from pocketk.signing.key_file import create_key, public_path, read_public
from pocketk.signing.passphrase import read_passphrase
from pocketk.signing.signing_error import SigningError
from pocketk.signing.whole_file import write_whole
from pocketk_agent.bundle.public_key import PublicKey
from pocketk_agent.bundle.trust import KEYS_NAME, keys_json, parse_keys

key_app = App(
    name="key",
    help="""Make keys that sign bundles, and say which keys a device trusts.

Once, on a machine that is trusted: `pocketk key create`. For every device: `pocketk key trust`, and the folder goes
to /var/lib/pocketk/trust. A device that was given no keys is in demonstration mode: it accepts the demonstration key,
whose private half is public, and says so on every screen.
""",
)


@key_app.command(name="create")
def create_command(path: Path, *, name: str, passphrase_file: Path | None = None) -> None:
    """Draw a new Ed25519 key: a private file locked with a passphrase, and PATH.pub.json for devices.

    The private file never lies in a git repository and is never overwritten. Whoever has it and its passphrase decides
    what devices run: keep it on a medium that is locked away, with a copy elsewhere.

        pocketk key create /media/safe/release-2026.key --name "Clinic release 2026"

    Args:
        path: File of the private key.
        name: Whose key it is, in up to 60 characters; devices show it beside every result.
        passphrase_file: File whose first line is the passphrase; asked for at the terminal where not given.
    """
    passphrase = read_passphrase(passphrase_file, f"passphrase for {path}", twice=True)
    key = create_key(path, name, passphrase)
    console = Console()
    console.print(f"private  {path}  (locked; keep it away from every repository)", highlight=False, soft_wrap=True)
    console.print(f"public   {public_path(path)}  key {key.key_id}", highlight=False, soft_wrap=True)


@key_app.command(name="trust")
def trust_command(*keys: Path, out: Path, demonstration: bool = False) -> None:
    """Write the list of keys that a device trusts.

    The list is written anew: name every key that is to be trusted. A key left out is trusted no longer.

        pocketk key trust release-2026.key.pub.json release-2027.key.pub.json --out trust

    Args:
        keys: Public files, as `pocketk key create` writes them.
        out: Folder for trusted_keys.json; made where missing.
        demonstration: Also accept the demonstration key, with its notice on every screen.
    """
    listed = tuple(read_public(path) for path in keys)
    text = _checked_list(listed, demonstration)
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_whole(out / KEYS_NAME, text.encode())
    except OSError as error:
        raise SigningError(f"{out / KEYS_NAME} cannot be written: {error.strerror}.") from error
    console = Console()
    for key in listed:
        console.print(f"trusted  {key.name}  key {key.key_id}", highlight=False, soft_wrap=True)
    console.print(f"written  {out / KEYS_NAME}", highlight=False, soft_wrap=True)


def _checked_list(keys: tuple[PublicKey, ...], demonstration: bool) -> str:
    text = keys_json(keys, demonstration)
    try:
        parse_keys(text)
    except ValueError as error:
        raise SigningError(f"No such list can be made: {error}. Name each public file once.") from error
    return text
