"""A local TikTok Business API with a consistent world behind it, for the demo and the tests."""
