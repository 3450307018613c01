"""The chat of the session: lines of viewers to the agent's handlers, and the agent's lines back."""
import json
from collections import deque
from typing import Any, Callable, Deque, Dict, List, Tuple

from ._ingest import Session
from ._options import FUNCTIONS_PATH, new_id
from ._problem import Problem, Report
from ._transport import Answer, Transport

Handler = Callable[[Dict[str, Any]], None]
_PATH = f"{FUNCTIONS_PATH}/chat"


class Chat:
    def __init__(self, session: Session, transport: Transport, report: Report) -> None:
        self.handlers: List[Handler] = []
        self._session = session
        self._transport = transport
        self._report = report
        #: (id, text) of lines that the server has not acknowledged.
        self._said: Deque[Tuple[str, str]] = deque()

    @property
    def can_send(self) -> bool:
        return len(self._said) > 0 and self._session.is_open

    @property
    def can_poll(self) -> bool:
        return len(self.handlers) > 0 and self._session.is_open

    def say(self, text: str) -> None:
        self._said.append((new_id(), text))

    def clear(self) -> None:
        self._said.clear()

    def remove(self, handler: Handler) -> None:
        if handler in self.handlers:
            self.handlers.remove(handler)

    def deliver(self, messages: List[Any]) -> None:
        after = self._session.messages_after or 0
        fresh = [one for one in messages if isinstance(one, dict) and one.get("seq", 0) > after]
        for message in sorted(fresh, key=lambda one: one["seq"]):
            self._session.messages_after = message["seq"]
            if message.get("sender") == "agent":
                continue
            for handler in list(self.handlers):
                try:
                    handler({**message, "untrusted": True})
                except Exception as error:  # noqa: BLE001
                    what = f"The handler failed on chat line {message['seq']}: {error}"
                    self._report(Problem("handler_failed", what))

    def poll(self) -> None:
        after = self._session.messages_after
        more = "" if after is None else f"&after={after}"
        path = f"{_PATH}?session_id={self._session.session_id}{more}"
        answer = self._transport.get(path, lambda body: isinstance(body, dict) and "messages" in body)
        if answer.kind == "done":
            self.deliver(answer.body["messages"])

    def send(self) -> Answer:
        """Sends one line. If the answer may pass, the line stays for the next try."""
        message_id, text = self._said[0]
        body = json.dumps({"session_id": self._session.session_id, "id": message_id, "text": text})
        answer = self._transport.post(_PATH, body, lambda reply: isinstance(reply, dict))
        if not answer.may_pass:
            self._said.popleft()
        if answer.kind == "refused" and not answer.may_pass:
            self._report(Problem("chat_failed", f"Cannot send a chat line: {answer.message}"))
        return answer
