"""Our database backend: Django's for PostgreSQL, with the limits, refusals and the guard of the walls (base.py)."""
