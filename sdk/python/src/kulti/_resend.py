"""Sends what earlier processes of the agent have left behind: one file after the other, each in its own session."""
from typing import Callable

from . import _spool
from ._ingest import Session, post_events, refuses_events
from ._options import Settings
from ._problem import Problem
from ._transport import Transport, backoff_s

#: Tries of one request that may pass. After that, the file is left to the next process.
_TRIES = 5


class Resend:
    def __init__(
        self,
        settings: Settings,
        transport: Transport,
        is_stopped: Callable[[], bool],
        sleep: Callable[[float], None],
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._is_stopped = is_stopped
        self._sleep = sleep

    def run(self) -> None:
        settings = self._settings
        if settings.spool_folder is None:
            return
        target = (settings.spool_folder, settings.server, settings.agent_id)
        try:
            pruned = _spool.prune(*target)
            if pruned:
                self._tell(f"Removed {pruned} file(s) of unsent events: they were too old or too many.")
            while not self._is_stopped():
                leftover = _spool.take_leftover(*target)
                if leftover is None:
                    return
                if not self._send(leftover):
                    _spool.give_back(leftover)
                    return
                leftover.path.unlink()
        except OSError as error:
            self._tell(f"Cannot send what was kept: {error}.")

    def _send(self, leftover: _spool.Leftover) -> bool:
        """True if the server has all of it."""
        session = Session(leftover.session_id, None)
        most = self._settings.max_batch_events
        at, step, failures = 0, most, 0
        while at < len(leftover.events) and not self._is_stopped():
            lines = [line for _, line in leftover.events[at : at + step]]
            answer = post_events(self._transport, self._settings, session, lines)
            if answer.kind == "done":
                session.opened(answer.body["session_id"])
                at, step, failures = at + len(lines), most, 0
            elif answer.code == "session_ended":
                session.restart()
            elif answer.status == 413 or (answer.kind == "refused" and refuses_events(answer)):
                if len(lines) > 1:
                    step = (len(lines) + 1) // 2
                else:
                    at += 1
                    why = answer.message or f"HTTP {answer.status}"
                    message = f"The server refused an event of an earlier process, and it is dropped: {why}"
                    self._settings.report(Problem("invalid_event", message, 1, answer.status, answer.code or None))
            elif answer.may_pass and failures < _TRIES:
                failures += 1
                self._sleep(max(answer.wait_s, backoff_s(failures, 0.3, 5.0)))
            else:
                return False
        return at >= len(leftover.events)

    def _tell(self, message: str) -> None:
        self._settings.report(Problem("spool_failed", message))
