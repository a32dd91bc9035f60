"""Live Leaderboard: incentive programmes for live shopping, counted exactly and paid on proof."""

__version__ = "0.1.0"
