"""What is right: pure rules over plain values. No clock, no network, no store."""
