"""The pages that read many rooms: home, search, places, cross-tables, the family folder."""
