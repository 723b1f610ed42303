"""Our tables in PostgreSQL: spend, quota, tokens and the outbox. Nothing here knows Airflow."""
