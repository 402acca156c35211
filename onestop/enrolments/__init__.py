"""Who is enrolled in which programme, from when to when."""
