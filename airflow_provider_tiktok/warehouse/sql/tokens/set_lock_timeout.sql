-- Longer than the 15 seconds that a worker may spend on TikTok's answer while it holds the lock.
set local lock_timeout = '30s'
