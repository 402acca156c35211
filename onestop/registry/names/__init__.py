"""Names of people as sounds: pure functions, no database.

`khmer` reads a Khmer name aloud in Latin letters. `sounds` folds whatever was written in Latin letters, by us or by any
office, into what is heard; from that come the short **key** by which a name is found, and the longer form by which the
names found are compared. `likeness` says how like two names are.
"""
