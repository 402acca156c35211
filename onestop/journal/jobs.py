"""Background jobs of this room (procrastinate finds them by the file's name)."""

from procrastinate.contrib.django import app

from onestop.journal import heads, once, seal


@app.periodic(cron="* * * * *")
@app.task(name="journal.seal", queueing_lock="journal.seal", pass_context=False)
def seal_lines(timestamp: int) -> int:
    """Seal the journal's new lines, each minute; sign the days that are over and write them out for another office."""
    many = seal.seal_lines()
    if heads.sign_days():
        heads.export(heads.export_path())
    return many


# each hour: an office that is switched off at night has no night
@app.periodic(cron="23 * * * *")
@app.task(name="journal.forget_forms", queueing_lock="journal.forget_forms", pass_context=False)
def forget_forms(timestamp: int) -> int:
    """Forget forms sent so long ago that nobody clicks them again."""
    return once.forget()
