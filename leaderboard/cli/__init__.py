"""The commands, one module each; every one is wiring over the layers below."""
