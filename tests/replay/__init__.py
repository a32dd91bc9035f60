"""Recorded events on their way to the door."""
