"""``airflow tiktok``: prepare the warehouse, check every part, show where things stand."""
