"""Airflow's words for the engine: connections in, clients and warehouse sessions out."""
