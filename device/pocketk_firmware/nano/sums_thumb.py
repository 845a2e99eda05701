"""Sums of products in ARM Thumb inline assembler, for Cortex-M0+ (armv6m) and later.

Compiled only where a port has `asm_thumb`; `kernels_thumb` makes kernels of it. Counted with the cycles of a Cortex-M0+
(loads 2, taken branches 2, multiplier 1): 7.5 to 9.2 a product in rows of 64 to 15, 14.1 in columns of 11.
"""

# ruff: noqa: F821, PLR0915  registers and instructions are the assembler's own names
# pyright: reportUndefinedVariable=false, reportMissingImports=false, reportArgumentType=false

try:
    import micropython
except ImportError as error:
    raise ImportError("asm_thumb is an assembler of MicroPython: CPython runs kernels_plain") from error


@micropython.asm_thumb
def row_sums(r0, r1, r2):
    """Write sum(x * w) for each channel, all bytes unsigned, to `job[6:]`.

    r0 is the job, an array("i"): place of the window in the arena, place of the weights in the file, products in a
    sum (1 or more), channels (1 or more), and two words that are not used here. r1 is the file, r2 the arena. r7 walks
    along the job's sums.
    """
    ldr(r3, [r0, 0])
    add(r2, r2, r3)
    ldr(r3, [r0, 4])
    add(r1, r1, r3)
    ldr(r3, [r0, 12])
    mov(r7, r0)
    label(CHANNEL)
    push({r2, r3})
    mov(r4, 0)
    ldr(r3, [r0, 8])
    sub(r3, 4)
    blt(REST)
    label(FOUR)
    ldrb(r5, [r2, 0])
    ldrb(r6, [r1, 0])
    mul(r5, r6)
    add(r4, r4, r5)
    ldrb(r5, [r2, 1])
    ldrb(r6, [r1, 1])
    mul(r5, r6)
    add(r4, r4, r5)
    ldrb(r5, [r2, 2])
    ldrb(r6, [r1, 2])
    mul(r5, r6)
    add(r4, r4, r5)
    ldrb(r5, [r2, 3])
    ldrb(r6, [r1, 3])
    mul(r5, r6)
    add(r4, r4, r5)
    add(r2, 4)
    add(r1, 4)
    sub(r3, 4)
    bge(FOUR)
    label(REST)
    add(r3, 4)
    beq(STORE)
    label(ONE)
    ldrb(r5, [r2, 0])
    ldrb(r6, [r1, 0])
    mul(r5, r6)
    add(r4, r4, r5)
    add(r2, 1)
    add(r1, 1)
    sub(r3, 1)
    bne(ONE)
    label(STORE)
    str(r4, [r7, 24])
    add(r7, 4)
    pop({r2, r3})
    sub(r3, 1)
    bne(CHANNEL)


@micropython.asm_thumb
def column_sums(r0, r1, r2):
    """Write sum(x * (w - 128)) of each channel's own kernel to `job[6:]`.

    As `row_sums`, but neighbours in a sum lie a frame apart: x and w both step by the number of channels, which r7
    holds within a sum.
    """
    ldr(r3, [r0, 0])
    add(r2, r2, r3)
    ldr(r3, [r0, 4])
    add(r1, r1, r3)
    ldr(r3, [r0, 12])
    mov(r7, r0)
    label(CHANNEL)
    push({r1, r2, r3, r7})
    mov(r4, 0)
    ldr(r3, [r0, 8])
    ldr(r7, [r0, 12])
    label(TAP)
    ldrb(r5, [r2, 0])
    ldrb(r6, [r1, 0])
    sub(r6, 128)
    mul(r5, r6)
    add(r4, r4, r5)
    add(r2, r2, r7)
    add(r1, r1, r7)
    sub(r3, 1)
    bne(TAP)
    pop({r1, r2, r3, r7})
    str(r4, [r7, 24])
    add(r7, 4)
    add(r1, 1)
    add(r2, 1)
    sub(r3, 1)
    bne(CHANNEL)
