"""Tell Airflow what this provider offers: the connection's form, the configuration, the commands.

Airflow loads this on every start of every process, so it is plain data and imports nothing heavy.
"""

from __future__ import annotations

from typing import Any

from airflow_provider_tiktok import __version__
from airflow_provider_tiktok.event_configuration import EVENT_OPTIONS

TEXT = {"type": ["string", "null"]}
PASSWORD = {"type": ["string", "null"], "format": "password"}


def get_provider_info() -> dict[str, Any]:
    """Return the metadata that Airflow's ``provider_info.schema.json`` describes."""
    return {
        "package-name": "airflow-provider-tiktok",
        "name": "TikTok",
        "description": "TikTok Ads from the warehouse: spend, ROI, conversions and refunds.",
        "versions": [__version__],
        "integrations": [
            {
                "integration-name": "TikTok Business API",
                "external-doc-url": "https://business-api.tiktok.com/portal/docs",
                "tags": ["service"],
            }
        ],
        "connection-types": [
            {
                "connection-type": "tiktok",
                "hook-name": "TikTok",
                "hook-class-name": "airflow_provider_tiktok.hooks.tiktok.TikTokHook",
                "conn-fields": CONNECTION_FORM,
                "ui-field-behaviour": {
                    "hidden-fields": ["host", "port", "login", "password", "schema", "extra"],
                    "relabeling": {},
                    "placeholders": {},
                },
            }
        ],
        "cli": ["airflow_provider_tiktok.cli.definition.get_tiktok_cli_commands"],
        "config": {"tiktok": CONFIGURATION},
    }


CONNECTION_FORM: dict[str, dict[str, Any]] = {
    "environment": {
        "label": "Environment",
        "description": "Which TikTok to call. local is the sandbox at [tiktok] local_url.",
        "schema": {
            "type": "string",
            "default": "production",
            "enum": ["production", "sandbox", "local"],
        },
    },
    "access_token": {
        "label": "Access token",
        "description": "A long-lived advertiser token. Leave empty after connecting with OAuth.",
        "schema": PASSWORD,
    },
    "app_id": {
        "label": "App id",
        "description": "From TikTok's developer portal. Without it, list the advertiser ids below.",
        "schema": TEXT,
    },
    "app_secret": {
        "label": "App secret",
        "description": "Of the same app.",
        "schema": PASSWORD,
    },
    "advertiser_ids": {
        "label": "Advertiser ids",
        "description": "Only these, separated by commas. Empty: every advertiser of the token.",
        "schema": TEXT,
    },
    "pixel_codes": {
        "label": "Pixel codes",
        "description": "Send events to these only, separated by commas. Empty: every pixel found.",
        "schema": TEXT,
    },
    "quota_tier": {
        "label": "Quota tier",
        "description": "Of the app at TikTok; it bounds the calls of all workers together.",
        "schema": {
            "type": "string",
            "default": "basic",
            "enum": ["basic", "advanced", "premium", "ultimate"],
        },
    },
    "consent_policy": {
        "label": "Without consent",
        "description": "What leaves when consent is denied or unknown: the hashed IP, or nothing.",
        "schema": {"type": "string", "default": "minimal", "enum": ["minimal", "strict"]},
    },
    "signals": {
        "label": "Signals",
        "description": "all, no_pii, or a list such as: ttclid, ttp, email, phone, ip, user_agent.",
        "schema": {"type": "string", "default": "all"},
    },
    "purchase_event": {
        "label": "Purchases are sent as",
        "description": "Use the name that your browser pixel sends, or TikTok counts twice.",
        "schema": {
            "type": "string",
            "default": "CompletePayment",
            "enum": ["CompletePayment", "Purchase"],
        },
    },
    "refund_event": {
        "label": "Refunds are sent as",
        "description": "none keeps refunds in the warehouse only.",
        "schema": {"type": "string", "default": "CancelOrder", "enum": ["CancelOrder", "none"]},
    },
    "location_format": {
        "label": "Country, region, city, zip",
        "description": "TikTok's pages disagree; hashed is the default of this provider.",
        "schema": {"type": "string", "default": "hashed", "enum": ["hashed", "plain"]},
    },
    "default_country": {
        "label": "Default country",
        "description": "Two letters, for phone numbers without a country code. Empty: left out.",
        "schema": TEXT,
    },
    "test_event_code": {
        "label": "Test event code",
        "description": "From Events Manager, Test events. The Test button then sends one test "
        "event; nothing else uses it.",
        "schema": TEXT,
    },
}

CONFIGURATION: dict[str, Any] = {
    "description": "Settings of the TikTok provider that a Connection must not hold.",
    "options": {
        "token_keys": {
            "description": "Keys that encrypt OAuth tokens in the warehouse, newest first, "
            "separated by commas. Each comes from cryptography's Fernet.generate_key(). "
            "Not needed with an access token in the Connection.",
            "version_added": "0.1.0",
            "type": "string",
            "sensitive": True,
            "example": None,
            "default": "",
        },
        "redirect_uri": {
            "description": "Where TikTok sends people back after they approved: the public address "
            "of this Airflow followed by /tiktok/callback, exactly as registered on the app. "
            "Never taken from a request.",
            "version_added": "0.1.0",
            "type": "string",
            "example": "https://airflow.example.com/tiktok/callback",
            "default": "",
        },
        "local_url": {
            "description": "Address of the local sandbox, for Connections whose environment is "
            "local. Never set it in production.",
            "version_added": "0.1.0",
            "type": "string",
            "example": "http://127.0.0.1:8765",
            "default": "",
        },
        "ca_bundle": {
            "description": "File of certificates (PEM) to verify TikTok's against, where a proxy "
            "replaces them. Empty: the certificates that come with Python's certifi.",
            "version_added": "0.1.0",
            "type": "string",
            "example": "/etc/ssl/certs/ca-certificates.crt",
            "default": "",
        },
        "dbt_project": {
            "description": "Folder of the dbt project, whose sources `airflow tiktok doctor` "
            "checks. Empty: the folder dbt_project beside the DAGs folder.",
            "version_added": "0.1.0",
            "type": "string",
            "example": "/opt/tiktok/dbt_project",
            "default": "",
        },
        "spend_deadline_minutes": {
            "description": "A run of tiktok_spend that has not ended this long after it was queued "
            "has missed its deadline: Airflow shows it. 0: no deadline.",
            "version_added": "0.1.0",
            "type": "float",
            "example": "90",
            "default": "45",
        },
        **EVENT_OPTIONS,
    },
}
