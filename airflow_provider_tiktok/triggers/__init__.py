"""What a task waits for without a worker."""
