"""The TikTok Business API v1.3: requests, answers, quota and retry. No Airflow, no database."""
