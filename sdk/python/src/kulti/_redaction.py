"""Takes secrets out of text before it leaves the process. The rules are data of the protocol (contract.json); the server
redacts once more with the same rules.
"""
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

from ._checks import (
    JUDGED_CHARS,
    is_assigned_token,
    is_encoded_text,
    is_password,
    is_random,
    passes,
)
from ._contract import REDACTION

#: Characters before a match that a rule may look at.
_LOOK_BACK = 256
#: A part of a text that could begin a secret waits at most for so many characters.
LONGEST_VALUE = 8_192
LONGEST_KEY = 32_768

_colours = re.compile(r"\x1b\[(?:[0-9;]{1,16}[A-Za-z]|[A-Za-qs-z])")


class Secret(NamedTuple):
    start: int
    end: int
    kind: str


def _compile(pattern: str, any_case: bool = False) -> "re.Pattern[str]":
    source = pattern.replace("{c}", r"(?:\x1b\[[0-9;]{0,16}[A-Za-z]){0,8}")
    # The patterns have at most one group, the secret.
    flags = re.ASCII | (re.IGNORECASE if any_case else 0)
    return re.compile(source, flags)


def _beginning(pattern: str) -> str:
    """The letters with which every match begins, in lower case. Looking for them is much faster than the pattern."""
    found = re.match(r"(?:[\w:/&=@!-]|\\[.$|](?![*+?{]))*", pattern)
    text = found.group() if found else ""
    # A quantifier belongs to the last letter.
    is_repeated = pattern[len(text) : len(text) + 1] in ("*", "+", "?", "{")
    return (text[:-1] if is_repeated else text).replace("\\", "").lower()


#: By beginning: the patterns that can match only where it stands in the text.
_tokens: Dict[str, List[Tuple["re.Pattern[str]", Dict[str, Any]]]] = {}
for _token in REDACTION["tokenRules"]:
    _tokens.setdefault(_beginning(_token["pattern"]), []).append(
        (_compile(_token["pattern"], _token.get("any_case", False)), _token)
    )
_key_block = re.compile(
    r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}"
)
_key_end = re.compile(r"-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}")

_names: Dict[str, List[Dict[str, Any]]] = {}
for _rule in REDACTION["nameRules"]:
    _names.setdefault(_rule["word"], []).append(_rule)
_name_words = {word: re.compile(re.escape(word), re.IGNORECASE | re.ASCII) for word in _names}
_endings = re.compile(
    r"(?:[_-]?(?:" + "|".join(REDACTION["nameEndings"]) + r"|\d{1,3}))?\Z",
    re.IGNORECASE | re.ASCII,
)
_forms: List[Tuple["re.Pattern[str]", Dict[str, Any]]] = [
    (_compile(form["pattern"].replace("{q}", quote)), form)
    for form in REDACTION["nameForms"]
    for quote in (REDACTION["quotationMarks"] if "{q}" in form["pattern"] else [""])
]
_name_end = re.compile(r"[\w-]{0,64}", re.ASCII)
_name_start = re.compile(r"[\w.-]{0,64}\Z", re.ASCII)
_word_break = re.compile(
    r"(?:\\[nrtbf]|\\u00[0-9a-f]{2}|%[0-9A-F]{2}|\x1b\[[0-9;]*[A-Za-z])\Z", re.IGNORECASE
)
_variable = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_setting_command = re.compile(r"(?:^|[^\w-])(?:ENV|setx|setenv|set -[a-zA-Z]{1,3})[ \t]{1,4}\Z")
_commit_words = re.compile(
    r"(?:^|[^A-Za-z0-9])(?:commit|sha1?|ref|revision)(?![A-Za-z0-9])", re.IGNORECASE
)
_line_start = re.compile(r"(?:^|\n)[ \t]{0,32}(?:- )?\Z")


def _plain(text: str) -> str:
    return _colours.sub("", text) if "\x1b" in text else text


def _begins_word(text: str, at: int) -> bool:
    if at == 0:
        return True
    before = text[at - 1]
    if before == "]":
        return re.search(r"\[redacted-[a-z-]{1,30}\]\Z", text[max(0, at - 42) : at]) is None
    if not (before.isascii() and (before.isalnum() or before == "_")):
        return True
    return _word_break.search(text[max(0, at - 16) : at]) is not None


def _is_near(text: str, at: int, word: str) -> bool:
    before = text[max(0, at - _LOOK_BACK) : at]
    return word in before[before.rfind("\n") + 1 :].lower()


def _span(match: "re.Match[str]") -> Tuple[int, int]:
    return match.span(1) if match.re.groups else match.span()


