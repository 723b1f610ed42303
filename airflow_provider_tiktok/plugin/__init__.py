"""What this provider adds to Airflow's UI."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin


class TikTokPlugin(AirflowPlugin):
    """The provider's plugin, found by Airflow through the entry point ``airflow.plugins``."""

    name = "tiktok"
