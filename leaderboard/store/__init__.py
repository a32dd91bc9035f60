"""The only layer that knows Redis: keys, scripts, and one module per noun."""
