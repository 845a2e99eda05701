"""What native code says on standard error without having been asked."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# LiteRT's way to say that all is well: "INFO: Created TensorFlow Lite XNNPACK delegate for CPU." It has no setting
# that silences it (ai-edge-litert 2.3.0, tflite-runtime 2.14.0).
_REMARK = b"INFO:"
_STDERR = 2


@contextmanager
def without_remarks() -> Iterator[None]:
    """Hold back what is written to the process's standard error meanwhile; pass on all but remarks afterwards.

    For the moments in which a model is loaded, not for whole measurements: what another thread says waits too.
    """
    sys.stderr.flush()
    try:
        kept = os.dup(_STDERR)
    except OSError:  # closed: nobody listens
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), _STDERR)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, _STDERR)
            os.close(kept)
            held.seek(0)
            said = b"".join(line for line in held if not line.startswith(_REMARK))
            if said:
                os.write(_STDERR, said)
