"""The thread between a verb and the server: fits, redacts, keeps on disk, gathers, sends, tries again.

A verb only appends to `inbox`, so it costs microseconds and cannot fail. The thread is a daemon: it never keeps the
process alive.
"""
import json
import os
import threading
import time
from collections import deque
from typing import Any, Callable, Deque, Dict, List, NamedTuple, Optional, Tuple

from . import _fit, _redaction, _spool
from ._contract import ENDING_STATUSES, EVENT_TYPES
from ._options import FUNCTIONS_PATH, Settings, new_id
from ._problem import Problem
from ._transport import Answer, Transport, backoff_s

#: Between two looks at what has come in.
_GATHER_S = 0.05
#: With the write itself less than the 50 ms that `kill -9` may lose.
_KEEP_S = 0.02
_LARGE_EVENT_BYTES = 8_192
_LARGE_EVENT_TRIES = 5
_SIZE_STATUSES = (408, 413, 504, 524, 546)


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


class Sender:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.inbox: Deque[Raw] = deque()
        self.handlers: List[Callable[[Dict[str, Any]], None]] = []
        self.session_id: Optional[str] = settings.session_id
        self.is_stopped = False
        self.is_panicked = False
        self._lock = threading.RLock()
        self._wake = threading.Condition()
        self._is_woken = False
        self._idle = threading.Event()
        self._queue: Deque[Event] = deque()
        self._queue_bytes = 0
        self._in_flight = 0
        self._streams: Dict[Tuple[str, str], _redaction.StreamRedactor] = {}
        self._said: Deque[Tuple[str, str]] = deque()
        self._is_open = False
        self._messages_after: Optional[int] = 0 if settings.is_new_session else None
        self._flush_s = settings.flush_ms / 1000
        self._batch_events = settings.max_batch_events
        self._spool: Optional[_spool.Spool] = None
        self._spool_failed = settings.spool_folder is None
        self._fresh: List[Event] = []
        self._why_waiting = ""
        self._failures = 0
        self._large_failures = 0
        self._is_urgent = False
        self._transport = Transport(settings.server, settings.api_key, settings.timeout_ms / 1000)
        self._has_resent = False
        #: Waits to be sent, or is being sent: what earlier processes have left.
        self._is_resending = False
        self._thread: Optional[threading.Thread] = None
        self._has_raw = threading.Event()
        self._pid = os.getpid()

    # What verbs call.

    def put(self, raw: Raw) -> None:
        if self.is_stopped:
            return
        self.inbox.append(raw)
        if not self._has_raw.is_set():
            self._has_raw.set()
        if self._thread is None:
            self._start()

    def say(self, text: str) -> None:
        if self.is_stopped:
            return
        self._said.append((new_id(), text))
        self._start()
        self._notify()

    def listen(self, handler: Callable[[Dict[str, Any]], None]) -> Callable[[], None]:
        self.handlers.append(handler)
        self._start()

        def remove() -> None:
            if handler in self.handlers:
                self.handlers.remove(handler)

        return remove

    @property
    def pending(self) -> int:
        return len(self.inbox) + len(self._queue)

    def drain(self, timeout_s: float) -> bool:
        """Waits until all is acknowledged or given up. True if nothing is left."""
        end = time.monotonic() + timeout_s
        while not self.is_stopped and (self.pending or self._is_resending or self._said and self._is_open):
            left = end - time.monotonic()
            if left <= 0:
                break
            self._idle.clear()
            self._is_urgent = True
            self._notify()
            self._idle.wait(min(left, 0.05))
        return self.pending == 0

    def stop(self) -> None:
        """Ends with what is left in the spool."""
        self.is_stopped = True
        self._notify()

    def write_now(self) -> bool:
        """For the end of the process: everything that is unsent goes to disk. True if the spool holds it."""
        with self._lock:
            self._take_inbox()
            self._end_streams()
            self._keep()
            return self._spool is not None and not self._spool_failed

    def release(self) -> bool:
        with self._lock:
            is_kept = self.write_now()
            if self._spool is not None and is_kept and self._queue:
                self._on_disk(self._spool.release)
            return is_kept

    def panic(self) -> None:
        with self._lock:
            self.is_panicked = True
            self.inbox.clear()
            self._queue.clear()
            self._queue_bytes = 0
            self._streams.clear()
            self._said.clear()
            if self._spool is not None:
                self._on_disk(self._spool.remove)
        self._notify()

    def after_fork(self) -> None:
        """In a child: the parent sends what the parent was told."""
        self.__init__(self.settings if self.settings.session_id is None else _again(self.settings))  # type: ignore[misc]

    # The thread.

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self.is_stopped:
                self._thread = threading.Thread(target=self._run, name="kulti", daemon=True)
                self._thread.start()
                threading.Thread(target=self._keep_going, name="kulti-spool", daemon=True).start()

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
        try:
            self._loop()
        finally:
            self._transport.close()

    def _loop(self) -> None:
        next_send = 0.0
        next_poll = time.monotonic() + self.settings.poll_ms / 1000
        while not self.is_stopped:
            try:
                with self._lock:
                    self._take_inbox()
                    self._keep()
                if self._is_panicking():
                    self._send_offline()
                    return
                now = time.monotonic()
                if self._is_due() and (now >= next_send or self._is_urgent or self._is_full()):
                    wait_s = self._send_batch()
                    next_send = time.monotonic() + wait_s
                    next_poll = time.monotonic() + self.settings.poll_ms / 1000
                elif self._said and self._is_open:
                    self._send_said()
                elif self.handlers and self._is_open and now >= next_poll:
                    self._poll()
                    next_poll = time.monotonic() + self.settings.poll_ms / 1000
                if not self._queue and not self.inbox:
                    self._is_urgent = False
                    self._idle.set()
                self._sleep(_GATHER_S if self._queue or self.inbox or self._is_urgent else 0.02)
            except Exception as error:  # noqa: BLE001  A fault of ours must not end the stream.
                self._tell("unreachable", f"Cannot send events: {error}.")
                self._sleep(1.0)

    def _keep_going(self) -> None:
        """Takes and keeps what comes in also while the other thread waits for the server."""
        while not self.is_stopped:
            if not self._has_raw.wait(0.5):
                continue
            time.sleep(_KEEP_S)
            self._has_raw.clear()
            with self._lock:
                self._take_inbox()
                self._keep()

    def _take_inbox(self) -> None:
        with self._lock:
            while self.inbox:
                raw = self.inbox.popleft()
                try:
                    self._prepare(raw)
                except Exception as error:  # noqa: BLE001  Untyped agents may pass anything.
                    self._tell("invalid_event", f"Cannot send an event: {error}.", 1)

    def _prepare(self, raw: Raw) -> None:
        event_type = raw.event_type
        if event_type not in EVENT_TYPES:
            raise ValueError(f"{event_type} is not an event type")
        data = {key: value for key, value in _fit.clean(raw.data).items() if value is not None}
        if event_type == "status" and data.get("status") in ENDING_STATUSES:
            self._end_streams()
        shown = self._join(event_type, data, raw)
        if shown is None:
            return
        if self.settings.redact:
            shown = self._redacted(event_type, shown)
        for index, fitted in enumerate(_fit.fit(event_type, shown, self.settings.report)):
            event_id = raw.event_id or new_id()
            self._push(event_type, fitted, event_id if index == 0 else f"{event_id}/{index}", raw.at)

    def _redacted(self, event_type: str, data: Dict[str, Any]) -> Dict[str, Any]:
        is_streamed = event_type == "terminal" or "stream_id" in data
        field = "text" if event_type == "terminal" else "content"
        own = self.settings.redact if callable(self.settings.redact) else None
        out: Dict[str, Any] = {}
        for key, value in data.items():
            shown = value if is_streamed and key == field else _redaction.redact_value(value)
            out[key] = own(shown) if own is not None and isinstance(shown, str) else shown
        return out

    def _join(self, event_type: str, data: Dict[str, Any], raw: Raw) -> Optional[Dict[str, Any]]:
        """Texts that span several events are redacted as one; a part that could begin a secret waits for its rest."""
        if not self.settings.redact:
            return data
        if event_type == "terminal":
            if "command" in data:
                self._end_streams()
            field, key, is_end = "text", ("terminal", str(data.get("stream"))), "exit_code" in data
            says_more = "command" in data or is_end
        elif event_type == "thought" and "stream_id" in data:
            field, key, is_end = "content", ("thought", str(data["stream_id"])), data.get("done") is True
            says_more = is_end or "metadata" in data
        else:
            return data
        stream = self._streams.setdefault(key, _redaction.StreamRedactor())
        text = stream.push(data[field])
        if is_end:
            text += stream.end()
            self._streams.pop(key, None)
        if text == "" and data[field] != "" and not says_more and raw.event_id is None:
            return None
        return {**data, field: text}

    def _end_streams(self) -> None:
        for (kind, key), stream in list(self._streams.items()):
            del self._streams[(kind, key)]
            if not stream.held:
                continue
            rest = stream.end()
            if kind == "terminal":
                self._push("terminal", {"stream": key, "text": rest}, new_id(), now_text())
            else:
                data = {"thought_type": "general", "content": rest, "stream_id": key}
                self._push("thought", data, new_id(), now_text())

    def _push(self, event_type: str, data: Dict[str, Any], event_id: str, at: str) -> None:
        event = {"id": event_id, "type": event_type, "at": at, "data": data}
        line = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        due_at = time.monotonic() + self.settings.delay_ms / 1000 if self.settings.delay_ms else 0.0
        queued = Event(event_id, event_type, line, _fit.size(line), due_at, _importance(event_type, data))
        with self._lock:
            self._queue.append(queued)
            self._queue_bytes += queued.size
            self._fresh.append(queued)
            settings = self.settings
            if len(self._queue) > settings.max_queue_events or self._queue_bytes > settings.max_queue_bytes:
                self._trim(int(settings.max_queue_events * 0.9), int(settings.max_queue_bytes * 0.9))

    def _trim(self, to_events: int, to_bytes: int) -> None:
        doomed = set()
        count, total = len(self._queue), self._queue_bytes
        for importance in (0, 1, 2):
            for event in list(self._queue)[self._in_flight :]:
                if count <= to_events and total <= to_bytes:
                    break
                if event.importance == importance:
                    doomed.add(event.event_id)
                    count, total = count - 1, total - event.size
        self._forget(doomed)
        message = f"The server is too slow for the agent's events: {len(doomed)} queued events were dropped, details first."
        self._tell("queue_full", message, len(doomed))

    def _forget(self, ids: set) -> None:
        with self._lock:
            self._queue = deque(event for event in self._queue if event.event_id not in ids)
            self._queue_bytes = sum(event.size for event in self._queue)
            self._fresh = [event for event in self._fresh if event.event_id not in ids]
            if self._spool is not None:
                spool = self._spool
                lines = [event.line for event in self._queue]
                self._on_disk(lambda: spool.gone(list(ids), lines, self._queue_bytes))

    def _keep(self) -> None:
        """Writes what is new and unsent to the spool."""
        with self._lock:
            fresh, self._fresh = self._fresh, []
            if self._spool_failed or self.is_panicked:
                return
            settings = self.settings
            if self._spool is None and fresh:
                self._on_disk(self._open_spool)
            spool = self._spool
            if spool is not None:
                self._on_disk(lambda: spool.add([event.line for event in fresh], self._queue_bytes))
                self._on_disk(spool.touch)

    def _open_spool(self) -> None:
        settings = self.settings
        if settings.spool_folder is not None:
            self._spool = _spool.Spool(settings.spool_folder, settings.server, settings.agent_id, self.session_id)

    def _on_disk(self, work: Callable[[], None]) -> None:
        if self._spool_failed:
            return
        try:
            work()
        except OSError as error:
            self._spool_failed = True
            where = self.settings.spool_folder
            self._tell("spool_failed", f"Cannot keep unsent events in {where}: {error}. They are only in memory.")

    def _is_due(self) -> bool:
        return bool(self._queue) and self._queue[0].due_at <= time.monotonic()

    def _is_full(self) -> bool:
        return len(self._queue) >= self._batch_events or self._queue_bytes >= self.settings.max_batch_bytes

    def _is_panicking(self) -> bool:
        if self.is_panicked:
            return True
        if self._queue and self._spool is not None and self._spool.is_panicking():
            self.panic()
            return True
        return False

    def _send_offline(self) -> None:
        if self._is_open:
            event = {"id": new_id(), "type": "status", "at": now_text(), "data": {"status": "offline"}}
            self._transport.post(f"{FUNCTIONS_PATH}/ingest", self._body([json.dumps(event)]), _is_reply)
        self.is_stopped = True
        self._idle.set()

    def _send_batch(self) -> float:
        batch = self._next_batch()
        if not batch:
            return 0.02
        answer = self._transport.post(
            f"{FUNCTIONS_PATH}/ingest",
            self._body([event.line for event in batch]),
            lambda body: _is_reply(body) and body.get("accepted", 0) + body.get("duplicates", 0) == len(batch),
        )
        self._in_flight = 0
        if answer.kind == "done":
            return self._accepted(batch, answer.body)
        if answer.status == 413 or self._may_be_too_large(batch, answer):
            return self._halve(batch, answer)
        if answer.may_pass:
            return self._wait_after(answer)
        return self._refused(batch, answer)

    def _next_batch(self) -> List[Event]:
        now, total = time.monotonic(), 0
        batch: List[Event] = []
        with self._lock:
            for event in self._queue:
                too_much = len(batch) >= self._batch_events or total + event.size > self.settings.max_batch_bytes
                if event.due_at > now or (batch and too_much):
                    break
                batch.append(event)
                total += event.size
            self._in_flight = len(batch)
        return batch

    def _body(self, lines: List[str]) -> str:
        head: Dict[str, Any] = {"agent_id": self.settings.agent_id}
        if self.session_id is not None:
            head["session_id" if self._is_open else "start_session"] = self.session_id
        if self._messages_after is not None:
            head["messages_after"] = self._messages_after
        return f'{json.dumps(head)[:-1]},"events":[{",".join(lines)}]}}'

    def _accepted(self, batch: List[Event], reply: Dict[str, Any]) -> float:
        self._failures = self._large_failures = 0
        self._why_waiting = ""
        self._batch_events = min(self.settings.max_batch_events, self._batch_events * 2)
        self._is_resending = not self._has_resent
        self.session_id = reply["session_id"]
        self._is_open = True
        if self._spool is not None:
            self._on_disk(lambda: self._spool.named(reply["session_id"]))  # type: ignore[union-attr]
        self._forget({event.event_id for event in batch})
        self._deliver(reply.get("messages") or [])
        if not self._has_resent:
            self._has_resent = True
            try:
                self._resend()
            finally:
                self._is_resending = False
        pace = reply.get("flush_ms")
        if isinstance(pace, (int, float)) and pace > 0:
            self._flush_s = min(pace, 10_000) / 1000
        return self._flush_s

    def _may_be_too_large(self, batch: List[Event], answer: Answer) -> bool:
        total = sum(event.size for event in batch)
        is_size = answer.is_timeout or answer.status in _SIZE_STATUSES
        return answer.kind == "failed" and total >= _LARGE_EVENT_BYTES and is_size

    def _halve(self, batch: List[Event], answer: Answer) -> float:
        is_certain = answer.kind == "refused"
        if len(batch) > 1:
            self._batch_events = (len(batch) + 1) // 2
            return 0.0 if is_certain else self._wait_after(answer)
        self._large_failures += 1
        if not is_certain and self._large_failures < _LARGE_EVENT_TRIES:
            return self._wait_after(answer)
        self._large_failures = 0
        return self._drop(batch, "too_large", answer)

    def _wait_after(self, answer: Answer) -> float:
        self._failures += 1
        settings = self.settings
        wait_s = backoff_s(self._failures, settings.retry_base_ms / 1000, settings.retry_cap_ms / 1000)
        if answer.kind == "refused":
            self._why_waiting = f"it answered {answer.status}: {answer.message}"
            wait_s = max(answer.wait_s, min(wait_s, 5.0))
            if answer.status == 429 and (self._failures >= 3 or wait_s >= 5):
                message = f"The server accepts no events for now: {self._why_waiting} They are queued until it does."
                self._tell("held_back", message, status=429, error_code=answer.code)
        else:
            self._why_waiting = answer.message
            wait_s = max(answer.wait_s, min(wait_s, 2.0))
        if self._failures == 3 and answer.status != 429:
            message = f"Cannot reach {settings.server}: {self._why_waiting}. Events are queued until it is back."
            self._tell("unreachable", message)
        # In small steps, so that a drain or the end of the process is noticed.
        end = time.monotonic() + wait_s
        while time.monotonic() < end and not self.is_stopped and not self.is_panicked:
            self._sleep(min(_GATHER_S, end - time.monotonic()))
            with self._lock:
                self._take_inbox()
                self._keep()
        return 0.0

    def _refused(self, batch: List[Event], answer: Answer) -> float:
        if answer.code == "session_ended" and (self.settings.is_new_session or self.settings.session_id is None):
            self.session_id, self._is_open, self._messages_after = new_id(), False, 0
            return 0.0
        error = answer.body.get("error", {}) if isinstance(answer.body, dict) else {}
        indexes = sorted(_bad_indexes(error.get("issues")))
        is_unsaid = not error.get("issues") and answer.code in ("invalid_request", "malformed_json", "malformed_body")
        if indexes or answer.code == "invalid_event" or is_unsaid:
            bad = [batch[index] for index in indexes if index < len(batch)]
            if not bad and len(batch) > 1:
                return self._halve(batch, answer)
            return self._drop(bad or batch, "invalid_event", answer)
        left = len(self._queue)
        advice = {
            401: " Check KULTI_API_KEY, or create a key with `kulti register`.",
            403: f" Check that the key belongs to the agent {self.settings.agent_id}.",
            404: " Check KULTI_SERVER, and the session if you chose one.",
        }.get(answer.status, "")
        message = f"Streaming has stopped and {left} event(s) were not sent: {answer.message}{advice}"
        self.is_stopped = True
        self.release()
        self._tell("refused", message, left, answer.status, answer.code)
        self._idle.set()
        return 0.0

    def _drop(self, events: List[Event], code: str, answer: Answer) -> float:
        types = ", ".join(sorted({event.event_type for event in events}))
        why = answer.message or f"HTTP {answer.status}"
        self._forget({event.event_id for event in events})
        message = f"The server refused {len(events)} event(s) ({types}) and they are dropped: {why}"
        self._tell(code, message, len(events), answer.status, answer.code or None)
        return 0.0

    def _resend(self) -> None:
        """Sends what earlier processes of the agent have left behind, each in its own session."""
        settings = self.settings
        if settings.spool_folder is None:
            return
        target = (settings.spool_folder, settings.server, settings.agent_id)
        try:
            pruned = _spool.prune(*target)
            if pruned:
                message = f"Removed {pruned} file(s) of unsent events: they were too old or too many."
                self._tell("spool_failed", message)
            while not self.is_stopped:
                leftover = _spool.take_leftover(*target)
                if leftover is None:
                    return
                if self._resend_one(leftover):
                    leftover.path.unlink()
                else:
                    _spool.give_back(leftover)
                    return
        except OSError as error:
            self._tell("spool_failed", f"Cannot send what was kept: {error}.")

    def _resend_one(self, leftover: _spool.Leftover) -> bool:
        session_id, is_open, at, step, failures = leftover.session_id, False, 0, 500, 0
        while at < len(leftover.events) and not self.is_stopped:
            part = leftover.events[at : at + step]
            head: Dict[str, Any] = {"agent_id": self.settings.agent_id}
            if session_id is not None:
                head["session_id" if is_open else "start_session"] = session_id
            body = f'{json.dumps(head)[:-1]},"events":[{",".join(line for _, line in part)}]}}'
            answer = self._transport.post(f"{FUNCTIONS_PATH}/ingest", body, _is_reply)
            if answer.kind == "done":
                session_id, is_open, at, step, failures = answer.body["session_id"], True, at + len(part), 500, 0
            elif answer.code == "session_ended":
                session_id, is_open = new_id(), False
            elif (answer.status == 413 or answer.code == "invalid_event") and len(part) > 1:
                step = (len(part) + 1) // 2
            elif answer.status == 413 or answer.code == "invalid_event":
                at += 1
            elif answer.may_pass and failures < 5:
                failures += 1
                self._sleep(max(answer.wait_s, backoff_s(failures, 0.3, 5.0)))
            else:
                return False
        return at >= len(leftover.events)

    # Chat.

    def _deliver(self, messages: List[Any]) -> None:
        fresh = [
            message
            for message in messages
            if isinstance(message, dict) and message.get("seq", 0) > (self._messages_after or 0)
        ]
        for message in sorted(fresh, key=lambda one: one["seq"]):
            self._messages_after = message["seq"]
            if message.get("sender") == "agent":
                continue
            for handler in list(self.handlers):
                try:
                    handler({**message, "untrusted": True})
                except Exception as error:  # noqa: BLE001
                    self._tell("handler_failed", f"The handler failed on chat line {message['seq']}: {error}")

    def _poll(self) -> None:
        after = "" if self._messages_after is None else f"&after={self._messages_after}"
        path = f"{FUNCTIONS_PATH}/chat?session_id={self.session_id}{after}"
        answer = self._transport.get(path, lambda body: isinstance(body, dict) and "messages" in body)
        if answer.kind == "done":
            self._deliver(answer.body["messages"])

    def _send_said(self) -> None:
        message_id, text = self._said[0]
        body = json.dumps({"session_id": self.session_id, "id": message_id, "text": text})
        answer = self._transport.post(f"{FUNCTIONS_PATH}/chat", body, lambda reply: isinstance(reply, dict))
        if answer.may_pass:
            self._wait_after(answer)
            return
        self._said.popleft()
        if answer.kind == "refused":
            self._tell("chat_failed", f"Cannot send a chat line: {answer.message}")

    def _tell(
        self, code: str, message: str, dropped: int = 0, status: Optional[int] = None, error_code: Optional[str] = None
    ) -> None:
        self.settings.report(Problem(code, message, dropped, status, error_code))

    @property
    def why_waiting(self) -> str:
        return self._why_waiting or "the server has not answered yet"


def now_text() -> str:
    seconds = time.time()
    millis = int(seconds * 1000) % 1000
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{millis:03d}Z"


def _is_reply(body: Any) -> bool:
    return isinstance(body, dict) and isinstance(body.get("session_id"), str) and isinstance(body.get("last_seq"), int)


def _importance(event_type: str, data: Dict[str, Any]) -> int:
    if event_type == "terminal":
        return 0
    if event_type != "thought":
        return 2
    return 0 if data.get("priority") == "detail" else 1


def _bad_indexes(issues: Any) -> set:
    found = set()
    for issue in issues if isinstance(issues, list) else []:
        path = str(issue.get("path", "")) if isinstance(issue, dict) else ""
        if path.startswith("events[") and path[7 : path.find("]")].isdigit():
            found.add(int(path[7 : path.find("]")]))
    return found


def _again(settings: Settings) -> Settings:
    """A child of a fork has a session of its own, unless the caller chose one."""
    from dataclasses import replace

    return replace(settings, session_id=new_id()) if settings.is_new_session else settings
