"""What a wheel says of itself."""

from __future__ import annotations

import zipfile
from email.parser import BytesParser
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from pocketk.provision.provision_error import ProvisionError


def requirements_of(wheel: Path) -> list[Requirement]:
    """The packages that it needs, with their conditions.

    Raises:
        ProvisionError: If it is no wheel.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            (name,) = [one for one in archive.namelist() if one.count("/") == 1 and one.endswith(".dist-info/METADATA")]
            message = BytesParser().parsebytes(archive.read(name), headersonly=True)
        return [Requirement(str(line)) for line in message.get_all("Requires-Dist", [])]
    except (OSError, ValueError, zipfile.BadZipFile, InvalidRequirement) as error:
        raise ProvisionError(f"{wheel.name} is no wheel that can be read: {error}") from error
