"""What is written in Khmer letters whatever the country pack: digits, the sign of the riel, the language's name."""

DIGITS = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
ASCII_DIGITS = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")
RIEL = "៛"
LANGUAGE_NAME = "ខ្មែរ"
