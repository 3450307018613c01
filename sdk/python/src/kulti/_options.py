"""Settings of a client, their defaults, and the environment variables behind them."""
import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Union

from ._contract import LIMITS
from ._problem import Report
from ._redacting import Redact

FUNCTIONS_PATH = "/functions/v1"
_agent_id = re.compile(r"[a-z0-9][a-z0-9-]{1,62}\Z")


@dataclass
class Settings:
    server: str
    agent_id: str
    api_key: str
    #: A UUID, or None for the agent's open session.
    session_id: Optional[str]
    is_new_session: bool
    enabled: bool
    redact: Union[bool, Redact]
    spool_folder: Optional[Path]
    report: Report
    delay_ms: float = 0
    flush_ms: float = 200
    poll_ms: float = 5_000
    timeout_ms: float = 20_000
    max_queue_events: int = 20_000
    max_queue_bytes: int = 33_554_432
    max_batch_events: int = LIMITS["batch_events"]
    max_batch_bytes: int = LIMITS["body_bytes"] - 65_536
    retry_base_ms: float = 300
    retry_cap_ms: float = 30_000
    capture_errors: bool = True
    drain_at_exit: bool = True
    #: Why nothing is sent, in one line; None if the client can stream.
    off_reason: Optional[str] = None


def server_root(server: object) -> str:
    """The project's URL from any address of it: without a slash at the end, without the functions' path."""
    text = str(server).strip().rstrip("/")
    at = text.find(FUNCTIONS_PATH)
    return text if at < 0 else text[:at]


def find_off_reason(server: str, agent_id: str, api_key: str) -> Optional[str]:
    if not server:
        return "no server is set: set KULTI_SERVER to the URL of the project"
    if not re.match(r"https?://", server):
        return f"the server {server} is not an http(s) address: set KULTI_SERVER to the URL of the project"
    if not agent_id:
        return "no agent is set: set KULTI_AGENT_ID"
    if not _agent_id.match(agent_id):
        return f"the agent id {agent_id} does not match [a-z0-9][a-z0-9-]{{1,62}}"
    if not api_key:
        return "no key is set: set KULTI_API_KEY, or create one with `kulti register`"
    return None


def find_spool_folder(spool: Union[bool, str, Path]) -> Optional[Path]:
    """KULTI_SPOOL_DIR, else `$XDG_STATE_HOME/kulti/spool`; None where it is switched off or there is no home."""
    if spool is False:
        return None
    if not isinstance(spool, bool):
        return Path(spool)
    if os.environ.get("KULTI_SPOOL", "") in ("0", "false"):
        return None
    try:
        if os.environ.get("KULTI_SPOOL_DIR"):
            return Path(os.environ["KULTI_SPOOL_DIR"]).absolute()
        if os.name == "nt" and os.environ.get("LOCALAPPDATA"):
            return Path(os.environ["LOCALAPPDATA"], "kulti", "spool")
        state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
        return Path(state, "kulti", "spool")
    except (RuntimeError, KeyError, OSError):
        return None


def new_id() -> str:
    return str(uuid.uuid4())
