"""`./run onestop messages`: which texts have no Khmer yet."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from onestop.ui.translation import compile_catalogues, untranslated


class Command(BaseCommand):
    """Compile the catalogues and list what is not translated, as FILE:LINE: text."""

    help = "Compiles the translations and prints the texts that have none; fails when there are any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Languages to look at; all but the source language by default."""
        parser.add_argument("languages", nargs="*", help="language codes, such as km")
        parser.add_argument("--po", action="store_true", help="print them as entries ready for a .po file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the gaps; exit 1 when there are some."""
        compile_catalogues()
        missing = 0
        for language in options["languages"] or [code for code, _name in settings.LANGUAGES if code != "en"]:
            for message in untranslated(language):
                missing += 1
                if options["po"]:
                    context = f'msgctxt "{message.context}"\n' if message.context else ""
                    text = message.text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
                    self.stdout.write(f'#: {message.file}\n{context}msgid "{text}"\nmsgstr ""\n')
                else:
                    self.stdout.write(f"{message.file}:{message.line}: [{language}] {message.text}")
        if missing:
            raise CommandError(f"{missing} texts have no translation. Add them to the catalogue of their room.")
        self.stdout.write("Every text is translated.")
