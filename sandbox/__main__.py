"""`python -m sandbox`: serve the TikTok sandbox on a port until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import gc
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from sandbox.server.certificates import server_context
from sandbox.server.quota import TIERS
from sandbox.server.running import new_state, serve
from sandbox.server.tokens import APP_ID, APP_SECRET, STATIC_TOKEN
from sandbox.world import World
from sandbox.world.world import DEMO_START

# The log of events only grows: looking through it for garbage every 700 objects finds none.
GC_THRESHOLD = 100_000
EPILOG = f"""\
credentials (public, for the sandbox only):
  app id         {APP_ID}
  app secret     {APP_SECRET}
  access token   {STATIC_TOKEN}

what it serves:
  /                    a page with everything it serves and its state
  /open_api/v1.3/...   TikTok's API
  /portal/auth         the page where a person approves the app
  /control/...         the sandbox's own: clock, faults, switches, reset, and the log of events

examples:
  python -m sandbox --port 8765 --seed 1
  python -m sandbox --port 8765 --faults storm          # one call in five goes wrong
  python -m sandbox --port 8765 --tier Basic            # with TikTok's quotas
  curl http://127.0.0.1:8765/control/switches           # what TikTok leaves open
"""


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    it = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A local TikTok Business API v1.3 with a consistent world behind it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    it.add_argument("--port", type=int, default=8765, help="0 takes a free one (default 8765)")
    it.add_argument("--host", default="127.0.0.1", help="address to listen on (default loopback)")
    it.add_argument("--seed", type=int, default=1, help="seed of the world (default 1)")
    it.add_argument("--size", type=float, default=1, help="multiplies all clicks (default 1)")
    it.add_argument("--ads", type=int, default=12, help="ads per advertiser (default 12)")
    it.add_argument(
        "--start", type=_moment, help="first day of the world, UTC (default 2026-10-31)"
    )
    it.add_argument("--days", type=int, default=3, help="length of the world (default 3)")
    it.add_argument("--now", type=_moment, help="where the clock starts (default: the world's end)")
    it.add_argument(
        "--clock-speed",
        type=float,
        default=1.0,
        help="virtual seconds a second, 0 stops (default 1)",
    )
    it.add_argument(
        "--tier",
        choices=["unlimited", *TIERS],
        default="unlimited",
        help="quota tier of the app (default: quotas are not counted)",
    )
    it.add_argument("--faults", choices=["storm"], help="bad weather from the start")
    it.add_argument("--faults-seed", type=int, default=1, help="seed of the bad weather")
    it.add_argument(
        "--switch",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a switch; GET /control/switches lists them",
    )
    it.add_argument(
        "--truth-log",
        type=Path,
        metavar="FILE",
        help="keep the log of accepted events in a file; one that exists is taken over",
    )
    it.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        metavar="URI",
        help="where the approval page may return to (default: any http or https address)",
    )
    it.add_argument("--tls", action="store_true", help="HTTPS with a certificate of its own")
    return it


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _switch_values(settings: list[str], tier: str) -> dict[str, object]:
    values: dict[str, object] = {"tier": tier}
    for setting in settings:
        name, _, text = setting.partition("=")
        words: dict[str, object] = {"true": True, "false": False}
        values[name] = int(text) if text.lstrip("-").isdigit() else words.get(text, text)
    return values


async def _serve(arguments: argparse.Namespace) -> None:
    world = World(
        seed=arguments.seed,
        start=arguments.start or DEMO_START,
        days=arguments.days,
        size=arguments.size,
        ads_per_advertiser=arguments.ads,
    )
    state = new_state(
        world,
        now=arguments.now,
        clock_speed=arguments.clock_speed,
        switches=_switch_values(arguments.switch, arguments.tier),
        faults=arguments.faults,
        faults_seed=arguments.faults_seed,
        truth_log=arguments.truth_log,
        redirect_uris=arguments.redirect_uri,
    )
    tls = None
    if arguments.tls:
        tls, pem = server_context("self-signed")
        print(pem.decode(), file=sys.stderr)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    scheme = "https" if arguments.tls else "http"

    def started(port: int) -> None:
        print(f"{scheme}://{arguments.host}:{port}", flush=True)

    await serve(
        state, host=arguments.host, port=arguments.port, tls=tls, started=started, stop=stop
    )


def main() -> int:
    """Run the command; return its exit status."""
    gc.set_threshold(GC_THRESHOLD)
    try:
        asyncio.run(_serve(parser().parse_args()))
    except (OSError, ValueError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
