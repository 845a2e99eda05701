"""Registers of a chip: reset values, which bits can be written, and which a data sheet fixes."""


class Register:
    """One register.

    Args:
        name: as the data sheet has it.
        reset: value after a reset.
        writable: bits that a write changes; 0 makes the register read-only.
        ones: bits that a write must set.
        zeros: bits that a write must leave clear.
    """

    def __init__(self, name: str, reset: int, writable: int, ones: int = 0, zeros: int = 0):
        self.name = name
        self.reset = reset
        self.writable = writable
        self.ones = ones
        self.zeros = zeros


class RegisterFile:
    """Values of a chip's registers by address, and what is wrong with a write.

    Args:
        registers: of `Register`, in the order of their addresses.
        violations: list that every wrong access is noted in.
    """

    def __init__(self, registers, violations):
        self._registers = registers
        self._violations = violations
        self._values = [0] * len(registers)
        self.reset()

    def __len__(self):
        return len(self._registers)

    def reset(self) -> None:
        """Give every register its reset value."""
        for i in range(len(self._registers)):
            self._values[i] = self._registers[i].reset

    def get(self, address: int) -> int:
        """What a read of `address` returns; 0 where there is no register, which is a violation."""
        if address < len(self._values):
            return self._values[address]
        self._violations.append("read of register 0x%02X, which does not exist" % address)
        return 0

    def put(self, address: int, value: int) -> None:
        """What a write from outside does."""
        if address >= len(self._values):
            self._violations.append("write to register 0x%02X, which does not exist" % address)
            return
        register = self._registers[address]
        if not register.writable:
            self._violations.append("write to %s, which is read-only" % register.name)
            return
        if value & register.ones != register.ones or value & register.zeros:
            self._violations.append("write of 0x%02X to %s breaks its fixed bits" % (value, register.name))
        kept = self._values[address] & ~register.writable
        self._values[address] = kept | (value & register.writable)

    def force(self, address: int, value: int) -> None:
        """What the chip itself does to a register, e.g. to a status bit."""
        self._values[address] = value
