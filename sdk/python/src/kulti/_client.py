"""The agent's end of the wire. Every verb returns at once: nothing here waits for the network, raises into the agent or
keeps its process alive.
"""
import asyncio
import os
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Dict, List, Optional, Type, Union

from . import _end, _fit
from ._options import Settings, find_off_reason, find_spool_folder, new_id, server_root
from ._problem import Problem, Report, make_report
from ._prepare import Raw, now_text
from ._redacting import Redact, Redaction
from ._sender import Sender
from .types import CodeAction, EventType, Priority, Status, TerminalStream, ThoughtType

Message = Dict[str, Any]


class Thought:
    """A thought written piece by piece: `with kulti.thought() as t: t.write("…")`."""

    def __init__(self, kulti: "Kulti", thought_type: str, more: Dict[str, Any]) -> None:
        self.id = new_id()
        self._kulti = kulti
        self._type = thought_type
        self._more = more
        self._is_done = False

    def write(self, text: object) -> None:
        """Ignored after the end."""
        if not self._is_done:
            self._put(_fit.storable(text), False)

    def end(self) -> None:
        if not self._is_done:
            self._is_done = True
            self._put("", True)

    def _put(self, content: str, is_end: bool) -> None:
        data = {"thought_type": self._type, "content": content, "stream_id": self.id, **self._more}
        self._more = {}
        if is_end:
            data["done"] = True
        self._kulti.event("thought", data)

    def __enter__(self) -> "Thought":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


