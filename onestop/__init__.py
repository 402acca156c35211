"""The rooms of the office: each noun with its models, actions, pages and tests (ARCHITECTURE.md)."""
