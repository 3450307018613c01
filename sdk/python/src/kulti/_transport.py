"""One connection to the server. An answer is Kulti's only if it has Kulti's form; everything else may pass."""
import gzip
import http.client
import json
import random
import ssl
from typing import Any, Callable, Dict, NamedTuple, Optional
from urllib.parse import urlsplit

from ._contract import ERROR_CODES

_GZIP_FROM_BYTES = 2_048
#: How long a `Retry-After` may silence an agent: a proxy before Kulti does not know when Kulti is back.
_LONGEST_WAIT_S = {"kulti": 300.0, "other": 30.0}


class Answer(NamedTuple):
    #: done, refused (by Kulti) or failed (no answer, or not one of Kulti's)
    kind: str
    status: int
    body: Any = None
    code: str = ""
    message: str = ""
    wait_s: float = 0.0
    is_timeout: bool = False

    @property
    def may_pass(self) -> bool:
        return self.kind == "failed" or (self.kind == "refused" and (self.status >= 500 or self.status == 429))


#: Whether a body is the reply that the request is for.
Accepts = Callable[[Any], bool]


class _Request(NamedTuple):
    method: str
    path: str
    body: Optional[bytes]
    headers: Dict[str, str]


class Transport:
    """Not thread-safe."""

    def __init__(self, server: str, api_key: Optional[str], timeout_s: float) -> None:
        parts = urlsplit(server)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port
        self._base = parts.path.rstrip("/")
        self._headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._timeout_s = timeout_s
        self._connection: Optional[http.client.HTTPConnection] = None
        self._can_gzip = True

    def post(self, path: str, text: str, accepts: Accepts) -> Answer:
        data = text.encode("utf-8")
        headers = {**self._headers, "content-type": "application/json"}
        if self._can_gzip and len(data) >= _GZIP_FROM_BYTES:
            zipped = {**headers, "content-encoding": "gzip"}
            answer = self._send(_Request("POST", path, gzip.compress(data, 6), zipped), accepts)
            is_refused = answer.kind == "refused" and answer.code.startswith("malformed_")
            if answer.status != 415 and not is_refused:
                return answer
            self._can_gzip = False
        return self._send(_Request("POST", path, data, headers), accepts)

    def get(self, path: str, accepts: Accepts) -> Answer:
        return self._send(_Request("GET", path, None, self._headers), accepts)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send(self, request: _Request, accepts: Accepts) -> Answer:
        is_reused = self._connection is not None
        try:
            return self._exchange(request, accepts)
        except (http.client.HTTPException, OSError, ValueError) as error:
            self.close()
            # The server may have closed an idle connection; ids make a repetition harmless.
            is_stale = isinstance(error, (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError))
            if is_reused and is_stale:
                return self._send(request, accepts)
            is_timeout = isinstance(error, TimeoutError) or "timed out" in str(error)
            why = f"no answer within {self._timeout_s:g} s" if is_timeout else _cause(error)
            return Answer("failed", 0, message=why, is_timeout=is_timeout)

    def _exchange(self, request: _Request, accepts: Accepts) -> Answer:
        connection = self._connection = self._connection or self._connect()
        connection.request(request.method, self._base + request.path, body=request.body, headers=request.headers)
        response = connection.getresponse()
        raw = response.read()
        if response.will_close:
            self.close()
        return _read(response, raw, accepts)

    def _connect(self) -> http.client.HTTPConnection:
        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout_s, context=context)


def _read(response: http.client.HTTPResponse, raw: bytes, accepts: Accepts) -> Answer:
    status = response.status
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if 200 <= status < 300 and accepts(body):
        return Answer("done", status, body)
    asked_s = _retry_after(response.headers.get("retry-after"))
    error = body.get("error") if isinstance(body, dict) else None
    if status >= 400 and isinstance(error, dict) and error.get("code") in ERROR_CODES:
        wait_s = min(asked_s, _LONGEST_WAIT_S["kulti"])
        return Answer("refused", status, body, error["code"], str(error.get("message", "")), wait_s)
    why = f"it answered {status}, which is not a reply from Kulti"
    if 300 <= status < 400:
        # Following a redirect could hand the key and the events to a foreign host.
        why = "it redirects, and Kulti's client does not follow redirects"
    return Answer("failed", status, message=why, wait_s=min(asked_s, _LONGEST_WAIT_S["other"]))


def _retry_after(header: Optional[str]) -> float:
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        return 0.0


def _cause(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error) or type(error).__name__


def backoff_s(failures: int, base_s: float, cap_s: float) -> float:
    """Full jitter."""
    return random.random() * min(cap_s, base_s * 2 ** min(failures - 1, 20))
