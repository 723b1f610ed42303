"""Tasks: each does one job of the engine and returns counts only."""
