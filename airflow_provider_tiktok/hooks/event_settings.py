"""Turn a connection's settings into what the events engine asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_tiktok.events.consent import ConsentPolicy
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.events.signals import allowed_signals
from airflow_provider_tiktok.hooks.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping


def event_settings(settings: Settings, countries: Mapping[str, str] | None = None) -> EventSettings:
    """Return the settings of the connection's events.

    :param countries: the country of the account behind each pixel code.
    :raises SettingsError: ``signals`` names something that is no signal.
    """
    try:
        return EventSettings(
            connection_id=settings.connection_id,
            consent_policy=ConsentPolicy(settings.consent_policy),
            signals=allowed_signals(settings.signals),
            hash_location=settings.location_format == "hashed",
            purchase_event=settings.purchase_event,
            refund_event=None if settings.refund_event == "none" else settings.refund_event,
            default_country=settings.default_country,
            countries=dict(countries or {}),
        )
    except ValueError as error:
        raise SettingsError(
            f"{str(error).rstrip('.')}. Correct it in the Airflow connection "
            f"{settings.connection_id}.",
        ) from None
