"""Keeps unsent events in a file, so that they outlive the process. The same files as the TypeScript client's: a header,
events as they are sent, and notes about them. Their names say whose they are:
`<uuid>~<host>~<pid>~<start of the process>.ndjson`; a pid of 0 means nobody's.
"""
import hashlib
import json
import os
import re
import socket
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Tuple

from ._options import new_id

#: A file whose owner can't be checked counts as left behind when it was not touched for this long.
_SILENT_S = 120.0
TOUCH_S = 30.0
_MAX_UNSENT_BYTES = 64 * 1024 * 1024
_COMPACT_FROM_BYTES = 1024 * 1024
_MAX_FILES, _MAX_BYTES, _MAX_AGE_S = 200, 256 * 1024 * 1024, 7 * 24 * 3600
_name = re.compile(r"([0-9a-f-]{36})~([0-9a-f]{8})~([0-9]{1,10})~([0-9]{1,20})\.ndjson\Z")


def target_folder(spool: Path, server: str, agent_id: str) -> Path:
    digest = hashlib.sha256(server.encode()).hexdigest()[:12]
    return spool / f"{agent_id}-{digest}"


def _host_hash() -> str:
    boot_id = ""
    try:
        boot_id = "\n" + Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        pass
    return hashlib.sha256((socket.gethostname() + boot_id).encode()).hexdigest()[:8]