def _find_tokens(text: str, lower: str) -> Iterator[Secret]:
    for pattern, rule in [found for start, rules in _tokens.items() if start in lower for found in rules]:
        for match in pattern.finditer(text):
            at = match.start()
            if not rule.get("glued") and not _begins_word(text, at):
                continue
            behind = rule.get("behind")
            if behind and not (at > 0 and text[at - 1] in behind):
                continue
            if "near" in rule and not _is_near(text, at, rule["near"]):
                continue
            start, end = _span(match)
            if passes(rule.get("check"), _plain(text[start:end])):
                yield Secret(start, end, rule["kind"])


def _find_keys(text: str, lower: str) -> Iterator[Secret]:
    for match in _key_block.finditer(text) if "private key" in lower else ():
        limit = min(len(text), match.end() + LONGEST_KEY)
        end = _key_end.search(text, match.end(), limit)
        stop = end.start() if end else len(text[:limit].rstrip())
        if re.search(r"[A-Za-z0-9+/=]{32}", text[match.end() : stop]):
            yield Secret(match.end(), stop, "private-key")


def _find_named(text: str, lower: str) -> Iterator[Secret]:
    for pattern in [pattern for word, pattern in _name_words.items() if word in lower]:
        for match in pattern.finditer(text):
            at = match.start()
            end = _name_end.match(text, match.end()).end()  # type: ignore[union-attr]
            if not _endings.match(text[match.end() : end]):
                continue
            start = at - len(_name_start.search(text[max(0, at - 64) : at]).group())  # type: ignore[union-attr]
            name, before = text[start:end], text[start:at]
            for rule in _names[match.group().lower()]:
                if _is_secret_name(rule, before, name):
                    yield from _find_values(text, rule, start, end, name)


def _is_secret_name(rule: Dict[str, Any], before: str, name: str) -> bool:
    plain = re.sub(r"[_.-]", "", before.lower())
    if plain.endswith("redacted"):
        return False
    if rule.get("apart") and not _is_apart(before, name):
        return False
    if any(plain.endswith(word) for word in rule.get("not_after", ())):
        return False
    after = rule.get("after")
    if not after or any(plain.endswith(word) for word in after):
        return name != "PWD"
    return (
        rule.get("any_variable", False)
        and len(before) > 1
        and before.endswith("_")
        and _variable.match(name) is not None
    )


def _is_apart(before: str, name: str) -> bool:
    if not re.search(r"[A-Za-z]\Z", before):
        return True
    return before[-1].islower() and name[len(before) : len(before) + 1].isupper()


def _find_values(
    text: str, rule: Dict[str, Any], name_start: int, name_end: int, name: str
) -> Iterator[Secret]:
    is_capital = _variable.match(name) is not None
    for pattern, form in _forms:
        match = pattern.match(text, name_end)
        if not match:
            continue
        if form.get("variable") and not is_capital:
            continue
        if form.get("flag") and not name.startswith("--"):
            continue
        if form.get("command") and not _setting_command.search(text[max(0, name_start - 16) : name_start]):
            continue
        if form.get("tag") and text[name_start - 1 : name_start] != "<":
            continue
        if form.get("argument") and not re.search(r"\([\"']\Z", text[max(0, name_start - 2) : name_start]):
            continue
        start, end = _span(match)
        if _is_secret_value(text, start, end, rule, form, name, name_start, is_capital):
            yield Secret(start, end, rule["kind"])


def _is_secret_value(
    text: str,
    start: int,
    end: int,
    rule: Dict[str, Any],
    form: Dict[str, Any],
    name: str,
    name_start: int,
    is_capital: bool,
) -> bool:
    value = text[start : min(end, start + JUDGED_CHARS)]
    place = form["place"]
    if name.lower() == "token" and _is_commit(text, name_start, value):
        return False
    if form.get("random"):
        return len(value) >= 16 and is_random(value)
    is_quoted = text[start - 1] in "\"'`"
    is_variable_set = place == "assigned" and bool(form.get("flag") or form.get("command") or is_capital)
    before = text[name_start - 1] if name_start > 0 else " "
    is_parameter = place == "assigned" and before in "?&#;" and "." not in name
    begins = _line_start.search(text[max(0, name_start - 40) : name_start]) is not None
    if rule["value"] == "mixed":
        return passes("mixed", value)
    if begins and place != "anywhere" and is_encoded_text(value):
        return True
    if rule["value"] == "token":
        if is_random(value):
            return True
        if is_variable_set:
            return is_assigned_token(value, is_quoted)
        return place == "assigned" and (begins or is_parameter) and is_assigned_token(value, True)
    has_digit = re.search(r"[0-9]", value) is not None
    if place == "anywhere":
        return has_digit and is_password(value, "no_word")
    if is_variable_set or is_parameter or (place == "assigned" and has_digit):
        return is_password(value, "anything")
    return is_password(value, "word" if is_quoted or begins else "no_word")


