"""The thread between the backlog and the server: sends batches in order, tries again, delivers chat.

It is a daemon: it never keeps the process alive.
"""
import threading
import time
from dataclasses import replace
from typing import Callable, List, Optional

from ._backlog import Backlog
from ._chat import Chat, Handler
from ._ingest import Session, bad_indexes, post_events, refuses_events
from ._options import Settings, new_id
from ._prepare import Event, Raw, line_of, now_text
from ._problem import Problem
from ._resend import Resend
from ._transport import Answer, Transport, backoff_s

#: While something waits: the longest time until the next look at the `panic` file and the spool.
_LOOK_S = 0.5
#: Smaller requests are not refused for their size.
_LARGE_BYTES = 8_192
_LARGE_EVENT_TRIES = 5
_SIZE_STATUSES = (408, 413, 504, 524, 546)
#: Failures in a row before an outage is reported, and a wait that is reported at once.
_FAILURES_TO_TELL, _WAIT_TO_TELL_S = 3, 5.0
#: The longest wait between two tries, for a server that refuses and for one that does not answer.
_LONGEST_WAIT_S = {"refused": 5.0, "failed": 2.0}


class Sender:
    def __init__(self, settings: Settings) -> None:
        self.is_stopped = False
        self._settings = settings
        self._session = Session(settings.session_id, 0 if settings.is_new_session else None)
        self._backlog = Backlog(settings, settings.session_id, self._notify)
        self._transport = Transport(settings.server, settings.api_key, settings.timeout_ms / 1000)
        self._chat = Chat(self._session, self._transport, settings.report)
        self._resend = Resend(settings, self._transport, lambda: self.is_stopped, self._sleep)
        #: Waits to be sent, or is being sent: what earlier processes have left.
        self._is_resending = False
        self._has_resent = False
        self._is_panicked = False
        #: A caller waits for everything to be sent.
        self._is_urgent = False
        self._idle = threading.Event()
        self._wake = threading.Condition()
        self._is_woken = False
        self._start_lock = threading.Lock()
        self._thread: Optional[threading.Thread] = None
        self._flush_s = settings.flush_ms / 1000
        self._batch_events = settings.max_batch_events
        self._why_waiting = ""
        self._failures = 0
        self._large_failures = 0

    # What the agent calls.

    @property
    def session_id(self) -> Optional[str]:
        return self._session.session_id

    @property
    def pending(self) -> int:
        return len(self._backlog)

    @property
    def is_waiting(self) -> bool:
        """The last try failed."""
        return self._why_waiting != ""

    @property
    def why_waiting(self) -> str:
        return self._why_waiting or "the server has not answered yet"

    def put(self, raw: Raw) -> None:
        if self.is_stopped or self._is_panicked:
            return
        self._backlog.put(raw)
        if self._thread is None:
            self._start()

    def say(self, text: str) -> None:
        if self.is_stopped:
            return
        self._chat.say(text)
        self._start()
        self._notify()

    def listen(self, handler: Handler) -> Callable[[], None]:
        self._chat.handlers.append(handler)
        self._start()
        return lambda: self._chat.remove(handler)

    def drain(self, timeout_s: float) -> bool:
        """Waits until all is acknowledged or given up. True if nothing is left."""
        end = time.monotonic() + timeout_s
        self._backlog.take_in()
        while not self.is_stopped and (self.pending or self._is_resending or self._chat.can_send):
            left_s = end - time.monotonic()
            if left_s <= 0:
                break
            self._idle.clear()
            self._is_urgent = True
            self._notify()
            self._idle.wait(min(left_s, 0.05))
        return self.pending == 0

    def end_texts(self) -> None:
        self._backlog.end_texts()

    def write_now(self) -> bool:
        """For the end of the process: everything that is unsent goes to disk. True if the spool holds it."""
        return self._backlog.write_now()

    def release(self) -> bool:
        """As `write_now`; another process may then send it at once."""
        return self._backlog.release()

    def stop(self) -> None:
        self.is_stopped = True
        self._notify()

    def panic(self) -> None:
        self._is_panicked = True
        self._backlog.clear()
        self._chat.clear()
        self._notify()

    def after_fork(self) -> None:
        """In a child: the parent sends what the parent was told. The session is another, unless the caller chose it."""
        settings = self._settings
        self.__init__(replace(settings, session_id=new_id()) if settings.is_new_session else settings)  # type: ignore[misc]

    # The thread.

    def _start(self) -> None:
        with self._start_lock:
            if self._thread is not None or self.is_stopped:
                return
            self._thread = threading.Thread(target=self._run, name="kulti", daemon=True)
            self._thread.start()
            keep = (lambda: self.is_stopped,)
            threading.Thread(target=self._backlog.keep_going, args=keep, name="kulti-spool", daemon=True).start()

    def _notify(self) -> None:
        with self._wake:
            self._is_woken = True
            self._wake.notify()

    def _sleep(self, seconds: float) -> None:
        with self._wake:
            if not self._is_woken:
                self._wake.wait(max(0.0, seconds))
            self._is_woken = False

    def _run(self) -> None:
        next_send = 0.0
        next_poll = time.monotonic() + self._settings.poll_ms / 1000
        while not self.is_stopped:
            try:
                if self._is_panicking():
                    self._send_offline()
                    break
                now = time.monotonic()
                if self._is_due(now, next_send):
                    pause_s = self._send_batch()
                    next_send = time.monotonic() + pause_s
                    next_poll = now + self._settings.poll_ms / 1000
                elif self._chat.can_send:
                    self._wait_if(self._chat.send())
                elif self._chat.can_poll and now >= next_poll:
                    self._chat.poll()
                    next_poll = now + self._settings.poll_ms / 1000
                if not self.pending:
                    self._is_urgent = False
                    self._idle.set()
                self._sleep(self._pause(next_send, next_poll))
            except Exception as error:  # noqa: BLE001  A fault of ours must not end the stream.
                self._tell("unreachable", f"Cannot send events: {error}.")
                self._sleep(1.0)
        self._transport.close()

    def _is_due(self, now: float, next_send: float) -> bool:
        backlog = self._backlog
        is_full = len(backlog) >= self._batch_events or backlog.bytes >= self._settings.max_batch_bytes
        return backlog.bytes > 0 and backlog.due_at <= now and (now >= next_send or self._is_urgent or is_full)

    def _pause(self, next_send: float, next_poll: float) -> float:
        """Seconds until something may be due; what comes in wakes the thread before."""
        now = time.monotonic()
        if self._backlog.bytes > 0:
            self._backlog.touch()
            next_at = self._backlog.due_at if self._is_urgent else max(next_send, self._backlog.due_at)
            return min(max(0.0, next_at - now), _LOOK_S)
        if self._chat.can_send:
            return 0.0
        return max(0.0, next_poll - now) if self._chat.can_poll else 60.0

    def _is_panicking(self) -> bool:
        if not self._is_panicked and self._backlog.is_panicking():
            self.panic()
        return self._is_panicked

    def _send_offline(self) -> None:
        if self._session.is_open:
            line = line_of("status", {"status": "offline"}, new_id(), now_text())
            post_events(self._transport, self._settings, self._session, [line])
        self.is_stopped = True
        self._idle.set()

    def _send_batch(self) -> float:
        """Returns the seconds until the next one."""
        batch = self._backlog.take(self._batch_events, self._settings.max_batch_bytes)
        if not batch:
            return 0.0
        answer = post_events(self._transport, self._settings, self._session, [event.line for event in batch])
        if answer.kind == "done":
            return self._accepted(batch, answer)
        if self._may_be_too_large(batch, answer):
            self._halve(batch, answer)
        elif answer.may_pass:
            self._wait_after(answer)
        else:
            self._refused(batch, answer)
        return 0.0

    def _accepted(self, batch: List[Event], answer: Answer) -> float:
        self._failures = self._large_failures = 0
        self._why_waiting = ""
        self._batch_events = min(self._settings.max_batch_events, self._batch_events * 2)
        self._is_resending = not self._has_resent
        self._session.opened(answer.body["session_id"])
        self._backlog.named(answer.body["session_id"])
        self._backlog.remove({event.event_id for event in batch})
        self._chat.deliver(answer.body.get("messages") or [])
        if self._is_resending:
            self._has_resent = True
            try:
                self._resend.run()
            finally:
                self._is_resending = False
        pace = answer.body.get("flush_ms")
        if isinstance(pace, (int, float)) and pace > 0:
            self._flush_s = min(pace, 10_000) / 1000
        return self._flush_s

    def _may_be_too_large(self, batch: List[Event], answer: Answer) -> bool:
        if answer.status == 413:
            return True
        total = sum(event.size for event in batch)
        is_size = answer.is_timeout or answer.status in _SIZE_STATUSES
        return answer.kind == "failed" and total >= _LARGE_BYTES and is_size

    def _halve(self, batch: List[Event], answer: Answer) -> None:
        is_certain = answer.kind == "refused"
        if len(batch) == 1:
            self._large_failures += 1
            if is_certain or self._large_failures >= _LARGE_EVENT_TRIES:
                self._large_failures = 0
                self._drop(batch, "too_large", answer)
                return
        self._batch_events = (len(batch) + 1) // 2
        if not is_certain:
            self._wait_after(answer)

    def _wait_if(self, answer: Answer) -> None:
        if answer.may_pass:
            self._wait_after(answer)

    def _wait_after(self, answer: Answer) -> None:
        self._failures += 1
        settings = self._settings
        backoff = backoff_s(self._failures, settings.retry_base_ms / 1000, settings.retry_cap_ms / 1000)
        wait_s = max(answer.wait_s, min(backoff, _LONGEST_WAIT_S[answer.kind]))
        is_refused = answer.kind == "refused"
        self._why_waiting = f"it answered {answer.status}: {answer.message}" if is_refused else answer.message
        if is_refused and answer.status == 429:
            if self._failures >= _FAILURES_TO_TELL or wait_s >= _WAIT_TO_TELL_S:
                message = f"The server accepts no events for now: {self._why_waiting} They are queued until it does."
                self._tell("held_back", message, answer=answer)
        elif self._failures == _FAILURES_TO_TELL:
            message = f"Cannot reach {settings.server}: {self._why_waiting}. Events are queued until it is back."
            self._tell("unreachable", message)
        end = time.monotonic() + wait_s
        while time.monotonic() < end and not self.is_stopped and not self._is_panicked:
            self._sleep(min(_LOOK_S, end - time.monotonic()))
            self._backlog.touch()

    def _refused(self, batch: List[Event], answer: Answer) -> None:
        settings = self._settings
        if answer.code == "session_ended" and (settings.is_new_session or settings.session_id is None):
            self._session.restart()
        elif refuses_events(answer):
            bad = [batch[index] for index in bad_indexes(answer) if index < len(batch)]
            if not bad and len(batch) > 1:
                self._halve(batch, answer)
            else:
                self._drop(bad or batch, "invalid_event", answer)
        else:
            self._stop_refused(answer)

    def _stop_refused(self, answer: Answer) -> None:
        advice = {
            401: " Check KULTI_API_KEY, or create a key with `kulti register`.",
            403: f" Check that the key belongs to the agent {self._settings.agent_id}.",
            404: " Check KULTI_SERVER, and the session if you chose one.",
        }.get(answer.status, "")
        self.is_stopped = True
        left, is_kept = self.pending, self.release()
        fate = "are kept for the agent's next process" if is_kept else "were not sent"
        message = f"Streaming has stopped and {left} event(s) {fate}: {answer.message}{advice}"
        self._tell("refused", message, 0 if is_kept else left, answer)
        self._idle.set()

    def _drop(self, events: List[Event], code: str, answer: Answer) -> None:
        types = ", ".join(sorted({event.event_type for event in events}))
        why = answer.message or f"HTTP {answer.status}"
        self._backlog.remove({event.event_id for event in events})
        message = f"The server refused {len(events)} event(s) ({types}) and they are dropped: {why}"
        self._tell(code, message, len(events), answer)

    def _tell(self, code: str, message: str, dropped: int = 0, answer: Optional[Answer] = None) -> None:
        status, error_code = (answer.status, answer.code or None) if answer else (None, None)
        self._settings.report(Problem(code, message, dropped, status, error_code))
