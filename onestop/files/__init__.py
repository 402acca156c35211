"""Documents and photos, kept outside the web root and served only through scope."""
