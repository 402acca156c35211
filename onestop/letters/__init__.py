"""The print service and the outbox of letters and messages."""
