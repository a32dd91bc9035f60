"""Lists of networks, as text: what belongs to data centres, and what is exempt. `make datacentres` renews the first."""
