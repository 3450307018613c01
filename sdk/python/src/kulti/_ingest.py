"""Requests to the ingest function."""
import json
from typing import Any, Dict, List, Optional

from ._options import FUNCTIONS_PATH, Settings, new_id
from ._transport import Answer, Transport

_PATH = f"{FUNCTIONS_PATH}/ingest"
_OF_INPUT = ("invalid_request", "malformed_json", "malformed_body")


class Session:
    """The session that events go to."""

    def __init__(self, session_id: Optional[str], messages_after: Optional[int]) -> None:
        self.session_id = session_id
        #: The server knows it.
        self.is_open = False
        #: The last chat line that was delivered; None for where the server's own cursor is.
        self.messages_after = messages_after

    def restart(self) -> None:
        self.session_id, self.is_open, self.messages_after = new_id(), False, 0

    def opened(self, session_id: str) -> None:
        self.session_id, self.is_open = session_id, True


def post_events(transport: Transport, settings: Settings, session: Session, lines: List[str]) -> Answer:
    head: Dict[str, Any] = {"agent_id": settings.agent_id}
    if session.session_id is not None:
        head["session_id" if session.is_open else "start_session"] = session.session_id
    if session.messages_after is not None:
        head["messages_after"] = session.messages_after
    body = f'{json.dumps(head)[:-1]},"events":[{",".join(lines)}]}}'

    def accepts(reply: Any) -> bool:
        return _is_reply(reply) and reply.get("accepted", 0) + reply.get("duplicates", 0) == len(lines)

    return transport.post(_PATH, body, accepts)


def _is_reply(body: Any) -> bool:
    return isinstance(body, dict) and isinstance(body.get("session_id"), str) and isinstance(body.get("last_seq"), int)


def refuses_events(answer: Answer) -> bool:
    """The refusal is for the events, not for the agent."""
    issues = _error(answer).get("issues")
    return bool(bad_indexes(answer)) or answer.code == "invalid_event" or (not issues and answer.code in _OF_INPUT)


def bad_indexes(answer: Answer) -> List[int]:
    """The places in the batch of the events that the server names as invalid."""
    found = set()
    issues = _error(answer).get("issues")
    for issue in issues if isinstance(issues, list) else []:
        path = str(issue.get("path", "")) if isinstance(issue, dict) else ""
        index = path[7 : path.find("]")]
        if path.startswith("events[") and index.isdigit():
            found.add(int(index))
    return sorted(found)


def _error(answer: Answer) -> Dict[str, Any]:
    error = answer.body.get("error", {}) if isinstance(answer.body, dict) else {}
    return error if isinstance(error, dict) else {}
