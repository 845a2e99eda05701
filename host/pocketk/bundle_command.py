"""What `pocketk bundle` runs: sign, look at, compare, verify and pack bundles."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pocketk.bundle.difference import bundle_differences
from pocketk.bundle.errors import HostBundleError
from pocketk.bundle.inspection import Inspection, inspect_bundle
from pocketk.bundle.packing import packed
from pocketk.signing.file_signer import FileSigner, demonstration_signer
from pocketk.signing.key_file import public_path, read_public
from pocketk.signing.passphrase import read_passphrase
from pocketk.signing.sign_bundle import sign_bundle
from pocketk.signing.signer import Signer
from pocketk.signing.signing_error import SigningError
from pocketk.signing.whole_file import write_whole
from pocketk_agent.bundle.bundle import bundle_folder, load_bundle
from pocketk_agent.bundle.signature import time_text
from pocketk_agent.bundle.trust import installed_trust
from pocketk_agent.bundle.verify import check_contents

EXIT_DIFFERENT = 1

bundle_app = App(
    name="bundle",
    help="""Sign bundles, look at them, compare, verify and pack them.

A bundle is made with `pocketk export`, signed here, and accepted by devices that trust the key. BUNDLE is a folder, an
archive (.zip) or the name of a shipped bundle.
""",
)


@bundle_app.command(name="sign")
def sign_command(
    *bundles: Path,
    key: Path | None = None,
    demonstration: bool = False,
    valid_days: int | None = None,
    passphrase_file: Path | None = None,
) -> None:
    """Sign bundles' folders, each loaded as a device would load it before and after.

    A bundle that has this signature already is left as it is. Signing says: this model, these thresholds, this
    calibration and this preprocessing were validated together.

        pocketk bundle sign out/pocketk-s --key /media/safe/release-2026.key --valid-days 400
        pocketk bundle sign models/bundles/* --demonstration

    Args:
        bundles: Folders.
        key: Private key's file, as `pocketk key create` wrote it, with its public file beside it.
        demonstration: Sign with the demonstration key, which anybody has; devices accept it in demonstration mode only.
        valid_days: Days until devices refuse the bundle; without an end where not given.
        passphrase_file: File whose first line is the passphrase; asked for at the terminal where not given.
    """
    if not bundles:
        raise SigningError("No bundle was named; give at least one folder. See pocketk bundle sign --help.")
    if (key is None) != demonstration:
        raise SigningError("Give either --key FILE or --demonstration.")
    if valid_days is not None and valid_days < 1:
        raise SigningError(f"--valid-days {valid_days}: give at least 1.")
    for bundle in bundles:
        if not bundle.is_dir():
            raise SigningError(f"{bundle} is not a folder; sign the folder, then pack it.")
    signer = demonstration_signer() if key is None else _file_signer(key, passphrase_file)
    try:
        signer.open()
        for bundle in bundles:
            _sign_one(bundle, signer, valid_days)
    finally:
        signer.close()


def _file_signer(key: Path, passphrase_file: Path | None) -> FileSigner:
    name = read_public(public_path(key)).name
    return FileSigner(key, name, read_passphrase(passphrase_file, f"passphrase for {key}"))


def _sign_one(bundle: Path, signer: Signer, valid_days: int | None) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    expires = None if valid_days is None else now + timedelta(days=valid_days)
    done = sign_bundle(bundle, signer, now, expires)
    public = signer.public_key()
    words = "signed" if done else "signed already, left as it is"
    end = "no end" if expires is None else f"until {time_text(expires)}"
    _say(f"{bundle}  {words}: {public.name}, key {public.key_id}, {end}")


@bundle_app.command(name="inspect")
def inspect_command(
    bundle: str,
    *,
    trust: Path | None = None,
    json_output: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """Show what is in a bundle, who signed it, and whether this machine would accept it; nothing is written.

        pocketk bundle inspect pocketk-s

    Args:
        bundle: Folder, archive or shipped name.
        trust: Folder with trusted_keys.json; what is installed on this machine where not given.
        json_output: Print one JSON document instead of a table.
    """
    with bundle_folder(bundle) as directory:
        found = inspect_bundle(directory, installed_trust(trust, remembers=False), datetime.now(UTC))
    if json_output:
        sys.stdout.write(json.dumps(_document(found), indent=2, sort_keys=True) + "\n")
    else:
        _print_inspection(found)


def _document(found: Inspection) -> dict[str, object]:
    return {
        "manifest": json.loads(found.manifest.to_json()),
        "signature": None if found.record is None else json.loads(found.record.to_bytes()),
        "sizes_bytes": found.sizes_bytes,
        "accepted": found.accepted,
        "sentence": found.sentence,
    }


def _print_inspection(found: Inspection) -> None:
    manifest, record = found.manifest, found.record
    table = Table(title=f"{manifest.model_id} {manifest.model_version}", caption=escape(found.sentence))
    table.add_column("what")
    table.add_column("value", overflow="fold")
    facts = {
        "training": manifest.training_data,
        "preprocessing": manifest.variant,
        "outputs": ", ".join(manifest.outputs),
        "thresholds": "none" if manifest.thresholds is None else str(asdict(manifest.thresholds)),
        "needs": f"agent {manifest.minimum_agent}, firmware {manifest.minimum_firmware}",
        "key": "none" if record is None else record.key_id,
        "signed": "not" if record is None else time_text(record.signed_at),
        "ends": "never" if record is None or record.expires is None else time_text(record.expires),
    }
    facts |= {name: f"{size:,} bytes, sha256 {manifest.files[name]}" for name, size in found.sizes_bytes.items()}
    for name, value in facts.items():
        table.add_row(name, escape(value))
    Console().print(table)


@bundle_app.command(name="diff")
def diff_command(first: str, second: str) -> int:
    """Show what differs between two bundles; exit status 1 if anything does.

    Manifests are compared field by field, files by their hashes, signatures by what they say.

        pocketk bundle diff pocketk-s out/release/pocketk-s

    Args:
        first: Folder, archive or shipped name.
        second: The same.
    """
    with bundle_folder(first) as before, bundle_folder(second) as after:
        differences = bundle_differences(before, after)
    if not differences:
        _say("the same")
        return 0
    table = Table()
    for heading in ("what", "first", "second"):
        table.add_column(heading, overflow="fold")
    for one in differences:
        table.add_row(*(escape(cell) for cell in (one.what, one.before, one.after)))
    Console().print(table)
    return EXIT_DIFFERENT


@bundle_app.command(name="verify")
def verify_command(bundle: str, *, trust: Path | None = None, development: bool = False) -> None:
    """Verify a bundle as a device does when it starts, golden vectors included; exit status 2 and the reason if not.

    What a device has seen is read and never written: looking ends no bundle and shuts no older one out.

        pocketk bundle verify out/pocketk-s.zip --trust trust

    Args:
        bundle: Folder, archive or shipped name.
        trust: Folder with trusted_keys.json; what is installed on this machine where not given.
        development: Accept a bundle without a signature.
    """
    loaded = load_bundle(bundle, trust=installed_trust(trust, development=development, remembers=False))
    manifest, model = loaded.manifest, loaded.manifest.model_of(loaded.model_file)
    _say(f"{manifest.model_id} {manifest.model_version}: whole. {loaded.standing.sentence}")
    allowed = 0.0 if model is None else model.golden_atol_logit
    _say(
        f"golden vectors of {loaded.model_file} reproduce in {loaded.engine}: a logit differs by "
        f"{loaded.golden_error_logit:.2g}, {allowed:.2g} allowed"
    )
    if loaded.note:
        _say(loaded.note)


@bundle_app.command(name="pack")
def pack_command(bundle: Path, *, out: Path) -> None:
    """Pack a bundle's folder into one archive; the same folder gives the same bytes everywhere.

    Nothing is compressed, so that nothing can grow when it is read. A device loads the archive as it is.

        pocketk bundle pack out/pocketk-s --out out/pocketk-s.zip

    Args:
        bundle: Folder.
        out: The archive; an older one is replaced.
    """
    if not bundle.is_dir():
        raise HostBundleError(f"{bundle} is not a folder; pack takes the folder of a bundle.")
    if out.suffix != ".zip":
        raise HostBundleError(f"--out {out}: the name of an archive ends in .zip.")
    if out.resolve().is_relative_to(bundle.resolve()):
        raise HostBundleError(
            f"--out {out} lies in the bundle's own folder, where devices refuse what is not listed; give another place."
        )
    check_contents(bundle)
    content = packed(bundle)
    try:
        write_whole(out, content)
    except OSError as error:
        raise HostBundleError(f"{out} cannot be written: {error.strerror}.") from error
    _say(f"packed {out}, {len(content):,} bytes")


def _say(line: str) -> None:
    Console().print(escape(line), highlight=False, soft_wrap=True)
