copy staged_events from stdin
