# ruff: noqa: INP001 - a program, run by its path
"""How much memory the client takes to read a report: a hundred thousand rows, and a million.

    python benchmarks/report_memory.py [--rows 100000 1000000]

Starts `python -m sandbox` with as many ads as the report needs, and reads the report with the real
client over HTTP in a process of its own, page by page, as a spend task does. Peak is the largest
resident size of that process; start is its size before the first page.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime

from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.limiter import MemoryLimiter
from airflow_provider_tiktok.api.reports import ReportRequest, read_report
from airflow_provider_tiktok.api.transport import Transport

US = "7000000000000000001"
DAY = date(2026, 10, 31)
HOURS = 24
TOKEN = "sandbox-access-token"  # noqa: S105 - the sandbox's public test credential
MOST_RATIO = 1.5


def peak_kilobytes() -> int:
    """Return the largest resident size of this process until now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def read(url: str) -> None:
    """Read the report and print its rows, the seconds, and the size before and at its most."""
    client = TikTokClient(
        Transport(local_url=url),
        access_token=lambda: TOKEN,
        limiter=MemoryLimiter("ultimate", lambda: datetime.now(UTC)),
        clock=lambda: datetime.now(UTC),
        sleep=time.sleep,
        rng=random.Random(1),  # noqa: S311 - jitter, no secret
    )
    request = ReportRequest(US, "AUCTION_AD", "stat_time_hour", DAY, DAY)
    before, began = peak_kilobytes(), time.perf_counter()
    reader = read_report(client, request)
    rows = sum(len(page.rows) for page in reader)
    if not reader.is_complete:
        raise SystemExit(f"incomplete: {reader.incomplete_reason}")
    print(rows, time.perf_counter() - began, before, peak_kilobytes())


def measure(rows: int) -> tuple[int, float, float, float]:
    """Return rows, seconds, and the megabytes before and at the peak, of a report of that size."""
    ads = -(-rows // HOURS)
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--clock-speed", "0"]
    command += ["--ads", str(ads), "--switch", f"id_limit={ads + 1}"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
    try:
        url = server.stdout.readline().strip() if server.stdout else ""
        child = [sys.executable, __file__, "--read", url]
        answer = subprocess.run(child, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this program
    finally:
        server.terminate()
        server.wait()
    count, seconds, before, peak = answer.stdout.split()
    return int(count), float(seconds), int(before) / 1024, int(peak) / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--read", metavar="URL", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        read(arguments.read)
        return
    print(f"{'rows':>10}{'rows a second':>16}{'start, MB':>12}{'peak, MB':>11}")
    peaks = []
    for wanted in arguments.rows:
        rows, seconds, before, peak = measure(wanted)
        peaks.append(peak)
        print(f"{rows:>10,}{rows / seconds:>16,.0f}{before:>12.1f}{peak:>11.1f}", flush=True)
    ratio = max(peaks) / min(peaks)
    verdict = "met" if ratio <= MOST_RATIO else "MISSED"
    print(f"largest peak over smallest: {ratio:.2f}   goal {MOST_RATIO}: {verdict}")


if __name__ == "__main__":
    main()
