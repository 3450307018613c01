"""A handler for the standard library's logging: records become thoughts and errors on stage."""
import logging

from ._client import Kulti


class KultiHandler(logging.Handler):
    """`logging.getLogger().addHandler(KultiHandler(kulti))`. Errors become error events, the rest observations."""

    def __init__(self, kulti: Kulti, level: int = logging.INFO) -> None:
        super().__init__(level)
        self._kulti = kulti

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
            if record.levelno >= logging.ERROR:
                error = record.exc_info[1] if record.exc_info else None
                stack = "".join(logging.Formatter().formatException(record.exc_info)) if error else None
                self._kulti.error(record.getMessage(), record.pathname, record.lineno, stack)
            else:
                priority = "detail" if record.levelno < logging.INFO else "working"
                self._kulti.think(text, "observation", {"logger": record.name}, priority)
        except Exception:  # noqa: BLE001  As the other handlers do it.
            self.handleError(record)
