"""Whether a candidate is a secret. The same checks as in redact/checks.ts of the protocol."""
import base64
import binascii
import re
from typing import Callable, Dict, NamedTuple, Optional

#: Enough to judge by, so that a check costs the same for every value.
JUDGED_CHARS = 64

_words = re.compile(
    r"(?:true|false|null|nil|none|undefined|string|str|text|bytes?|number|boolean|object|any|unknown|buffer"
    r"|required|optional|empty|hidden|visible|enabled|disabled|masked|unset|missing|invalid|default"
    r"|change_?me|placeholder|redacted|removed|secret|password|passwd|pass|pwd|token|user|username"
    r"|incorrect|mismatch|different|protected|confirmed|forgotten|passwort|wachtwoord|contrasena|encrypted"
    r"|foo|bar|baz|test|todo|tbd|n/?a|abc|xyz|value|key|api_?key|example|dummy|fake|sample|admin)",
    re.IGNORECASE,
)
_beginnings = re.compile(
    r"(?:0x[0-9a-f]{1,8}$|\[|\$[A-Za-z_{(]|\$\d|\$$|%[A-Za-z({]|%$|\{|<|\*{3}|&[a-z]|#\{|@\{|\.{3}|…"
    r"|(?:your|my|the|some|insert|enter|replace|example|dummy|fake|sample|placeholder|redacted|process|os|env)"
    r"(?:[_.\-\[:]|$)"
    r"|(?:import|self|this|config|settings|secrets|vault|op|ssm|arn|file|https?|data)(?:[.\[:]|$))",
    re.IGNORECASE | re.ASCII,
)
_path = re.compile(r"(?:\.{0,2}/[A-Za-z_.]|~/|[A-Za-z]:\\)")
_dotted_name = re.compile(r"[A-Za-z_$]+(?:\??\.[A-Za-z_$]+\d?)+\Z", re.ASCII)
_version = re.compile(r"v?\d+\.\d+\.|\d{4}-\d\d-\d\d", re.ASCII)
_call = re.compile(r"[\w$.]{1,40}\(", re.ASCII)
_fillers = re.compile(r"x{6}|\*{4}|\.{4}|<[a-z]|\$\{", re.IGNORECASE)
_word_chain = re.compile(r"[a-z]{3,}(?:-[a-z]{3,}){2,}\Z")
_label_word = re.compile(
    r"(?:^|-)(?:pass(?:word|phrase|code|wd)?|tokens?|secrets?|keys?|fields?|input|form|label|text|value|your|the"
    r"|new|current|old|forgot|reset|enter|confirm|change|invalid|required|not|is|must|hash|type|name|page|link"
    r"|button|error|message|icon|manager)(?:-|$)"
)


def is_reference(value: str) -> bool:
    """A placeholder, a variable, a type, a call."""
    start = value[:JUDGED_CHARS]
    if len(start) <= 12 and _words.fullmatch(start):
        return True
    if "[redacted-" in start:
        return True
    if _beginnings.match(start) or _call.match(start) or _fillers.search(start):
        return True
    return len(set(start)) <= 1


class _Shape(NamedTuple):
    letters: int
    digits: int
    runs: int
    switches: int
    distinct: int


def _shape_of(value: str) -> _Shape:
    letters = digits = runs = switches = capitals = before = 0
    for char in value:
        kind = 1 if "0" <= char <= "9" else 2 if "A" <= char <= "Z" else 3 if "a" <= char <= "z" else 0
        if kind == 1:
            digits += 1
        elif kind:
            letters += 1
        is_capitalized = before == 2 and kind == 3 and capitals == 1
        if kind and kind != before and not is_capitalized:
            runs += 1
            if before:
                switches += 1
        capitals = capitals + 1 if kind == 2 else 0
        before = kind
    return _Shape(letters, digits, runs, switches, len(set(value)))


def is_random(value: str) -> bool:
    """Letters and digits as chance mixes them: short runs, many different characters."""
    start = value[:JUDGED_CHARS]
    if len(start) < 8:
        return False
    letters, digits, runs, switches, distinct = _shape_of(start)
    if letters == 0 or (letters + digits) * 2 < len(start):
        return False
    if distinct < min(10, len(start) * 0.4):
        return False
    if len(start) >= 32 and digits > 0 and re.fullmatch(r"[0-9a-fA-F]+", start):
        return not is_reference(start)
    if re.fullmatch(r"[0-9a-f]{32}-[a-z]{2}[0-9]{1,2}", start):
        return digits > 0
    longest = 3.6 if digits > 0 else 2.6
    if switches < (3 if digits > 0 else 5) or letters + digits > runs * longest:
        return False
    if _version.match(start) or _dotted_name.match(start) or _path.match(start):
        return False
    return not is_reference(start)


