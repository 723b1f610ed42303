"""Which addresses may be called. Decided from the text alone, before any name is looked up."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

PRODUCTION_URL = "https://business-api.tiktok.com/open_api/v1.3/"
SANDBOX_URL = "https://sandbox-ads.tiktok.com/open_api/v1.3/"
VERSION_PATH = "/open_api/v1.3/"

API_HOSTS = frozenset({"business-api.tiktok.com", "sandbox-ads.tiktok.com"})
# TikTok: Download the output of an async report task. The sample's download_url is on this host.
DOWNLOAD_HOSTS = frozenset({"ads.tiktok.com"})

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_PRINTABLE = re.compile(r"[\x21-\x7e]+")


class RefusedUrlError(ValueError):
    """The address is not one that this provider may call. The text holds no part of the URL."""


def api_base(base_url: str, local_url: str | None) -> str:
    """Return the URL that every path is put after; it ends with a slash.

    `base_url` (from a Connection) must be on TikTok's hosts. `local_url` (from Airflow's
    configuration, never from a Connection) replaces it and may be any http or https origin.
    """
    if local_url:
        parts = _split(local_url, "[tiktok] local_url")
        if parts.scheme not in {"http", "https"}:
            raise RefusedUrlError("[tiktok] local_url must begin with http:// or https://")
        path = parts.path.rstrip("/") or VERSION_PATH.rstrip("/")
        return f"{parts.scheme}://{parts.netloc}{path}/"
    parts = _split(base_url, "the API address")
    _check_public(parts, API_HOSTS, "the API address")
    if parts.path.rstrip("/") + "/" != VERSION_PATH or parts.query:
        raise RefusedUrlError(f"the API address must end with {VERSION_PATH}")
    return f"https://{parts.hostname}{VERSION_PATH}"


def check_download(url: str, local_base: str | None) -> str:
    """Return `url` when a report may be downloaded from it, else raise `RefusedUrlError`.

    `local_base` is the base of a local API: its own origin is then allowed as well.
    """
    parts = _split(url, "the download address")
    if local_base is not None:
        local = urlsplit(local_base)
        if (parts.scheme, parts.netloc) == (local.scheme, local.netloc):
            return url
    _check_public(parts, API_HOSTS | DOWNLOAD_HOSTS, "the download address")
    return url


def _split(url: str, what: str) -> SplitResult:
    if not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise RefusedUrlError(f"{what} holds a blank, a backslash or a character outside ASCII")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = None
    if parts is None or not parts.hostname:
        raise RefusedUrlError(f"{what} is not an address like https://host/path")
    if "@" in parts.netloc:
        raise RefusedUrlError(f"{what} must not hold a user name or a password")
    if parts.fragment or "#" in url:
        raise RefusedUrlError(f"{what} must not hold a fragment")
    return parts


def _check_public(parts: SplitResult, hosts: frozenset[str], what: str) -> None:
    host = parts.hostname or ""
    if parts.scheme != "https":
        raise RefusedUrlError(f"{what} must begin with https://")
    if parts.netloc.lower() not in {host, f"{host}:443"} or not _HOST.fullmatch(host):
        raise RefusedUrlError(f"{what} must use port 443 and a plain host name")
    if host not in hosts:
        raise RefusedUrlError(f"{what} must be on {', '.join(sorted(hosts))}")
