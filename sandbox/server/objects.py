"""Status words of campaigns, ad groups and ads, which reports and lists filter by."""

from __future__ import annotations

from typing import Any

from sandbox.server.envelope import invalid

STATUSES = (
    "STATUS_NOT_DELETE",
    "STATUS_ALL",
    "STATUS_DELETE",
    "STATUS_DELIVERY_OK",
    "STATUS_DISABLE",
)


def is_deleted(one: Any) -> bool:
    """Return whether TikTok shows the object as deleted."""
    return str(one.secondary_status).endswith("_DELETE")


def shows(one: Any, primary_status: str) -> bool:
    """Return whether a primary status filter lets the object through."""
    if primary_status == "STATUS_ALL":
        return True
    if primary_status == "STATUS_DELETE":
        return is_deleted(one)
    if is_deleted(one):
        return False
    enabled = one.operation_status == "ENABLE"
    return bool(
        {"STATUS_DELIVERY_OK": enabled, "STATUS_DISABLE": not enabled}.get(primary_status, True)
    )


def check_status(value: str, name: str) -> str:
    """Return `value`, or raise 40002 if it is no primary status."""
    if value not in STATUSES:
        raise invalid(name, f"Must be one of: {', '.join(STATUSES)}.")
    return value
