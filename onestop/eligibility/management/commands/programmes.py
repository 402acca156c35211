"""`./run onestop programmes format FILE… | load [FILE…] | export [CODE…]`: the programme files of the office.

`format` writes files in their canonical form; `load` checks and loads them (without files: those of the country pack);
`export` prints the file of a programme as it was loaded, byte for byte in canonical form.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from onestop.areas.scope import current
from onestop.eligibility.actions import FilesRefused, load_files
from onestop.programmes import document as files
from onestop.programmes import schema
from onestop.programmes.models import Programme
from onestop.staff.commands import OfficeCommand
from onestop.staff.models import Officer


class Command(OfficeCommand):
    help = "Format, load or export programme files."

    def add_office_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        form = verbs.add_parser("format", help="write files in their canonical form")
        form.add_argument("files", nargs="+", type=Path, metavar="FILE")
        form.add_argument("--check", action="store_true", help="only say which files are not canonical; exit 1")
        load = verbs.add_parser("load", help="check and load files; without any, those of the country pack")
        load.add_argument("files", nargs="*", type=Path, metavar="FILE")
        export = verbs.add_parser("export", help="print programmes as files")
        export.add_argument("codes", nargs="*", metavar="CODE")
        export.add_argument("--to", type=Path, metavar="FOLDER", help="write CODE.yaml there instead")

    def run(self, officer: Officer, **options: Any) -> None:
        try:
            {"format": self.format, "load": self.load, "export": self.export}[options["verb"]](officer, options)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error

    def format(self, officer: Officer, options: dict[str, Any]) -> None:
        changed = []
        for path in options["files"]:
            try:
                text = path.read_text("utf-8")
                canonical = files.write(schema.ordered(files.read(text, str(path)).data))
            except (UnicodeDecodeError, files.NotYaml) as error:
                raise CommandError(f"{path}: {error}") from error
            if canonical != text:
                changed.append(path)
                if not options["check"]:
                    path.write_text(canonical, "utf-8")
        for path in changed:
            self.stdout.write(f"{path}: {'is not in the canonical form' if options['check'] else 'formatted'}")
        if options["check"] and changed:
            raise CommandError(f"{len(changed)} files are not in the canonical form.", returncode=1)

    def load(self, officer: Officer, options: dict[str, Any]) -> None:
        paths = options["files"] or sorted((settings.COUNTRY_PACK / "programmes").glob("*.yaml"))
        try:
            changed = load_files(paths, by=officer)
        except FilesRefused as refused:
            for finding in refused.findings:
                self.stderr.write(str(finding))
            raise CommandError("Nothing was loaded.", returncode=1) from refused
        self.stdout.write(f"{len(changed)} of {len(paths)} programmes loaded: {', '.join(changed) or 'all as before'}")

    def export(self, officer: Officer, options: dict[str, Any]) -> None:
        programmes = Programme.objects.visible_to(current())
        if options["codes"]:
            programmes = programmes.filter(code__in=options["codes"])
            unknown = set(options["codes"]) - set(programmes.values_list("code", flat=True))
            if unknown:
                raise CommandError(f"There is no programme {', '.join(sorted(unknown))}.")
        for programme in programmes:
            if options["to"]:
                options["to"].mkdir(parents=True, exist_ok=True)
                (options["to"] / f"{programme.code}.yaml").write_text(programme.text, "utf-8")
            else:
                self.stdout.write(programme.text, ending="")
