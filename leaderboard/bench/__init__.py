"""The bench: measures this machine, the plain ways of doing it, and ours, on the same recorded traffic."""
