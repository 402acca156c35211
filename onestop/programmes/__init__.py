"""Programmes: what they give, to whom, where they are open; criteria in dated versions that are never edited."""
