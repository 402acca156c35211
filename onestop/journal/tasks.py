"""Background jobs of this room (procrastinate finds them by the file's name)."""

from procrastinate.contrib.django import app

from onestop.journal import seal


@app.periodic(cron="* * * * *")
@app.task(name="journal.seal", queueing_lock="journal.seal", pass_context=False)
def seal_lines(timestamp: int) -> int:
    """Seal the journal's new lines, each minute."""
    return seal.seal_lines()
