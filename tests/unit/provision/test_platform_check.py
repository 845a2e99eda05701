"""32-bit systems, other CPUs and other Pythons are refused before anything is touched."""

from dataclasses import replace

import pytest

from pocketk.provision.pi.installer.kit_wish import KitWish
from pocketk.provision.pi.installer.platform_check import Machine, refusal, this_machine

PI = Machine("Linux", "aarch64", 8, (3, 11), "cpython", (2, 36))
WISH = KitWish()


@pytest.mark.parametrize("python", [(3, 11), (3, 13)])
def test_64_bit_raspberry_pi_os_is_accepted(python) -> None:
    assert refusal(replace(PI, python=python), WISH) is None


@pytest.mark.parametrize("machine", ["armv7l", "armv6l", "armv8l"])
def test_a_32_bit_kernel_is_refused_with_what_to_write_to_the_card(machine: str) -> None:
    said = refusal(replace(PI, machine=machine, pointer_bytes=4), WISH)
    assert said is not None
    assert f"32-bit system ({machine})" in said
    assert "Raspberry Pi OS (64-bit)" in said
    assert "Zero 2 W" in said


def test_a_32_bit_system_under_a_64_bit_kernel_is_refused() -> None:
    said = refusal(replace(PI, pointer_bytes=4), WISH)
    assert said is not None
    assert "kernel is 64-bit (aarch64) but the programs of this system are 32-bit" in said


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"machine": "x86_64"}, "for aarch64; this machine is x86_64"),
        ({"system": "Darwin"}, "this is Darwin"),
        ({"python": (3, 12)}, "this is cpython 3.12"),
        ({"python": (3, 9)}, "CPython 3.11 or 3.13"),
        ({"implementation": "pypy"}, "pypy 3.11"),
        ({"glibc": (2, 27)}, "glibc 2.28 or newer; this system has 2.27"),
        ({"glibc": ()}, "another C library"),
    ],
)
def test_what_else_does_not_fit_is_named(changed, words: str) -> None:
    said = refusal(replace(PI, **changed), WISH)
    assert said is not None
    assert words in said


def test_this_machine_says_what_it_is() -> None:
    found = this_machine()
    assert found.pointer_bytes in (4, 8)
    assert found.python >= (3, 11)
