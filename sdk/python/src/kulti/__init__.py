"""Put an AI agent on stage: people watch its thoughts, code and terminal live, and replay them later."""
from . import stream
from ._client import Kulti, Thought
from ._logging import KultiHandler
from ._problem import Problem

__all__ = ["Kulti", "KultiHandler", "Problem", "Thought", "stream"]
__version__ = "0.1.0"
