"""Read the section ``[tiktok]`` of Airflow's configuration, and say what is wrong with it."""

from __future__ import annotations

from urllib.parse import urlsplit

from airflow.sdk import conf

from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.warehouse.tokens_cipher import split_keys

CALLBACK_PATH = "/tiktok/callback"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def token_keys() -> list[str]:
    """Return the keys that encrypt tokens, newest first; none where tokens are not kept."""
    return split_keys(conf.get("tiktok", "token_keys", fallback="") or "")


def local_url() -> str:
    """Return the address of the local sandbox, or an empty text."""
    return conf.get("tiktok", "local_url", fallback="") or ""


def redirect_uri() -> str:
    """Return the address to which TikTok sends people back; never taken from a request.

    :raises SettingsError: it is not set, or TikTok would send a code over it in plain sight.
    """
    address = (conf.get("tiktok", "redirect_uri", fallback="") or "").strip()
    where = "AIRFLOW__TIKTOK__REDIRECT_URI ([tiktok] redirect_uri)"
    if not address:
        raise SettingsError(
            f"TikTok needs to know where to send people back. Set {where} to the address that is "
            f"registered on the app, such as https://airflow.example.com{CALLBACK_PATH}.",
        )
    try:
        parts = urlsplit(address)
        is_safe = parts.scheme == "https" or (
            parts.scheme == "http" and parts.hostname in _LOOPBACK
        )
    except ValueError:
        parts, is_safe = urlsplit(""), False
    if not is_safe or not parts.hostname or parts.fragment or "@" in parts.netloc:
        raise SettingsError(
            f"{where} must be an https address without a name, a password or a fragment "
            "(http only on localhost).",
        )
    return address
