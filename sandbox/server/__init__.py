"""A local TikTok Business API v1.3: start it with `start_server`, or `python -m sandbox`."""

from sandbox.server.control_client import SandboxControl, SandboxControlError
from sandbox.server.running import RunningSandbox, start_server
from sandbox.server.tokens import APP_ID, APP_SECRET, STATIC_TOKEN

__all__ = [
    "APP_ID",
    "APP_SECRET",
    "STATIC_TOKEN",
    "RunningSandbox",
    "SandboxControl",
    "SandboxControlError",
    "start_server",
]
