"""Background jobs of this room (procrastinate finds them by the file's name)."""

from procrastinate.contrib.django import app

from onestop.registry import sweeping


# once a day, in the first hour the machine is on: an office that is switched off at night has no night
@app.periodic(cron="41 * * * *")
@app.task(name="registry.doubles", queueing_lock="registry.doubles", lock="registry.doubles", pass_context=False)
def look_for_doubles(timestamp: int) -> int | None:
    """Tell both offices of people registered at two who came in by a file, or beyond an officer's measure."""
    return sweeping.sweep_once_a_day()
