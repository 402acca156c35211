"""The rule language: one closed, typed subset of CEL with three values, and every reader of it.

A rule is text; a programme is an ordered list of criteria, all needed. The same tree is answered for a population as
SQL, for one family step by step with reasons, and printed as a sentence. No framework, no database, no office words.

How a caller uses it:

    from criteria.catalogue import Catalogue, Fact, FactType
    catalogue = Catalogue(facts=(Fact("age", "person", FactType.AGE_YEARS), …), programmes={"HEF": None},
                          normalise=…, school_years=SchoolYears((11, 1)), estimated_years=2)

    from criteria.read import read             # read(text, catalogue, unit="person") -> Node, or RuleRefused
    from criteria.check import check_rule, check_programme
    checked = check_programme([("poor", "household.id_poor in [1, 2]"), …], catalogue, unit="person", compartment=None)
    checked.ok, checked.problems, checked.trees
    # Problem(line, column, key, params, proposal, severity, criterion)
    problem.message; problem.text(khmer_templates)      # templates by key, English in criteria.problems.ENGLISH

See the docstring of each module: `catalogue`, `problems`, `check`, `interpret`, `explain`, `compile`, `words`, `cases`.
"""
