"""The doors: parse, ask, render. Nothing here decides or writes a score."""
