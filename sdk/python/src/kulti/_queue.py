"""The events that wait for the server, in order, bounded by number and by bytes.

Over a bound, the queue frees a tenth of its room at once: first the oldest terminal output and thoughts of priority
`detail`, then the oldest other thoughts, then the oldest of the rest. It never drops events that are being sent: the
server may already have them.
"""
from collections import deque
from typing import Deque, Iterable, List, Set

from ._prepare import Event


class Queue:
    """Not thread-safe."""

    def __init__(self, max_events: int, max_bytes: int) -> None:
        self.bytes = 0
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._events: Deque[Event] = deque()
        #: This many events at the front are being sent.
        self._in_flight = 0

    def __len__(self) -> int:
        return len(self._events)

    @property
    def due_at(self) -> float:
        """When the oldest event may leave, on the monotonic clock."""
        return self._events[0].due_at if self._events else 0.0

    def lines(self) -> List[str]:
        return [event.line for event in self._events]

    def push(self, event: Event) -> Set[str]:
        """Appends, and returns the ids of the events that it dropped to make room."""
        self._events.append(event)
        self.bytes += event.size
        if len(self._events) <= self._max_events and self.bytes <= self._max_bytes:
            return set()
        return self._trim(int(self._max_events * 0.9), int(self._max_bytes * 0.9))

    def take(self, max_events: int, max_bytes: int, now: float) -> List[Event]:
        """The next events to send, at least one if it is due; they stay, safe from dropping, until `remove`."""
        batch: List[Event] = []
        total = 0
        for event in self._events:
            is_full = len(batch) >= max_events or total + event.size > max_bytes
            if event.due_at > now or (batch and is_full):
                break
            batch.append(event)
            total += event.size
        self._in_flight = len(batch)
        return batch

    def remove(self, ids: Set[str]) -> None:
        """Ends the sending: these are acknowledged or given up."""
        self._in_flight = 0
        if ids:
            self._keep(event for event in list(self._events) if event.event_id not in ids)

    def clear(self) -> None:
        self._in_flight = 0
        self._keep(())

    def _trim(self, to_events: int, to_bytes: int) -> Set[str]:
        doomed: Set[str] = set()
        count, total = len(self._events), self.bytes
        for importance in (0, 1, 2):
            for event in list(self._events)[self._in_flight :]:
                if count <= to_events and total <= to_bytes:
                    break
                if event.importance == importance:
                    doomed.add(event.event_id)
                    count, total = count - 1, total - event.size
        self._keep(event for event in list(self._events) if event.event_id not in doomed)
        return doomed

    def _keep(self, events: Iterable[Event]) -> None:
        self._events = deque(events)
        self.bytes = sum(event.size for event in self._events)
