# ruff: noqa: INP001 - a program, run by its path
"""How fast the sandbox is: events accepted and report rows served, per second of one core.

    python benchmarks/sandbox_speed.py [--events 60000] [--rows 60000]

Starts `python -m sandbox` as a process of its own, with a truth log in a file and every check at
its default. Wall is what a client sees; CPU is the server's own time, which other programs on the
machine disturb less.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

BATCH = 1_000
PAGE = 1_000
EVENTS_GOAL, ROWS_GOAL = 30_000, 60_000
US = "7000000000000000001"
HEADERS = {"Access-Token": "sandbox-access-token", "Content-Type": "application/json"}
HOURS_OF_REPORT = 24


@dataclass(frozen=True)
class Measured:
    """One line of the table."""

    what: str
    count: int
    wall: float
    cpu: float

    def line(self, goal: int) -> str:
        """Return the line as text; a goal is met by the CPU figure."""
        per_cpu = self.count / self.cpu
        verdict = f"   goal {goal:,}: {'met' if per_cpu >= goal else 'MISSED'}"
        return (
            f"{self.what:<34}{self.count:>10,}{self.count / self.wall:>14,.0f}"
            f"{per_cpu:>14,.0f}{verdict}"
        )


class Server:
    """A sandbox process and one connection to it."""

    def __init__(self, folder: Path, ads: int) -> None:
        command = [
            sys.executable,
            "-m",
            "sandbox",
            "--port",
            "0",
            "--ads",
            str(ads),
            "--clock-speed",
            "0",
            "--truth-log",
            str(folder / "truth.jsonl"),
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
        url = self.process.stdout.readline().strip() if self.process.stdout else ""
        if not url:
            raise SystemExit("the sandbox did not start")
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=600)

    def call(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Return the body of an answer."""
        self.connection.request(method, path, body, HEADERS)
        return self.connection.getresponse().read()

    def cpu(self) -> float:
        """Return the seconds of CPU that the process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait()


def batch(number: int, event_time: int) -> bytes:
    """Return a batch of events as a shop sends them: all 14 signals, two items."""

    def event(position: int) -> dict[str, object]:
        key = f"{number}-{position}"
        digest = hashlib.sha256(key.encode()).hexdigest()
        return {
            "event": "CompletePayment",
            "event_time": event_time,
            "event_id": f"ord_{key}",
            "user": {
                "email": digest,
                "phone": digest,
                "external_id": digest,
                "first_name": digest,
                "last_name": digest,
                "zip_code": digest,
                "ttclid": f"E_C_P_{digest}{digest}",
                "ttp": digest[:27],
                "ip": f"203.0.{number % 256}.{position % 256}",
                "user_agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X)",
                "locale": "en-US",
                "city": "newyork",
                "state": "ny",
                "country": "us",
            },
            "page": {"url": f"https://us.northwind.example/orders/{key}?ttclid={digest}"},
            "properties": {
                "currency": "USD",
                "value": 79.8,
                "content_type": "product",
                "order_id": key,
                "contents": [
                    {
                        "content_id": "sku-1",
                        "content_name": "Trail jacket",
                        "quantity": 1,
                        "price": 59.9,
                        "brand": "Northwind",
                    },
                    {"content_id": "sku-2", "content_name": "Socks", "quantity": 2, "price": 9.95},
                ],
            },
        }

    data = [event(position) for position in range(BATCH)]
    body = {"event_source": "web", "event_source_id": "CUS00000000000000001", "data": data}
    return json.dumps(body, separators=(",", ":")).encode()


def measure_events(server: Server, count: int) -> Measured:
    """Send `count` events that are all new."""
    now = json.loads(server.call("GET", "/control/state"))["now"]
    event_time = int(time.mktime(time.strptime(now[:10], "%Y-%m-%d"))) - 86_400
    bodies = [batch(number, event_time) for number in range(count // BATCH)]
    cpu, wall = server.cpu(), time.perf_counter()
    for body in bodies:
        answer = server.call("POST", "/open_api/v1.3/event/track/", body)
        if not answer.startswith(b'{"code":0,'):
            raise SystemExit(f"not accepted: {answer.decode()}")
    wall, cpu = time.perf_counter() - wall, server.cpu() - cpu
    size = sum(map(len, bodies)) // (len(bodies) * BATCH)
    return Measured(f"events accepted ({size} bytes each)", len(bodies) * BATCH, wall, cpu)


def page_path(page: int) -> str:
    """Return the path of a page of the report: every ad by the hour of one day."""
    query = {
        "advertiser_id": US,
        "report_type": "BASIC",
        "data_level": "AUCTION_AD",
        "dimensions": '["ad_id","stat_time_hour"]',
        "metrics": '["spend","impressions","clicks","conversion","complete_payment",'
        '"total_complete_payment_rate","campaign_id","adgroup_id","currency"]',
        "start_date": "2026-10-31",
        "end_date": "2026-10-31",
        "page": page,
        "page_size": PAGE,
    }
    return f"/open_api/v1.3/report/integrated/get/?{urlencode(query)}"


def read_report(server: Server) -> Measured:
    """Read every page of the report once."""
    cpu, wall = server.cpu(), time.perf_counter()
    rows, page, pages = 0, 1, 1
    while page <= pages:
        answer = server.call("GET", page_path(page))
        rows += answer.count(b'"dimensions"')
        if page == 1:
            pages = json.loads(answer)["data"]["page_info"]["total_page"]
        page += 1
    return Measured("", rows, time.perf_counter() - wall, server.cpu() - cpu)


def measure_rows(server: Server) -> list[Measured]:
    """Read a report when nobody has asked for it before, then while its minute lasts."""
    first = read_report(server)
    warm = [read_report(server) for _ in range(5)]
    again = Measured(
        "report rows, pages in memory",
        sum(one.count for one in warm),
        sum(one.wall for one in warm),
        sum(one.cpu for one in warm),
    )
    made = Measured("report rows, made from the world", first.count, first.wall, first.cpu)
    return [again, made]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--events", type=int, default=60_000)
    parser.add_argument("--rows", type=int, default=60_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), ads=arguments.rows // HOURS_OF_REPORT)
        try:
            events = measure_events(server, arguments.events)
            again, made = measure_rows(server)
        finally:
            server.stop()
    print(f"{'':<34}{'count':>10}{'a second':>14}{'a CPU second':>14}")
    print(events.line(EVENTS_GOAL))
    print(again.line(ROWS_GOAL))
    print(made.line(ROWS_GOAL))


if __name__ == "__main__":
    main()