def is_dense(value: str) -> bool:
    """Some piece between separators is long, of letters and digits in turn."""
    start = value[:JUDGED_CHARS]
    if not re.search(r"[A-Za-z0-9]{12}", start) or is_reference(start):
        return False
    for piece in re.split(r"[^A-Za-z0-9]", start):
        if len(piece) >= 12:
            shape = _shape_of(piece)
            if shape.letters and shape.digits and (shape.switches >= 3 or len(piece) >= 20):
                return True
    return False


def _is_shuffled(value: str) -> bool:
    if not re.fullmatch(r"[A-Za-z]{10,}", value):
        return False
    shape = _shape_of(value)
    return shape.switches >= 4 and shape.letters <= shape.runs * 2.6


def is_password(value: str, place: str) -> bool:
    """`place`: anything, word or no_word, as in checks.ts."""
    start = value[:JUDGED_CHARS]
    if len(start) < 4 or is_reference(start) or _dotted_name.match(start):
        return False
    if place == "anything" or (place == "word" and re.fullmatch(r"[a-z]{8,}", start)):
        return True
    if place == "word" and _word_chain.match(start) and not _label_word.search(start):
        return True
    if place == "word" and _is_shuffled(start):
        return True
    has_digit = re.search(r"[0-9]", start) is not None
    has_letter = re.search(r"[A-Za-z]", start) is not None
    has_sign = re.search(r"[!@#$%^&*?+=~]", start) is not None
    return (has_digit or has_sign) if has_letter else (has_digit and has_sign)


def is_assigned_token(value: str, is_quoted: bool) -> bool:
    """The value of an environment variable whose name says that it is a token."""
    start = value[:JUDGED_CHARS]
    if len(start) < 8 or is_reference(start) or _path.match(start):
        return False
    if not is_quoted and re.fullmatch(r"[a-z]+", start):
        return True
    return re.search(r"[0-9]", start) is not None and re.search(r"[A-Za-z]", start) is not None


def _is_mixed(value: str) -> bool:
    start = value[:JUDGED_CHARS]
    if not re.fullmatch(r"[!-~]{6,}", start) or _version.match(start):
        return False
    return not re.fullmatch(r"[\d.,:/]+[a-zA-Z%]{0,6}", start, re.ASCII) and is_password(start, "no_word")


def _decoded(value: str) -> str:
    start = value[:JUDGED_CHARS].rstrip("=")
    start = start[: len(start) - (1 if len(start) % 4 == 1 else 0)]
    try:
        return base64.b64decode(start + "=" * (-len(start) % 4)).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""


def is_encoded_text(value: str) -> bool:
    """Base64 of a text, as a Kubernetes Secret has it."""
    if len(value) < 8 or len(value) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", value):
        return False
    has_cases = re.search(r"[a-z]", value) and re.search(r"[A-Z]", value)
    return bool(has_cases) and re.fullmatch(r"[ -~\r\n]{4,}", _decoded(value)) is not None


def _is_session(value: str) -> bool:
    return is_random(value) or (len(value) >= 12 and is_assigned_token(value, True))


def _is_cookie(value: str) -> bool:
    if not re.match(r"[^=;\s]{1,128}=[^;\s]", value):
        return False
    pairs = re.split(r"[;\s]", value[:256])
    return any(_is_session(pair[pair.find("=") + 1 :]) for pair in pairs)


_checks: Dict[str, Callable[[str], bool]] = {
    "random": is_random,
    "dense": is_dense,
    "no_reference": lambda value: not is_reference(value),
    "basic_login": lambda value: re.fullmatch(r"[ -~]{1,120}:[ -~]+", _decoded(value)) is not None,
    "cookie": _is_cookie,
    "mixed": _is_mixed,
    "words": lambda value: re.match(r"(?:[a-z]{3,8} ){7,}", value[:JUDGED_CHARS]) is not None,
}

_filler_end = re.compile(r"(?:[x*._-]+|(.)\1{11})\Z", re.IGNORECASE)


def passes(check: Optional[str], value: str) -> bool:
    """Without a condition, only what is filled with `x` and the like, or with one character, is no secret."""
    if check is None:
        return _filler_end.match(value[-12:]) is None
    return _checks[check](value)
