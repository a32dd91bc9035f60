"""Detectors: what in a campaign's traffic looks bought, played or forged, as SQL and small pure functions."""
