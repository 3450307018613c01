"""The end of the process: by itself, by an error that nobody caught, by a signal, or by a fork of it."""
import atexit
import os
import signal
import sys
import threading
import weakref
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Dict, Optional, Type

if TYPE_CHECKING:
    from ._client import Kulti

_clients: "weakref.WeakSet[Kulti]" = weakref.WeakSet()
_is_installed = False
_before: Dict[str, Any] = {}


def register(client: "Kulti") -> None:
    global _is_installed
    _clients.add(client)
    if _is_installed:
        return
    _is_installed = True
    atexit.register(_at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_after_fork)
    _before["excepthook"], sys.excepthook = sys.excepthook, _on_error
    _before["threading"], threading.excepthook = threading.excepthook, _on_thread_error
    _install_signals()


def unregister(client: "Kulti") -> None:
    _clients.discard(client)


def _at_exit() -> None:
    for client in list(_clients):
        client._end()


def _write_all() -> None:
    for client in list(_clients):
        client._sender.write_now()


def _report_error(error: Optional[BaseException], is_end: bool) -> None:
    for client in list(_clients):
        if client._settings.capture_errors and isinstance(error, Exception):
            client.error(error)
            if is_end:
                client.status("error")
    _write_all()


def _on_error(kind: Type[BaseException], error: BaseException, trace: Optional[TracebackType]) -> None:
    try:
        _report_error(error, True)
    finally:
        _before["excepthook"](kind, error, trace)


def _on_thread_error(args: Any) -> None:
    try:
        _report_error(args.exc_value, False)
    finally:
        _before["threading"](args)


def _install_signals() -> None:
    """Only signals that the program does not handle, and only from the main thread, as Python wants it."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _on_signal)
        except (ValueError, OSError):
            pass


def _on_signal(number: int, frame: Optional[FrameType]) -> None:
    _write_all()
    # As without our handler: the signal ends the process.
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _after_fork() -> None:
    for client in list(_clients):
        client._sender.after_fork()
