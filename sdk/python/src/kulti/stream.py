"""One agent for the whole program: `stream.init("my-agent", server=…, api_key=…)`, then `stream.think("…")`.

Before `init` every call does nothing but say so once.
"""
from typing import Any, Callable, Dict, List, Optional

from ._client import Kulti, Thought

_agent: Optional[Kulti] = None


def init(
    agent_id: Optional[str] = None, server: Optional[str] = None, api_key: Optional[str] = None, **options: Any
) -> Kulti:
    """Closes the agent of an earlier `init`. `options` are those of `Kulti`."""
    global _agent
    if _agent is not None:
        _agent.close()
    _agent = Kulti(agent_id, server, api_key, **options)
    return _agent


def _current() -> Kulti:
    global _agent
    if _agent is None:
        _agent = Kulti()
    return _agent


def think(content: object, type: Any = "general", metadata: Optional[Dict[str, Any]] = None) -> None:  # noqa: A002
    _current().think(content, type, metadata)


def reason(content: object, metadata: Optional[Dict[str, Any]] = None) -> None:
    _current().reason(content, metadata)


def decide(content: object, metadata: Optional[Dict[str, Any]] = None) -> None:
    _current().decide(content, metadata)


def observe(content: object, metadata: Optional[Dict[str, Any]] = None) -> None:
    _current().observe(content, metadata)


def evaluate(content: object, options: Optional[List[str]] = None, chosen: Optional[str] = None) -> None:
    _current().evaluate(content, options, chosen)


def context(content: object, file: Optional[str] = None) -> None:
    _current().context(content, file)


def tool(content: object, tool: Optional[str] = None) -> None:
    _current().tool(content, tool)


def prompt(content: object, prompt_for: Optional[str] = None) -> None:
    _current().prompt(content, prompt_for)


def thought(type: Any = "general") -> Thought:  # noqa: A002
    return _current().thought(type)


def code(filename: object, content: object = "", action: Any = "write") -> None:
    _current().code(filename, content, action)


def terminal(text: object, stream: Any = "stdout", exit_code: Optional[int] = None) -> None:
    _current().terminal(text, stream, exit_code)


def command(command: object) -> None:
    _current().command(command)


def status(status: Any) -> None:
    _current().status(status)


def live() -> None:
    _current().live()


def task(title: object, description: Optional[str] = None) -> None:
    _current().task(title, description)


def goal(title: object, description: Optional[str] = None) -> None:
    _current().goal(title, description)


def milestone(label: object, completed: bool = True) -> None:
    _current().milestone(label, completed)


def error(error: object) -> None:
    _current().error(error)


def preview(url: object) -> None:
    _current().preview(url)


def say(text: object) -> None:
    _current().say(text)


def on_message(handler: Callable[[Dict[str, Any]], None]) -> Callable[[], None]:
    return _current().on_message(handler)


def drain(timeout_s: float = 5.0) -> bool:
    return _current().drain(timeout_s)


def close() -> bool:
    return _current().close()
