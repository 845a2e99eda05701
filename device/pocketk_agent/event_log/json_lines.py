"""The log as one JSON object a line, to standard error or into a folder with an end to its size."""

import json
import logging
import sys
import time
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from pocketk_agent.event_log.event import LOGGER

LOG_NAME = "pocketk-agent.jsonl"
# 5 MB in all: weeks of a device's events (engineering choice).
_FILE_BYTES, _OLD_FILES = 1_000_000, 4


class JsonLines(logging.Formatter):
    """Time, level, event and its fields; of an exception its type and place only: its words may hold anything."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        ours = getattr(record, "pocketk", None)
        line: dict[str, object] = {
            "t": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "up_s": round(time.monotonic(), 3),
            "level": record.levelname.lower(),
            "event": record.msg if isinstance(ours, dict) else "foreign",
        }
        if isinstance(ours, dict):
            line.update(ours)
        else:
            line["place"] = f"{record.name}:{record.lineno}"
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            last = record.exc_info[2]
            while last is not None and last.tb_next is not None:
                last = last.tb_next
            if last is not None:
                line["place"] = f"{Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}"
        return json.dumps(line, ensure_ascii=True, allow_nan=True)


def start_log(level: str, folder: Path | None) -> logging.Handler:
    """Send the events of this agent, and nothing else, to a folder or to standard error; replaces what was before.

    Args:
        level: "debug", "info", "warning" or "error".
        folder: created when missing; None for standard error.

    Raises:
        OSError: the folder cannot be written.
    """
    if folder is None:
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / LOG_NAME, maxBytes=_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8")
    handler.setFormatter(JsonLines())
    logger = logging.getLogger(LOGGER)
    stop_log()
    logger.addHandler(handler)
    logger.setLevel(level.upper())
    logger.propagate = False
    return handler


def stop_log() -> None:
    """Take every handler away again and close it."""
    logger = logging.getLogger(LOGGER)
    for handler in tuple(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
