"""From a modelled row to an event of TikTok's Events API. Pure functions: no I/O, no clock."""
