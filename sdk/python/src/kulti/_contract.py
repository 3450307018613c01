"""The contract as the server has it: lists, limits, fields and the rules of redaction."""
import json
from pathlib import Path
from typing import Any, Dict, List

_data: Dict[str, Any] = json.loads(
    Path(__file__).with_name("contract.json").read_text(encoding="utf-8")
)

EVENT_TYPES: List[str] = _data["event_types"]
ENDING_STATUSES: List[str] = _data["ending_statuses"]
ERROR_CODES = frozenset(_data["error_codes"])
LIMITS: Dict[str, int] = _data["limits"]
FIELDS: Dict[str, Dict[str, Any]] = _data["fields"]
REDACTION: Dict[str, Any] = _data["redaction"]
