"""What this room offers to criteria (a slot: settings.FACT_MODULES), and where each value comes from.

Facts are declared in the country pack (`declared.py`); their `source` says how this room keeps them:

| source | kept as | holds |
|---|---|---|
| identity | the person's record: birth interval, sex | on every date |
| membership | relation of the membership of the day | while the membership lasts |
| count | present members, counted | on the day |
| status | PovertyStatus in force on the day | while it is valid |
| documents | a paper valid on the day proves it; else the last answer | by the paper, or as answered |
| derived | other facts, by the rule in the declaration | as they do |
| answer | the last answer sheet that asks it | until it grows old |

`sources` gives the relations of a day, `family` one household for the interpreter, `facts_of` the catalogue of a
country's facts without programmes, `applies` says whether a question is to be asked.
"""

from onestop.registry.asking import applies, as_fact, facts_of, words_of
from onestop.registry.declared import declared
from onestop.registry.read_family import family, family_of
from onestop.registry.relations import needs_history, sources

__all__ = ["applies", "as_fact", "declared", "facts_of", "family", "family_of", "needs_history", "sources", "words_of"]
