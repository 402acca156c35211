"""Nothing of a compartment outside of it, for every role."""
