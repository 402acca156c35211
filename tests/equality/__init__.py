"""Every reader of the rule language held to every other, on made-up people of a lending library."""
