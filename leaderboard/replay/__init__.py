"""Recorded events on their way through the HTTP door: read, map, pace, send. Knows no store."""
