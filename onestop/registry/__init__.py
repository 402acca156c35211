"""The room of persons and households: who they are, where they live, what is known of them and since when."""
