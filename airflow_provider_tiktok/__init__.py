"""Run TikTok Ads from a warehouse with Airflow and dbt."""

__version__ = "0.1.0"
