"""The whole path on a simulated TikTok, for people who want to see it before they read it."""
