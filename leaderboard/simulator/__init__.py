"""Made-up worlds with labels: honest accounts of many kinds, and cheats of many kinds. Knows nothing of who looks."""
