"""A made-up programme in full swing, for `leaderboard demo` and the bench. Counts nothing itself."""
