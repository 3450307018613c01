"""From a verb to events that the server accepts: cleaned, redacted, within the limits of the contract."""
import json
import time
from typing import Any, Dict, List, NamedTuple, Optional

from . import _fit
from ._contract import ENDING_STATUSES, EVENT_TYPES
from ._options import Settings, new_id
from ._problem import Problem
from ._redacting import Redaction
from ._texts import Piece, Texts


class Raw(NamedTuple):
    """What a verb has put together."""

    event_type: str
    data: Dict[str, Any]
    event_id: Optional[str]
    at: str


class Event(NamedTuple):
    event_id: str
    event_type: str
    line: str
    size: int
    due_at: float
    #: The order of dropping: 0 before 1 before 2.
    importance: int


class Preparation:
    """Not thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._redaction = Redaction(settings.redact)
        self._texts = Texts(self._redaction.stream)

    def events_of(self, raw: Raw) -> List[Event]:
        """Reports, instead of raising, what can't be sent: untyped agents may pass anything."""
        try:
            return self._prepare(raw)
        except Exception as error:  # noqa: BLE001
            self._settings.report(Problem("invalid_event", f"Cannot send an event: {error}.", 1))
            return []

    def end_texts(self) -> List[Event]:
        """What waits for more text: no more will come."""
        return [event for piece in self._texts.end() for event in self._fitted(piece, None, now_text())]

    def _prepare(self, raw: Raw) -> List[Event]:
        if raw.event_type not in EVENT_TYPES:
            raise ValueError(f"{raw.event_type} is not an event type")
        data = {key: value for key, value in _fit.clean(raw.data).items() if value is not None}
        is_end = raw.event_type == "status" and data.get("status") in ENDING_STATUSES
        events = self.end_texts() if is_end else []
        pieces = self._texts.take(raw.event_type, data, raw.event_id is not None)
        for piece in pieces[:-1]:
            events += self._fitted(piece, None, raw.at)
        for piece in pieces[-1:]:
            events += self._fitted(piece, raw.event_id, raw.at)
        return events

    def _fitted(self, piece: Piece, event_id: Optional[str], at: str) -> List[Event]:
        event_type, data, shown = piece
        parts = _fit.fit(event_type, self._redaction.data(data, shown), self._settings.report)
        first_id = event_id or new_id()
        return [
            self._event(event_type, part, first_id if index == 0 else f"{first_id}/{index}", at)
            for index, part in enumerate(parts)
        ]

    def _event(self, event_type: str, data: Dict[str, Any], event_id: str, at: str) -> Event:
        line = line_of(event_type, data, event_id, at)
        due_at = time.monotonic() + self._settings.delay_ms / 1000 if self._settings.delay_ms else 0.0
        return Event(event_id, event_type, line, _fit.size(line), due_at, _importance(event_type, data))


def line_of(event_type: str, data: Dict[str, Any], event_id: str, at: str) -> str:
    event = {"id": event_id, "type": event_type, "at": at, "data": data}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def now_text() -> str:
    seconds = time.time()
    millis = int(seconds * 1000) % 1000
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{millis:03d}Z"


def _importance(event_type: str, data: Dict[str, Any]) -> int:
    if event_type == "terminal":
        return 0
    if event_type != "thought":
        return 2
    return 0 if data.get("priority") == "detail" else 1
