"""A model of a Raspberry Pi's buses, and a simulated patient to connect a chip's model to."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pocketk_agent.sources.bus.patient_input import PatientInput
    from pocketk_chips.linux.pi_board import PiBoard


def virtual_patient_board(fs_hz: float) -> "tuple[PiBoard, PatientInput]":
    """An empty board in real time, and a patient with an ordinary potassium who is not connected yet.

    Args:
        fs_hz: rate of the chip that will be connected.
    """
    from pocketk_agent.patient.profile import profile_shape
    from pocketk_agent.sources.bus.patient_input import PatientInput
    from pocketk_agent.sources.simulated_patient_source import NORMAL_MMOL_L
    from pocketk_chips.bench import ChipBench
    from pocketk_chips.linux.pi_board import PiBoard
    from pocketk_chips.linux.real_time_pace import RealTimePace

    patient = PatientInput(profile_shape("typical", NORMAL_MMOL_L), fs_hz)
    return PiBoard(ChipBench(pace=RealTimePace())), patient
