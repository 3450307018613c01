"""Problems on the way to the server: reported, never raised into the agent."""
import re
import sys
import threading
from dataclasses import dataclass
from typing import Callable, Optional, Set


@dataclass(frozen=True)
class Problem:
    """What could not be done, because what, and what to do. `dropped`: the number of events lost by it."""

    #: not_configured, bad_option, unreachable, refused, invalid_event, too_large, clipped, queue_full, held_back,
    #: unsent, spool_failed, chat_failed or handler_failed
    code: str
    message: str
    dropped: int = 0
    status: Optional[int] = None
    error_code: Optional[str] = None


Report = Callable[[Problem], None]


def make_report(on_problem: Optional[Report]) -> Report:
    """Calls `on_problem`, or writes each kind of problem once to stderr; swallows what it raises."""
    told: Set[str] = set()
    lock = threading.Lock()

    def report(problem: Problem) -> None:
        try:
            if on_problem is not None:
                on_problem(problem)
                return
            with lock:
                if problem.code in told and problem.code != "invalid_event":
                    return
                told.add(problem.code)
            print(f"kulti: {printable(problem.message)}", file=sys.stderr)
        except Exception:  # noqa: BLE001  A failing reporter can't report its own failure.
            pass

    return report


def printable(text: str) -> str:
    """Safe for a terminal and a log: without control characters, keys and logins."""
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "\ufffd", text)
    text = re.sub(r"klt_[A-Za-z0-9_-]{8,}", "klt_…", text)
    return re.sub(r"(https?://)[^\s/?#@]*@", r"\1", text)
