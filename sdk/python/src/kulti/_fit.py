"""Brings an event's data within the limits of the contract, so that the server refuses nothing: long thoughts and output
become several events, long labels are cut, and what cannot be cut without changing its meaning is left out.
"""
import json
import math
from datetime import date, datetime
from typing import Any, Dict, Iterable, List, Optional, Tuple

from ._contract import FIELDS, LIMITS
from ._options import new_id
from ._problem import Problem, Report

Data = Dict[str, Any]


def storable(value: object) -> str:
    """Text that Postgres stores: U+FFFD for NUL and lone surrogates. Bytes are read as UTF-8; anything else as `str`."""
    if isinstance(value, (bytes, bytearray)):
        text = bytes(value).decode("utf-8", "replace")
    elif isinstance(value, str):
        text = value
    elif value is None:
        text = ""
    else:
        try:
            text = str(value)
        except Exception:  # noqa: BLE001
            text = f"<{type(value).__name__}>"
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8"))


def cut(text: str, limit: int) -> str:
    if size(text) <= limit:
        return text
    return text.encode("utf-8")[: limit - 3].decode("utf-8", "ignore") + "…"


def pieces(text: str, limit: int) -> List[str]:
    if size(text) <= limit:
        return [text]
    raw, found, at = text.encode("utf-8"), [], 0
    while at < len(raw):
        end = min(len(raw), at + limit)
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1
        found.append(raw[at:end].decode("utf-8"))
        at = end
    return found


#: For a value that JSON can't hold; it is left out.
_NOTHING: Any = object()
#: Values of one event, far more than the contract takes. Shared parts of a value may multiply without end.
_MAX_VALUES = 200_000
#: Deeper than any event.
_MAX_DEPTH = 32


def frozen(data: Any) -> Any:
    """The data with copies of what its owner may change later. Texts are cleaned in the sender's thread."""
    if not isinstance(data, dict):
        return data
    return {key: clean(value) if isinstance(value, _CONTAINERS) else value for key, value in data.items()}


def clean(value: Any) -> Any:
    """A copy that JSON can hold, with every text cleaned."""
    copy = _Copy().of(value, 0)
    return None if copy is _NOTHING else copy


_CONTAINERS = (dict, list, tuple, set, frozenset)


class _Copy:
    def __init__(self) -> None:
        self._left = _MAX_VALUES
        #: Those around the current value: it may contain itself.
        self._around: List[int] = []

    def of(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > _MAX_DEPTH:
            return _NOTHING
        if value is None or isinstance(value, (bool, int)):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else _NOTHING
        if isinstance(value, (datetime, date)):
            return value.isoformat()
        if not isinstance(value, _CONTAINERS):
            return storable(value)
        if id(value) in self._around:
            return _NOTHING
        self._around.append(id(value))
        copy = self._of_dict(value, depth) if isinstance(value, dict) else self._of_list(value, depth)
        self._around.pop()
        return copy

    def _of_dict(self, value: Dict[Any, Any], depth: int) -> Data:
        copies = {storable(key): self.of(item, depth + 1) for key, item in list(value.items())}
        return {key: item for key, item in copies.items() if item is not _NOTHING}

    def _of_list(self, value: Iterable[Any], depth: int) -> List[Any]:
        copies = [self.of(item, depth + 1) for item in list(value)]
        return [None if item is _NOTHING else item for item in copies]


def fit(event_type: str, data: Data, report: Report) -> List[Data]:
    """The data of the one or more events that say the same within the limits; empty if that is impossible."""
    kept = _fit_fields(event_type, data, report)
    if kept is None:
        return []
    if event_type == "thought":
        return _split_thought(kept)
    if event_type == "terminal":
        return _split_output(kept)
    return [kept]


def _fit_fields(event_type: str, data: Data, report: Report) -> Optional[Data]:
    kept = dict(data)
    for name, field in FIELDS[event_type].items():
        if name not in kept or field == "fixed":
            continue
        value = kept[name]
        if "max" in field:
            if _is_in_range(value, field):
                continue
            del kept[name]
            message = f"Left out the {name} of a {event_type} event: {value} is out of range."
            report(Problem("clipped", message))
        elif field["excess"] == "cut":
            kept[name] = cut(value, LIMITS[field["limit"]])
            if kept[name] != value:
                limit = LIMITS[field["limit"]]
                message = f"Cut the {name} of a {event_type} event: it is {size(value):,} bytes, limit {limit:,}."
                report(Problem("clipped", message))
        elif field["excess"] != "split":
            excess = _excess_of(value, field)
            if excess is None:
                continue
            is_dropped = field["excess"] == "drop"
            what = f"a {event_type} event" if is_dropped else f"the {name} of a {event_type}"
            message = f"Cannot send {what}: {name} is {excess[0]:,} bytes, limit {excess[1]:,}."
            report(Problem("too_large", message, 1 if is_dropped else 0))
            if is_dropped:
                return None
            del kept[name]
    return kept


def _is_in_range(value: Any, field: Dict[str, Any]) -> bool:
    least = -LIMITS[field["below_zero"]] if "below_zero" in field else 0
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not least <= value <= LIMITS[field["max"]]:
        return False
    return not field.get("is_whole") or float(value).is_integer()


def _excess_of(value: Any, field: Dict[str, Any]) -> Optional[Tuple[int, int]]:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    limit = LIMITS[field["limit"]]
    if size(text) > limit:
        return size(text), limit
    for item in value if isinstance(value, list) else []:
        for name, item_limit in field.get("each", {}).items():
            part = item.get(name) if isinstance(item, dict) else None
            if isinstance(part, str) and size(part) > LIMITS[item_limit]:
                return size(part), LIMITS[item_limit]
    return None


def _split_thought(data: Data) -> List[Data]:
    contents = pieces(data["content"], LIMITS["thought_content_bytes"])
    if len(contents) == 1:
        return [data]
    stream_id = data.get("stream_id") or new_id()
    ends = "stream_id" not in data or data.get("done") is True
    parts = [{**data, "content": content, "stream_id": stream_id} for content in contents]
    for part in parts:
        part.pop("done", None)
    if ends:
        parts[-1]["done"] = True
    return parts


def _split_output(data: Data) -> List[Data]:
    texts = pieces(data["text"], LIMITS["terminal_text_bytes"])
    rest = {key: value for key, value in data.items() if key not in ("command", "exit_code", "text")}
    parts: List[Data] = [{**rest, "text": text} for text in texts]
    if "command" in data:
        parts[0]["command"] = data["command"]
    if "exit_code" in data:
        parts[-1]["exit_code"] = data["exit_code"]
    return parts
