"""The rule language: one closed, typed subset of CEL with three values, and every reader of it.

A rule is text; a programme is an ordered list of criteria, all needed. The same tree is answered for a population as
SQL, for one family step by step with reasons, and printed as a sentence. No framework, no database, no office words.

    from criteria.catalogue import Catalogue, Fact, FactType
    catalogue = Catalogue(facts=(Fact("age", "person", FactType.AGE_YEARS), …), programmes={"HEF": None},
                          normalise=…, school_years=SchoolYears((11, 1)), estimated_years=2)

Reading and checking (`read`, `check`, `problems`):

    read(text, catalogue, unit="person")                   # Node, or RuleRefused(.problems)
    check_rule(text, catalogue, unit=…)                    # .tree, .problems, .ok
    check_programme([(key, text), …], catalogue, unit=…, compartment=None)   # .criteria, .problems, .ok, .trees
    Problem: line, column, key, params, proposal, severity, criterion; .message (English), .text(templates by key)
    Programme.read(code, unit, [(key, text), …], catalogue)                  # what every reader below takes

One family (`family`, `interpret`, `explain`):

    Family(id, members=(Member(id, {code: Answer(value, observed_on)}, birth=(first, last), memberships, died_on), …),
           answers, statuses={code: (Status(level, Period(start, end), recorded), …)}, enrolments, openings, place)
    assess(programme, family, as_of, catalogue, person=id)  # Assessment: verdict, criteria of (key, state, facts, tree)
    missing(assessment, family, catalogue)                  # Missing(name, of, alone, fact): the facts that matter
    missing_in(assessment, key, family, catalogue)          # the same for one criterion
    nearest_miss(assessment, family, catalogue)             # NearestMiss(criterion, atoms, together), or None
    changes(assessment, family, catalogue, months=24)       # Change(on, verdict, because)
    yes_from(assessment, family, catalogue)

A population (`compile`, `relations`):

    relations = Relations(Persons("registry_personrow"), Households("registry_householdrow"),
                          {"id_poor": Statuses("registry_povertystatus", null=("voided_at",))},
                          Enrolments("enrolments_enrolment"), openings={"HEF": (Opening(("1701",), Period(…)),)})
    residents = Residents(catalogue, relations, as_of, Ranges((("1701", "1702"),)), "postgres")
    compile_counts(programmes, residents, place_length=6)
    compile_rows(programmes, replace(residents, area=OneHousehold("household")), criteria=True)
    compile_households(…), compile_alone(…)                 # Statement: .sql, .tree, .outputs, .counts(rows)

A snapshot of one date (columns named as the facts, no `_on`, absent people left out) is `Relations(…, fresh=True)`.

Words (`words`): `Voice(language, catalogue, patterns, say_date, say_number).sentence(tree)`; `ENGLISH` lists the keys.

Cases in JSON (`cases`, `case_readers`, `case_schema`): `read_cases(text, catalogue, {"poverty": "id_poor"})`,
`by_interpreter(cases, catalogue)`, `by_sql(cases, catalogue, execute, dialect, reader)`, `schema(catalogue, …)`.
"""