class Kulti:
    """An agent on stage. Reads KULTI_SERVER, KULTI_AGENT_ID and KULTI_API_KEY where an argument is left out.

    `session`: "new" (default), "continue" (the agent's open session, or a new one), or a UUID.
    `redact`: True, False, or a function that gets each redacted text and returns the one to show.
    `spool`: keeps unsent events on disk, so that they outlive the process; a path names the folder.
    `delay_ms`: holds each event back so long; `panic()` drops it until then.
    `on_problem`: called with each `Problem`; default: each kind once on stderr.
    Never raises: without server, agent or key every call does nothing, and that is said once.
    """

    def __init__(
        self,
        agent_id: Optional[str] = None,
        server_url: Optional[str] = None,
        api_key: Optional[str] = None,
        *,
        server: Optional[str] = None,
        session: str = "new",
        enabled: Optional[bool] = None,
        redact: Union[bool, Redact] = True,
        spool: Union[bool, str, Path] = True,
        delay_ms: Optional[float] = None,
        capture_errors: bool = True,
        drain_at_exit: bool = True,
        on_message: Optional[Callable[[Message], None]] = None,
        on_problem: Optional[Report] = None,
        flush_ms: float = 200,
        poll_ms: float = 5_000,
        timeout_ms: float = 20_000,
        max_queue_events: int = 20_000,
        max_queue_bytes: int = 33_554_432,
    ) -> None:
        env = os.environ
        report = make_report(on_problem)
        root = server_root(server_url or server or env.get("KULTI_SERVER") or env.get("KULTI_STATE_SERVER") or "")
        agent = str(agent_id or env.get("KULTI_AGENT_ID") or "")
        key = str(api_key or env.get("KULTI_API_KEY") or "")
        if enabled is None:
            enabled = env.get("KULTI_STREAM_ENABLED", "") not in ("0", "false")
        is_new = session == "new"
        ignored: List[str] = []

        def number(name: str, value: object, default: float) -> float:
            found = _number(value)
            if found is None:
                ignored.append(f"{name} is {value}; expected a number from 0")
            return default if found is None else found

        self._settings = Settings(
            server=root,
            agent_id=agent,
            api_key=key,
            session_id=new_id() if is_new else None if session == "continue" else str(session),
            is_new_session=is_new,
            enabled=enabled,
            redact=redact,
            spool_folder=find_spool_folder(spool),
            report=report,
            delay_ms=number("delay_ms", delay_ms if delay_ms is not None else env.get("KULTI_DELAY_MS", 0), 0.0),
            flush_ms=number("flush_ms", flush_ms, 200.0),
            poll_ms=number("poll_ms", poll_ms, 5_000.0),
            timeout_ms=number("timeout_ms", timeout_ms, 20_000.0),
            max_queue_events=int(number("max_queue_events", max_queue_events, 20_000)),
            max_queue_bytes=int(number("max_queue_bytes", max_queue_bytes, 33_554_432)),
            capture_errors=capture_errors,
            drain_at_exit=drain_at_exit,
            off_reason=find_off_reason(root, agent, key),
        )
        if enabled and self._settings.off_reason:
            report(Problem("not_configured", f"Streaming is off: {self._settings.off_reason}."))
        if ignored:
            report(Problem("bad_option", f"Using defaults: {'; '.join(ignored)}."))
        self._is_on = enabled and self._settings.off_reason is None
        self._sender = Sender(self._settings)
        self._sender.is_stopped = not self._is_on
        if self._is_on:
            if on_message is not None:
                self._sender.listen(on_message)
            _end.register(self)

    # Thoughts.

    def think(
        self,
        content: object,
        type: ThoughtType = "general",  # noqa: A002  As the original's clients name it.
        metadata: Optional[Dict[str, Any]] = None,
        priority: Optional[Priority] = None,
    ) -> None:
        data: Dict[str, Any] = {"thought_type": type, "content": _text(content)}
        self.event("thought", _with(data, metadata=metadata, priority=priority))

    def reason(self, content: object, metadata: Optional[Dict[str, Any]] = None) -> None:
        self.think(content, "reasoning", metadata)

    def decide(self, content: object, metadata: Optional[Dict[str, Any]] = None) -> None:
        self.think(content, "decision", metadata)

    def observe(self, content: object, metadata: Optional[Dict[str, Any]] = None) -> None:
        self.think(content, "observation", metadata)

    def evaluate(self, content: object, options: Optional[List[str]] = None, chosen: Optional[str] = None) -> None:
        """What was weighed, and what was chosen of it."""
        self.think(content, "evaluation", _with({}, options=options, chosen=chosen) or None)

    def context(self, content: object, file: Optional[str] = None) -> None:
        self.think(content, "context", _with({}, file=file) or None)

    def tool(self, content: object, tool: Optional[str] = None) -> None:
        self.think(content, "tool", _with({}, tool=tool) or None)

    def prompt(self, content: object, prompt_for: Optional[str] = None) -> None:
        self.think(content, "prompt", _with({}, prompt_for=prompt_for) or None)

    def thought(
        self, type: ThoughtType = "general", metadata: Optional[Dict[str, Any]] = None  # noqa: A002
    ) -> Thought:
        """A thought that is written piece by piece."""
        return Thought(self, type, _with({}, metadata=metadata))

    # Work.

    def code(
        self, filename: object, content: object = "", action: CodeAction = "write", language: Optional[str] = None
    ) -> None:
        """The whole content of a file; `action` is write, edit or delete."""
        data: Dict[str, Any] = {"filename": _text(filename), "action": action}
        if action != "delete":
            data["content"] = _text(content)
        self.event("code", _with(data, language=language))

    def edit(self, filename: object, edits: List[Dict[str, Any]], language: Optional[str] = None) -> None:
        """Replacements `{"old_text", "new_text"}` or hunks `{"start", "removed", "added"}`, applied in order."""
        data: Dict[str, Any] = {"filename": _text(filename), "action": "edit", "edits": edits}
        self.event("code", _with(data, language=language))

    def delete_file(self, filename: object) -> None:
        self.event("code", {"filename": _text(filename), "action": "delete"})

    def rename_file(self, old_filename: object, filename: object) -> None:
        data = {"filename": _text(filename), "action": "rename", "old_filename": _text(old_filename)}
        self.event("code", data)

    def command(self, command: object) -> None:
        """Starts a command line; its output follows with `terminal`."""
        self.event("terminal", {"command": _text(command), "stream": "input", "text": ""})

    def terminal(
        self,
        text: object,
        stream: TerminalStream = "stdout",
        exit_code: Optional[int] = None,
        command: Optional[str] = None,
    ) -> None:
        data: Dict[str, Any] = {"stream": stream, "text": _text(text)}
        self.event("terminal", _with(data, exit_code=exit_code, command=command))

    # The rest of the stage.

    def status(self, status: Status) -> None:
        """`done` and `offline` end the session."""
        self.event("status", {"status": status})

    def live(self) -> None:
        self.status("live")

    def task(self, title: object, description: Optional[str] = None) -> None:
        self.event("task", _with({"title": _text(title)}, description=description))

    def goal(self, title: object, description: Optional[str] = None) -> None:
        self.event("goal", _with({"title": _text(title)}, description=description))

    def milestone(self, label: object, completed: bool = True) -> None:
        self.event("milestone", {"label": _text(label), "completed": completed})

    def error(
        self,
        error: object,
        file: Optional[str] = None,
        line: Optional[int] = None,
        stack: Optional[str] = None,
        recovery_strategy: Optional[str] = None,
    ) -> None:
        if isinstance(error, BaseException):
            message = f"{type(error).__name__}: {error}"
            stack = stack or "".join(traceback.format_exception(type(error), error, error.__traceback__))
        else:
            message = _text(error)
        data = {"message": message or "error"}
        self.event("error", _with(data, file=file, line=line, stack=stack, recovery_strategy=recovery_strategy))

    def preview(self, url: object) -> None:
        self.event("preview", {"url": _text(url)})

    def usage(
        self,
        model: Optional[str] = None,
        input_tokens: Optional[int] = None,
        output_tokens: Optional[int] = None,
        cost_usd: Optional[float] = None,
    ) -> None:
        values = {"model": model, "input_tokens": input_tokens, "output_tokens": output_tokens, "cost_usd": cost_usd}
        self.event("usage", _with({}, **values))

    def question(
        self,
        text: object,
        kind: str = "text",
        options: Optional[List[Dict[str, str]]] = None,
        detail: Optional[str] = None,
        question_id: Optional[str] = None,
        expires_at: Optional[str] = None,
        default: Optional[str] = None,
    ) -> str:
        """Shows a question to viewers and returns its id. Does not wait for the answer."""
        question_id = question_id or new_id()
        data: Dict[str, Any] = {"question_id": question_id, "kind": kind, "text": _text(text)}
        more = {"options": options, "detail": detail, "expires_at": expires_at, "default": default}
        self.event("question", _with(data, **more))
        return question_id

    def answer(
        self, question_id: str, by: str = "local", option: Optional[str] = None, text: Optional[str] = None
    ) -> None:
        self.event("answer", _with({"question_id": question_id, "by": by}, option=option, text=text))

    def event(
        self, type: EventType, data: Dict[str, Any], id: Optional[str] = None, at: Optional[str] = None  # noqa: A002
    ) -> None:
        """Any event. `id` makes sending it twice harmless; `at` (default now) is ISO 8601."""
        self._sender.put(Raw(type, _fit.frozen(data), id, at or now_text()))

    # Chat.

    def say(self, text: object) -> None:
        """A line in the chat."""
        self._sender.say(Redaction(self._settings.redact).text(_fit.storable(text)))

    def on_message(self, handler: Callable[[Message], None]) -> Callable[[], None]:
        """Calls the handler with each chat line of viewers, in a thread of its own; the returned function removes it.
        The lines are untrusted: anybody may have written them, under any name.
        """
        return self._sender.listen(handler) if self._is_on else lambda: None

    # The end.

    @property
    def session_id(self) -> Optional[str]:
        return self._sender.session_id

    @property
    def pending(self) -> int:
        """Events that the server has not acknowledged yet."""
        return self._sender.pending

    def drain(self, timeout_s: float = 5.0) -> bool:
        """Waits until the server has everything so far. True if nothing is left; never raises."""
        return self._sender.drain(timeout_s)

    def close(self, timeout_s: Optional[float] = None) -> bool:
        """Ends open texts, drains, and stops; later calls do nothing. What is left stays in the spool."""
        if not self._is_on:
            return True
        wait_s = 5.0 + self._settings.delay_ms / 1000 if timeout_s is None else timeout_s
        self._sender.end_texts()
        is_done = self._sender.drain(wait_s)
        if not is_done and not self._sender.is_stopped:
            self._tell_unsent("The agent closes", self._sender.release())
        self._sender.stop()
        _end.unregister(self)
        return is_done

    async def aclose(self, timeout_s: Optional[float] = None) -> bool:
        """`close` that does not block the event loop."""
        return await asyncio.get_running_loop().run_in_executor(None, self.close, timeout_s)

    async def adrain(self, timeout_s: float = 5.0) -> bool:
        return await asyncio.get_running_loop().run_in_executor(None, self.drain, timeout_s)

    def panic(self) -> None:
        """Drops everything that has not left this process, also from the spool, and ends the session as `offline`."""
        self._sender.panic()
        _end.unregister(self)

    def _end(self) -> None:
        """The process ends by itself."""
        sender = self._sender
        sender.end_texts()
        if self._settings.drain_at_exit and sender.pending:
            # Before a server that does not answer, a process does not wait.
            sender.drain(0.5 if sender.is_waiting else 5.0)
        if sender.pending:
            self._tell_unsent("The process ends", sender.release())
        sender.stop()

    def _tell_unsent(self, what: str, is_kept: bool) -> None:
        left = self._sender.pending
        if left == 0:
            return
        fate = "which the agent's next process or `kulti flush` sends" if is_kept else "which are lost"
        message = f"{what} with {left} event(s) unsent, {fate}: {self._sender.why_waiting}"
        self._settings.report(Problem("unsent", message, 0 if is_kept else left))

    def __enter__(self) -> "Kulti":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        _: Optional[TracebackType],
    ) -> None:
        if error is not None and not isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            self.error(error)
            self.status("error")
        self.close()

    async def __aenter__(self) -> "Kulti":
        return self

    async def __aexit__(self, kind: object, error: Optional[BaseException], trace: object) -> None:
        if isinstance(error, Exception):
            self.error(error)
            self.status("error")
        await self.aclose()


def _text(value: object) -> object:
    """Bytes and objects become text in the sender's thread; what may change meanwhile, now."""
    return value if isinstance(value, (str, bytes)) else _fit.storable(value)


def _with(data: Dict[str, Any], **more: Any) -> Dict[str, Any]:
    for name, value in more.items():
        if value is not None:
            data[name] = value
    return data


def _number(value: object) -> Optional[float]:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if 0 <= number < 1e12 else None
