copy staged_spend from stdin
