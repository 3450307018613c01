"""Texts that span several events: the output of a command, and a thought whose events share a `stream_id`. A part that
could begin a secret waits for the event that continues it.
"""
from typing import Any, Callable, Dict, List, NamedTuple

from ._redacting import TextStream

Data = Dict[str, Any]

#: The most thoughts open at once; beyond it the oldest counts as complete.
_MAX_THOUGHTS = 100


class Piece(NamedTuple):
    event_type: str
    data: Data
    #: The field that is already redacted.
    shown: str = ""


class _Open(NamedTuple):
    stream: TextStream
    #: The fields of the event that sends the rest.
    base: Data


class Texts:
    def __init__(self, open_stream: Callable[[], TextStream]) -> None:
        self._open_stream = open_stream
        self._outputs: Dict[str, _Open] = {}
        self._thoughts: Dict[str, _Open] = {}

    def take(self, event_type: str, data: Data, must_go: bool) -> List[Piece]:
        """The event with the part of its text that may be shown, after the rest of texts that it ends. Without that
        part, the event is sent only if it has something else or `must_go`.
        """
        if event_type == "terminal":
            return self._take_output(data, must_go)
        if event_type == "thought" and "stream_id" in data:
            return self._take_thought(data, must_go)
        return [Piece(event_type, data)]

    def end(self) -> List[Piece]:
        """All that waits."""
        return self._end_outputs() + [piece for key in list(self._thoughts) for piece in self._end_thought(key)]

    def _take_output(self, data: Data, must_go: bool) -> List[Piece]:
        # A new command ends the one before.
        rest = self._end_outputs() if "command" in data else []
        key, is_end = str(data.get("stream")), "exit_code" in data
        stream, _ = self._outputs.setdefault(key, _Open(self._open_stream(), {"stream": data.get("stream")}))
        text = stream.push(data["text"])
        if is_end:
            text += stream.end()
            del self._outputs[key]
            rest += self._end_outputs()
        says_more = must_go or is_end or "command" in data
        return rest + _piece("terminal", data, "text", text, says_more)

    def _take_thought(self, data: Data, must_go: bool) -> List[Piece]:
        key, is_end = str(data["stream_id"]), data.get("done") is True
        base = {name: data[name] for name in ("thought_type", "stream_id") if name in data}
        stream, _ = self._thoughts.setdefault(key, _Open(self._open_stream(), base))
        text = stream.push(data["content"])
        if is_end:
            text += stream.end()
            del self._thoughts[key]
        rest = self._end_thought(next(iter(self._thoughts))) if len(self._thoughts) > _MAX_THOUGHTS else []
        says_more = must_go or is_end or "metadata" in data
        return rest + _piece("thought", data, "content", text, says_more)

    def _end_outputs(self) -> List[Piece]:
        outputs, self._outputs = self._outputs, {}
        return [piece for output in outputs.values() for piece in _rest("terminal", "text", output)]

    def _end_thought(self, key: str) -> List[Piece]:
        return _rest("thought", "content", self._thoughts.pop(key))


def _piece(event_type: str, data: Data, field: str, text: str, says_more: bool) -> List[Piece]:
    if text == "" and data[field] != "" and not says_more:
        return []
    return [Piece(event_type, {**data, field: text}, field)]


def _rest(event_type: str, field: str, text: _Open) -> List[Piece]:
    if not text.stream.held:
        return []
    return [Piece(event_type, {**text.base, field: text.stream.end()}, field)]
