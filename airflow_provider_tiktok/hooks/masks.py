"""Keep secrets out of everything that Airflow logs, in each form in which they travel."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from airflow._shared.secrets_masker import mask_secret as mask_in_server
from airflow.sdk.log import mask_secret as mask_in_task

_SHORTEST = 8


def hide(*secrets: str | None) -> None:
    """Mask the secrets in tasks and in Airflow's servers, which keep a masker each.

    Airflow masks literal values only, so the URL-encoded, JSON-escaped and base64 forms are masked
    as values of their own. Short ones are masked as they are: their forms could hide words.
    """
    for secret in secrets:
        if not secret:
            continue
        for form in _forms(secret):
            mask_in_task(form)
            mask_in_server(form)


def _forms(secret: str) -> set[str]:
    if len(secret) < _SHORTEST:
        return {secret}
    encoded = base64.b64encode(secret.encode()).decode()
    return {
        secret,
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        encoded,
        encoded.rstrip("="),
        encoded.replace("+", "-").replace("/", "_"),
    }
