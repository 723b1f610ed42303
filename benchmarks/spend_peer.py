# ruff: noqa: INP001 - part of programs that are run by their path
"""ingestr 0.14.149 in an environment of its own: the last one in Python, and it loads PostgreSQL.

It is unchanged. A sitecustomize sends its calls to the sandbox instead of TikTok, asks for the one
advertiser by the parameter that the sandbox knows, and names it in each row, as TikTok does.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from peer_environment import install

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

PACKAGE = "ingestr==0.14.149"
METRICS = "spend,impressions,clicks,conversion,complete_payment,total_complete_payment_rate"
TABLE = "custom:ad_id,stat_time_hour:" + METRICS
REDIRECT = """
import json, os
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
import requests.adapters as adapters
_send = adapters.HTTPAdapter.send

def send(self, request, **options):
    parts = urlsplit(request.url)
    if parts.hostname != "business-api.tiktok.com":
        return _send(self, request, **options)
    query = dict(parse_qsl(parts.query))
    (advertiser,) = json.loads(query.pop("advertiser_ids"))
    query["advertiser_id"] = advertiser
    here = urlsplit(os.environ["SANDBOX"])
    request.url = urlunsplit((here.scheme, here.netloc, parts.path, urlencode(query), ""))
    response = _send(self, request, **options)
    try:
        body = json.loads(response.content)
        for row in body["data"]["list"]:
            row["dimensions"]["advertiser_id"] = advertiser
    except (ValueError, KeyError, TypeError):
        return response
    response._content = json.dumps(body).encode()
    return response

adapters.HTTPAdapter.send = send
"""


@dataclass(frozen=True)
class Peer:
    """ingestr, ready to run."""

    folder: Path

    @classmethod
    def build(cls, folder: Path) -> Peer | None:
        """Install ingestr; None where the package index cannot be reached."""
        if not install(folder, PACKAGE):
            return None
        site = folder / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(REDIRECT, encoding="utf-8")
        return cls(folder)

    def command(self, url: str, warehouse: str, advertiser_id: str, day: date) -> list[str]:
        """Return how to read one day of one advertiser into ``peer.hours``."""
        source = f"tiktok://?access_token=sandbox-access-token&advertiser_ids={advertiser_id}"
        options = {
            "--source-uri": source,
            "--source-table": TABLE,
            "--dest-uri": warehouse,
            "--dest-table": "peer.hours",
            "--interval-start": str(day),
            "--interval-end": str(day) + "T23:59:59",
            "--progress": "log",
        }
        words = [word for pair in options.items() for word in pair]
        del url
        return [str(self.folder / "env" / "bin" / "ingestr"), "ingest", *words, "--yes"]

    def environment(self, url: str) -> dict[str, str]:
        """Return what makes it call the sandbox, and nobody else."""
        return os.environ | {
            "SANDBOX": url,
            "PYTHONPATH": str(self.folder / "site"),
            "HOME": str(self.folder),
            "INGESTR_DISABLE_TELEMETRY": "true",
            "DISABLE_TELEMETRY": "true",
        }
