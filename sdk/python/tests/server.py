"""A small ingest server that stores events like the real one, in order and each id once, and injects faults."""
import gzip
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, List, Optional


class Server:
    def __init__(self) -> None:
        self.events: List[Dict[str, Any]] = []
        self.sessions: List[str] = []
        self.duplicates = 0
        self.requests: List[Dict[str, Any]] = []
        self.said: List[str] = []
        self.messages: List[Dict[str, Any]] = []
        self.is_down = False
        #: Gets the body; returns (status, body, headers) to refuse it, or one of hang, cut_before, cut_after.
        self.fault: Callable[[Dict[str, Any]], Any] = lambda body: None
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"owner": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def data(self, event_type: Optional[str] = None) -> List[Dict[str, Any]]:
        return [event["data"] for event in self.events if event_type in (None, event["type"])]

    def contents(self) -> List[str]:
        return [data.get("content", "") for data in self.data("thought")]

    def commit(self, body: Dict[str, Any]) -> Dict[str, Any]:
        with self._lock:
            known = {event["id"] for event in self.events}
            fresh = [event for event in body["events"] if event["id"] not in known]
            self.events.extend(fresh)
            session = body.get("session_id") or body.get("start_session") or "5e55104e-0000-4000-8000-000000000001"
            self.sessions.extend(session for _ in fresh)
            twice = len(body["events"]) - len(fresh)
            self.duplicates += twice
            messages, self.messages = self.messages, []
            return {
                "session_id": session,
                "accepted": len(fresh),
                "duplicates": twice,
                "last_seq": len(self.events),
                "redacted": 0,
                "flush_ms": 5,
                "messages": [{**message, "session_id": session} for message in messages],
            }


class _Handler(BaseHTTPRequestHandler):
    owner: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:  # noqa: N802
        messages, self.owner.messages = self.owner.messages, []
        self._answer(200, {"messages": messages})

    def do_POST(self) -> None:  # noqa: N802
        raw = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            raw = gzip.decompress(raw)
        body = json.loads(raw)
        owner = self.owner
        owner.requests.append({"path": self.path, "headers": dict(self.headers), "body": body})
        if self.path.endswith("/chat"):
            owner.said.append(body["text"])
            return self._answer(201, {"message": body})
        fault = (502, {}, {}) if owner.is_down else owner.fault(body)
        if fault == "cut_before":
            return self._cut()
        if fault == "hang":
            time.sleep(1.5)
            return self._cut()
        if isinstance(fault, tuple):
            return self._answer(*fault)
        reply = owner.commit(body)
        if fault == "cut_after":
            return self._cut()
        self._answer(200, reply)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _answer(self, status: int, body: Any, headers: Optional[Dict[str, str]] = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
