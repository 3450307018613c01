"""What is unsent: what verbs have put in, the queue that it goes to, and the copy of the queue on disk."""
import threading
import time
from collections import deque
from typing import Callable, Deque, List, Optional, Set

from . import _spool
from ._options import Settings
from ._prepare import Event, Preparation, Raw
from ._problem import Problem
from ._queue import Queue

#: With the write itself less than the 50 ms that `kill -9` may lose.
_GATHER_S = 0.02


class Backlog:
    """Thread-safe. `put` takes no lock: a verb costs microseconds, whatever the other threads do."""

    def __init__(self, settings: Settings, session_id: Optional[str], on_events: Callable[[], None]) -> None:
        self._settings = settings
        self._on_events = on_events
        self._inbox: Deque[Raw] = deque()
        self._has_raw = threading.Event()
        # Taken again by a signal that comes while its thread has it.
        self._lock = threading.RLock()
        self._preparation = Preparation(settings)
        self._queue = Queue(settings.max_queue_events, settings.max_queue_bytes)
        #: In the queue, not yet on disk.
        self._fresh: List[Event] = []
        self._spool = _open_spool(settings, session_id)

    def __len__(self) -> int:
        return len(self._inbox) + len(self._queue)

    @property
    def bytes(self) -> int:
        return self._queue.bytes

    @property
    def due_at(self) -> float:
        return self._queue.due_at

    def put(self, raw: Raw) -> None:
        self._inbox.append(raw)
        if not self._has_raw.is_set():
            self._has_raw.set()

    def keep_going(self, is_stopped: Callable[[], bool]) -> None:
        """A thread's work: takes in what comes, also while the sender's thread waits for the server."""
        while not is_stopped():
            if self._has_raw.wait(0.5):
                time.sleep(_GATHER_S)
                self._has_raw.clear()
                self.take_in()
                self._on_events()

    def take_in(self) -> None:
        with self._lock:
            while self._inbox:
                self._push(self._preparation.events_of(self._inbox.popleft()))
            self._write()

    def end_texts(self) -> None:
        """Sends what waits for more text: no more will come."""
        with self._lock:
            self.take_in()
            self._push(self._preparation.end_texts())
            self._write()

    def take(self, max_events: int, max_bytes: int) -> List[Event]:
        with self._lock:
            return self._queue.take(max_events, max_bytes, time.monotonic())

    def remove(self, ids: Set[str]) -> None:
        """Ends the sending of what `take` returned: these are acknowledged or given up."""
        with self._lock:
            self._queue.remove(ids)
            self._forget(ids)

    def clear(self) -> None:
        with self._lock:
            self._inbox.clear()
            self._preparation = Preparation(self._settings)
            self._queue.clear()
            self._fresh = []
            self._on_disk(lambda spool: spool.remove())

    def named(self, session_id: str) -> None:
        with self._lock:
            self._on_disk(lambda spool: spool.named(session_id))

    def touch(self) -> None:
        with self._lock:
            self._on_disk(lambda spool: spool.touch())

    def is_panicking(self) -> bool:
        return len(self._queue) > 0 and self._spool is not None and self._spool.is_panicking()

    def write_now(self) -> bool:
        """For the end of the process: everything that is unsent goes to disk. True if the spool holds it."""
        self.end_texts()
        return self._spool is not None

    def release(self) -> bool:
        """As `write_now`; another process may then take the file at once."""
        with self._lock:
            self.write_now()
            if len(self._queue) > 0:
                self._on_disk(lambda spool: spool.release())
            return self._spool is not None

    def _push(self, events: List[Event]) -> None:
        for event in events:
            self._fresh.append(event)
            dropped = self._queue.push(event)
            if dropped:
                self._forget(dropped)
                what = f"{len(dropped)} queued events were dropped, details first"
                message = f"The server is too slow for the agent's events: {what}."
                self._settings.report(Problem("queue_full", message, len(dropped)))

    def _forget(self, ids: Set[str]) -> None:
        self._fresh = [event for event in self._fresh if event.event_id not in ids]
        self._on_disk(lambda spool: spool.gone(list(ids), self._queue.lines, self._queue.bytes))

    def _write(self) -> None:
        fresh, self._fresh = self._fresh, []
        self._on_disk(lambda spool: spool.add([event.line for event in fresh], self._queue.bytes))

    def _on_disk(self, work: Callable[[_spool.Spool], None]) -> None:
        if self._spool is None:
            return
        try:
            work(self._spool)
        except OSError as error:
            self._spool = None
            where = self._settings.spool_folder
            message = f"Cannot keep unsent events in {where}: {error}. They are only in memory."
            self._settings.report(Problem("spool_failed", message))


def _open_spool(settings: Settings, session_id: Optional[str]) -> Optional[_spool.Spool]:
    """Makes no file yet."""
    if settings.spool_folder is None:
        return None
    return _spool.Spool(settings.spool_folder, settings.server, settings.agent_id, session_id)