def _process_start(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        return int(stat[stat.rindex(")") + 2 :].split(" ")[19])
    except (OSError, ValueError, IndexError):
        return 0


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return True
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False


def _own_name(file_id: str) -> str:
    pid = os.getpid()
    return f"{file_id}~{_host_hash()}~{pid}~{_process_start(pid)}.ndjson"


def _nobodys_name(file_id: str) -> str:
    return f"{file_id}~{_host_hash()}~0~0.ndjson"


def _is_left_behind(host: str, pid: int, started_at: int, touched_at: float) -> bool:
    if pid == 0:
        return True
    is_silent = time.time() - touched_at > _SILENT_S
    if host != _host_hash():
        return is_silent
    if not _is_running(pid):
        return True
    now_started = _process_start(pid)
    if now_started == 0 or started_at == 0:
        return is_silent
    return now_started != started_at


class Spool:
    """One process's file. It exists only while events are unsent. Not thread-safe. Raises OSError."""

    def __init__(self, spool: Path, server: str, agent_id: str, session_id: Optional[str]) -> None:
        self.folder = target_folder(spool, server, agent_id)
        self._server = server
        self._agent_id = agent_id
        self._session_id = session_id
        self._began_at = time.time()
        self._id = new_id()
        self.path = self.folder / _own_name(self._id)
        self._file: Optional[int] = None
        self._bytes = 0
        self._touched_at = 0.0

    def add(self, lines: Iterable[str], unsent_bytes: int) -> None:
        text = "".join(f"{line}\n" for line in lines)
        if not text:
            return
        if unsent_bytes > _MAX_UNSENT_BYTES:
            raise OSError(f"{unsent_bytes:,} bytes are unsent, and a file takes {_MAX_UNSENT_BYTES:,}")
        self._write(text)

    def gone(self, ids: List[str], unsent: Callable[[], List[str]], unsent_bytes: int) -> None:
        """These need not be sent any more. With none left, the file goes."""
        if self._file is None or not ids:
            return
        if unsent_bytes == 0:
            self.remove()
        elif self._bytes > _COMPACT_FROM_BYTES and self._bytes > 4 * unsent_bytes:
            draft = self.path.with_suffix(".new")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            text = self._header() + "".join(f"{line}\n" for line in unsent())
            _write_all(descriptor, text)
            os.replace(draft, self.path)
            os.close(self._file)
            self._file, self._bytes = descriptor, len(text)
        else:
            self._write(json.dumps({"gone": ids}) + "\n")

    def named(self, session_id: str) -> None:
        if session_id == self._session_id:
            return
        self._session_id = session_id
        if self._file is not None:
            self._write(json.dumps({"session_id": session_id}) + "\n")

    def touch(self) -> None:
        if self._file is not None and time.time() - self._touched_at > TOUCH_S:
            self._touched_at = time.time()
            os.utime(self.path)

    def release(self) -> None:
        """Ends with events unsent: another process may take the file at once."""
        if self._file is not None:
            os.replace(self.path, self.folder / _nobodys_name(self._id))
            os.close(self._file)
            self._file = None

    def remove(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
            self._bytes = 0
            self.path.unlink()

    def is_panicking(self) -> bool:
        try:
            return (self.folder / "panic").stat().st_mtime >= self._began_at
        except OSError:
            return False

    def _header(self) -> str:
        began = datetime.fromtimestamp(self._began_at, timezone.utc).isoformat().replace("+00:00", "Z")
        header = {
            "kulti_spool": 1,
            "server": self._server,
            "agent_id": self._agent_id,
            "session_id": self._session_id,
            "created_at": began,
        }
        return json.dumps(header) + "\n"

    def _write(self, text: str) -> None:
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            text = self._header() + text
        self._bytes += len(text)
        _write_all(self._file, text)


def _write_all(descriptor: int, text: str) -> None:
    data = memoryview(text.encode("utf-8"))
    while data:
        data = data[os.write(descriptor, data) :]


class Leftover(NamedTuple):
    path: Path
    session_id: Optional[str]
    #: (id, the event's JSON), in order.
    events: List[Tuple[str, str]]


def take_leftover(spool: Path, server: str, agent_id: str) -> Optional[Leftover]:
    """Takes the oldest file that nobody writes any more. A rename decides between two processes that want it."""
    folder = target_folder(spool, server, agent_id)
    for file_id, path in _find_leftovers(folder):
        own = folder / _own_name(file_id)
        try:
            os.rename(path, own)
        except OSError:
            continue
        read = _read(own, server, agent_id)
        if read is None or not read[1]:
            own.unlink()
            continue
        return Leftover(own, *read)
    return None


def give_back(leftover: Leftover) -> None:
    os.replace(leftover.path, leftover.path.with_name(_nobodys_name(leftover.path.name.split("~")[0])))


def prune(spool: Path, server: str, agent_id: str) -> int:
    """Removes what exceeds the bounds, the oldest first, and returns the number of files removed."""
    found = _find_leftovers(target_folder(spool, server, agent_id))
    sizes = [path.stat() for _, path in found]
    files, total, removed = len(found), sum(stat.st_size for stat in sizes), 0
    for (_, path), stat in zip(found, sizes):
        is_old = time.time() - stat.st_mtime > _MAX_AGE_S
        if not is_old and files <= _MAX_FILES and total <= _MAX_BYTES:
            break
        path.unlink()
        files, total, removed = files - 1, total - stat.st_size, removed + 1
    return removed


def _find_leftovers(folder: Path) -> List[Tuple[str, Path]]:
    found: List[Tuple[float, str, Path]] = []
    try:
        paths = list(folder.iterdir())
    except OSError:
        return []
    for path in paths:
        match = _name.match(path.name)
        if not match:
            continue
        try:
            touched_at = path.stat().st_mtime
        except OSError:
            continue
        file_id, host, pid, started_at = match.groups()
        if _is_left_behind(host, int(pid), int(started_at), touched_at):
            found.append((touched_at, file_id, path))
    return [(file_id, path) for _, file_id, path in sorted(found)]


def _read(path: Path, server: str, agent_id: str) -> Optional[Tuple[Optional[str], List[Tuple[str, str]]]]:
    """None unless the file is of this agent at this server. A half-written line is left out."""
    events: Dict[str, str] = {}
    session_id: Optional[str] = None
    header = None
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if not isinstance(value, dict):
            continue
        if header is None:
            header = value
            if header.get("kulti_spool") != 1:
                return None
            if header.get("server") != server or header.get("agent_id") != agent_id:
                return None
            session_id = header.get("session_id")
        elif isinstance(value.get("id"), str) and isinstance(value.get("type"), str):
            events[value["id"]] = line
        elif isinstance(value.get("gone"), list):
            for gone in value["gone"]:
                events.pop(gone, None)
        elif isinstance(value.get("session_id"), str):
            session_id = value["session_id"]
    return None if header is None else (session_id, list(events.items()))
