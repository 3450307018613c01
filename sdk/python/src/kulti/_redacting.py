"""Redacts as the agent chose: whole texts, the data of an event, and texts that come in pieces."""
from typing import Any, Callable, Dict, Union

from . import _redaction

Redact = Callable[[str], str]


class TextStream:
    """A text in pieces: a part that could belong to a secret waits for the next piece."""

    def __init__(self, own: Redact) -> None:
        self._own = own
        self._usual = _redaction.StreamRedactor()

    @property
    def held(self) -> int:
        """Characters that wait."""
        return self._usual.held

    def push(self, piece: str) -> str:
        return self._own(self._usual.push(piece))

    def end(self) -> str:
        """The text that waited."""
        return self._own(self._usual.end())


class _Unchanged(TextStream):
    def push(self, piece: str) -> str:
        return piece


class Redaction:
    """`choice`: True, False, or the agent's own function, which comes after the usual redaction."""

    def __init__(self, choice: Union[bool, Redact]) -> None:
        self._is_off = choice is False
        self._own: Redact = choice if callable(choice) else lambda text: text

    def text(self, text: str) -> str:
        return text if self._is_off else self._own(_redaction.redact(text))

    def data(self, data: Dict[str, Any], shown: str = "") -> Dict[str, Any]:
        """`shown`: the field that has come out of a stream."""
        if self._is_off:
            return data
        return {
            key: value if key == shown else self._in_texts(_redaction.redact_value(value))
            for key, value in data.items()
        }

    def stream(self) -> TextStream:
        return _Unchanged(self._own) if self._is_off else TextStream(self._own)

    def _in_texts(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._own(value)
        if isinstance(value, list):
            return [self._in_texts(item) for item in value]
        if isinstance(value, dict):
            return {key: self._in_texts(item) for key, item in value.items()}
        return value
