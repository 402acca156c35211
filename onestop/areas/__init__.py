"""Places, the clock, the country pack, and the plain value of who sees which area."""
