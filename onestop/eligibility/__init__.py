"""The bridge between the rule library and the registry: who may get what, and why."""
