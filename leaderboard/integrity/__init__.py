"""Detectors: what looks bought, played or forged in a campaign, as SQL over tables and small pure functions."""