def _is_commit(text: str, name_start: int, value: str) -> bool:
    if not re.fullmatch(r"[0-9a-f]{40}", value):
        return False
    before = text[max(0, name_start - JUDGED_CHARS) : name_start]
    return _commit_words.search(before[before.rfind("\n") + 1 :]) is not None


def find_secrets(text: str) -> List[Secret]:
    """In order, apart from each other: secrets that overlap are one."""
    if len(text) < 8:
        return []
    lower = text.lower()
    found = [*_find_tokens(text, lower), *_find_keys(text, lower), *_find_named(text, lower)]
    found.sort(key=lambda secret: secret.start)
    secrets: List[Secret] = []
    for secret in found:
        if secret.end <= secret.start:
            continue
        if secrets and secret.start < secrets[-1].end:
            last = secrets[-1]
            secrets[-1] = Secret(last.start, max(last.end, secret.end), last.kind)
        else:
            secrets.append(secret)
    return secrets


def redact(text: str) -> str:
    """The text with a mark such as `[redacted-github-token]` for each secret in it."""
    return _mark(text, find_secrets(text), 0)


def _mark(text: str, secrets: List[Secret], start_at: int) -> str:
    shown: List[str] = []
    at = start_at
    for start, end, kind in secrets:
        if end <= at:
            continue
        shown.append(text[at : max(at, start)])
        # What was shown before it was whole has its mark already, or none.
        if start >= start_at:
            shown.append(f"[redacted-{kind}]")
        at = end
    shown.append(text[at:])
    return "".join(shown)


def redact_value(value: Any, name: str = "") -> Any:
    """A JSON value with the secrets of its texts replaced; the names of its fields count."""
    if isinstance(value, str):
        if name and len(value) >= 4:
            prefix = f'"{name}": "'
            secrets = find_secrets(f'{prefix}{value}"')
            if secrets and secrets[0].start == len(prefix):
                return f"[redacted-{secrets[0].kind}]"
        return redact(value)
    if isinstance(value, list):
        return [redact_value(item) for item in value]
    if isinstance(value, dict):
        return {key: redact_value(item, str(key)) for key, item in value.items()}
    return value


#: A line with one of these may hold a value that only its end decides.
_telling = re.compile(
    "|".join(sorted(map(re.escape, _names), key=len, reverse=True))
    + r"|echo |cookie|mnemonic|phrase|authorization|bearer|://|identified",
    re.IGNORECASE,
)


class StreamRedactor:
    """Redacts a text that comes in pieces. What could be a part of a secret waits for what follows: the last word, the
    last line if it names a secret, a private key until its end.
    """

    def __init__(self) -> None:
        self._context = ""
        self._held = ""

    @property
    def held(self) -> int:
        """Characters that wait."""
        return len(self._held)

    def push(self, piece: str) -> str:
        self._held += piece
        return self._show(self._ready())

    def end(self) -> str:
        """The rest; the next push begins another text."""
        shown = self._show(len(self._held))
        self._context = ""
        return shown

    def _ready(self) -> int:
        held = self._held
        block = None
        for block in _key_block.finditer(held):
            pass
        if block and not _key_end.search(held, block.end()):
            if len(held) - block.start() <= LONGEST_KEY:
                return block.start()
        dashes = re.search(r"-{2,5} ?(?:B(?:E(?:G(?:I(?:N[A-Z0-9 ]{0,48}-{0,5})?)?)?)?)?\Z", held)
        line = held.rfind("\n") + 1
        telling = _telling.search(held, max(0, line - _LOOK_BACK))
        if telling and len(held) - telling.start() <= LONGEST_VALUE:
            # Blocks and lists name the secret on the line above.
            name_line = held.rfind("\n", 0, telling.start()) + 1
            rest = held[telling.end() :]
            if rest.count("\n") < 2:
                return name_line
        word = max(held.rfind(" "), held.rfind("\n"), held.rfind("\t")) + 1
        if len(held) - word > LONGEST_VALUE:
            word = len(held)
        return min(word, dashes.start()) if dashes else word

    def _show(self, count: int) -> str:
        if count <= 0:
            return ""
        piece, self._held = self._held[:count], self._held[count:]
        text = self._context + piece
        shown = _mark(text, find_secrets(text), len(self._context))
        self._context = text[-_LOOK_BACK:]
        return shown
