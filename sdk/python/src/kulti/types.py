"""Names of the contract. Made by `npm run generate`. Do not edit."""
from typing import Literal

EventType = Literal["thought", "code", "terminal", "status", "task", "goal", "milestone", "error", "preview", "usage", "question", "answer"]
ThoughtType = Literal["general", "reasoning", "decision", "observation", "evaluation", "tool", "context", "prompt"]
Priority = Literal["headline", "working", "detail"]
Status = Literal["starting", "live", "working", "thinking", "waiting", "paused", "error", "done", "offline"]
CodeAction = Literal["write", "edit", "delete", "rename"]
TerminalStream = Literal["stdout", "stderr", "input"]
QuestionKind = Literal["choice", "text", "approval"]
Answerer = Literal["owner", "viewers", "local", "timeout"]
