"""The reference of all settings, as HOWTO prints it; `python -m config.settings_reference` makes it anew.

A test holds the list complete: a variable that the code reads stands in it, or in `INTERNAL` with the reason.
"""

from config.settings import SETTINGS

# Variables that are no setting: a part of the house sets them for another part of it, or for Django
INTERNAL = {
    "ONESTOP_PROCESS": "./run tells each process what it is: web, worker, owner or command",
    "ONESTOP_SCRATCH_URL": "evaluate is told of a scratch database it may use instead of starting a server of its own",
    "ONESTOP_NO_SKIP": "the tests tell themselves that they run under CI, where nothing may be skipped",
    "DJANGO_SETTINGS_MODULE": "always config.settings",
    "CI": "set by the machine that checks every change",
}


def table() -> str:
    """A Markdown table, one line per environment variable, in the order of the list."""
    lines = ["| variable | default | what it does |", "| --- | --- | --- |"]
    lines += [f"| `{setting.name}` | {setting.default} | {setting.sentence} |" for setting in SETTINGS]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
