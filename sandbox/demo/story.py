"""What a person does during the demo: pause a pixel, read an alert, correct a row, replay an event.

Each step is a command that a reader can type; every step may be repeated, so that a demo which was
interrupted goes on.
"""

from __future__ import annotations

import contextlib
import io
import shlex
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.demo.stage import Stage

EUROPE = "CEU00000000000000001"
REFUSED = """
select event_id from tiktok_ops.event_outbox where reason = 'rejected_by_tiktok' order by event_id
"""
CORRECTION = "update shop.orders set currency = 'USD' where order_id = %s"


def pause_europe(say: Callable[[str], None]) -> None:
    """Let the purchases of one site wait, and so the refunds of them."""
    say("Somebody pauses one pixel: its purchases wait, and the refunds of them with them.")
    _command(say, f"pause {EUROPE}")


def resume_europe(say: Callable[[str], None]) -> None:
    """Let them go."""
    _command(say, f"resume {EUROPE}")


def show_quarantine(say: Callable[[str], None]) -> None:
    """Look at what was set aside, and why."""
    _command(say, "quarantine")


def refused_events(stage: Stage) -> list[str]:
    """Return the events that TikTok has refused and nobody has replayed."""
    with psycopg.connect(stage.warehouse_uri) as connection:
        return [row[0] for row in connection.execute(REFUSED)]


def correct_orders(stage: Stage, event_ids: list[str], say: Callable[[str], None]) -> None:
    """Correct the currency of orders at their source."""
    say("The shop corrects the order that TikTok refused, and the paused pixel goes on.")
    with psycopg.connect(stage.warehouse_uri) as connection:
        for event_id in event_ids:
            order_id = event_id.removeprefix("ord_")
            connection.execute(CORRECTION, [order_id])
            say(f"> {CORRECTION % repr(order_id)}")


def replay_events(event_ids: list[str], say: Callable[[str], None]) -> None:
    """Let corrected events wait for delivery again."""
    say("The models and the outbox have the correction now; the event is sent again.")
    _command(say, f"replay --event-id {' '.join(event_ids)} --yes")


def _command(say: Callable[[str], None], words: str) -> None:
    """Run ``airflow tiktok <words>`` in this process and say it with its answer."""
    from airflow.cli.cli_parser import get_parser  # noqa: PLC0415 - after the environment is set

    arguments = get_parser().parse_args(["tiktok", *shlex.split(words)])
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        arguments.func(arguments)
    say(f"> airflow tiktok {words}")
    for line in said.getvalue().splitlines():
        say(f"    {line}")
