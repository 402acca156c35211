"""A snapshot of one date made of nobody: the tables that `bench/compiled.py` asks, as Parquet files.

Households of 4.6 on average in villages, five of a hundred answers missing, the same spread of ages, schooling, work
and poverty as in the opponent's registry. Births are intervals: seven of ten know the day, one the month,
two the year. A stale answer is NULL already and who is absent is left out, as in every snapshot. DuckDB makes 17
million in a minute; the same number makes the same people.
"""

import hashlib
import shutil
from pathlib import Path

import duckdb

AS_OF = "2026-11-01"
NATION = 17_000_000
VILLAGES = 14_700  # of a nation of 17 million: 21 provinces of 700 villages

# A number from 0 to 1 for a row and a use; `rowkey * 64` keeps the uses of one row apart
MACROS = """
CREATE OR REPLACE MACRO chance(rowkey, used) AS hash(rowkey::BIGINT * 64 + used) / 18446744073709551616.0;
CREATE OR REPLACE MACRO known(rowkey, used, answer) AS CASE WHEN chance(rowkey, used) >= 0.05 THEN answer END;
CREATE OR REPLACE MACRO one_of(choices, rowkey, used) AS choices[1 + floor(chance(rowkey, used) * len(choices))::INT];
"""
# Members of a household: one, and as many more as Poisson's distribution of mean 3.6 gives
HOUSEHOLDS = """
CREATE OR REPLACE TEMPORARY TABLE made AS
SELECT k AS household_id, (k * {villages}) // {households} AS village,
       1 + len(list_filter([0.027, 0.126, 0.303, 0.515, 0.706, 0.844, 0.927, 0.969, 0.988], lambda share:
                           share < chance(k, 1))) AS size
FROM range({households}) AS r (k);
CREATE OR REPLACE TEMPORARY VIEW placed AS
SELECT household_id, size,
       (((1 + village // 700) * 100 + 1 + village % 700 // 70) * 100 + 1 + village % 70 // 7) * 100 + 1 + village % 7
       AS code
FROM made;
COPY (
  SELECT household_id::INT AS household_id, lpad(code::VARCHAR, 8, '0') AS unit_code,
         (code // 100)::INT AS commune, (code // 10000)::INT AS district,
         known(household_id, 2, CASE WHEN chance(household_id, 3) < 0.82 THEN 0
                                     WHEN chance(household_id, 3) < 0.90 THEN 1 ELSE 2 END)::TINYINT AS idpoor,
         known(household_id, 4, chance(household_id, 5) < 0.15) AS near_poor,
         known(household_id, 6, floor(chance(household_id, 7) * 5)::TINYINT) AS roof,
         known(household_id, 8, (-0.8 * ln(1 - chance(household_id, 9)))::DECIMAL(18, 4)) AS land_ha
  FROM placed ORDER BY household_id
) TO '{folder}/household.parquet' (COMPRESSION zstd, ROW_GROUP_SIZE 122880);
"""
PERSONS = """
COPY (
  WITH members AS (
    SELECT household_id * 16 + place AS k, household_id, code, place
    FROM (SELECT household_id, code, unnest(range(size)) AS place FROM placed)
  ), aged AS (
    SELECT *, CASE WHEN place = 0 THEN 22 + floor(chance(k, 10) * 58) WHEN place = 1 THEN 20 + floor(chance(k, 10) * 55)
                   WHEN chance(k, 11) < 0.12 THEN 55 + floor(chance(k, 10) * 40)
                   ELSE floor(chance(k, 10) ** 1.3 * 30) END::INT AS age,
           chance(k, 12) < 0.5 AS female
    FROM members
  ), born AS (
    SELECT *, known(k, 13, DATE '{as_of}' - (age * 365.25 + floor(chance(k, 14) * 365))::INT) AS birth,
           female AND age BETWEEN 15 AND 49 AS fertile, age BETWEEN 6 AND 17 AND chance(k, 15) < 0.82 AS pupil
    FROM aged
  )
  SELECT k::INT AS person_id, household_id::INT AS household_id, lpad(code::VARCHAR, 8, '0') AS unit_code,
    CASE WHEN k % 10 < 7 THEN birth WHEN k % 10 < 8 THEN date_trunc('month', birth)::DATE
         ELSE date_trunc('year', birth)::DATE END AS birth_from,
    CASE WHEN birth IS NULL OR k % 10 < 7 THEN birth
         WHEN k % 10 < 8 THEN least(last_day(birth), DATE '{as_of}')
         ELSE least((date_trunc('year', birth) + INTERVAL 1 YEAR)::DATE - 1, DATE '{as_of}') END AS birth_to,
    CASE WHEN chance(k, 16) >= 0.01 THEN CASE WHEN female THEN 2 ELSE 1 END END::TINYINT AS sex,
    known(k, 17, CASE WHEN place = 0 THEN 'head' WHEN place = 1 THEN 'spouse' WHEN age < 25 THEN 'child'
                      WHEN age > 60 THEN 'parent' ELSE 'other' END) AS relation,
    known(k, 18, fertile AND chance(k, 19) < 0.06) AS pregnant,
    known(k, 20, fertile AND chance(k, 21) < 0.08) AS lactating,
    known(k, 22, CASE WHEN chance(k, 23) < 0.04 THEN 1 + floor(chance(k, 24) * 3) ELSE 0 END::TINYINT) AS disability,
    known(k, 25, pupil) AS in_school,
    known(k, 26, CASE WHEN pupil THEN greatest(1, least(12, age - 6 + floor(chance(k, 27) * 3))) ELSE 0 END::TINYINT)
      AS grade,
    known(k, 28, CASE WHEN age < 12 THEN 'none' WHEN pupil THEN 'student' ELSE one_of({occupations}, k, 29) END)
      AS occupation,
    known(k, 30, CASE WHEN age < 15 THEN 'inactive' ELSE one_of({employments}, k, 31) END) AS employment,
    known(k, 32, CASE WHEN age < 18 OR chance(k, 33) < 0.15 THEN 'single' WHEN chance(k, 33) < 0.80 THEN 'married'
                      WHEN chance(k, 33) < 0.94 THEN 'widowed' ELSE 'divorced' END) AS marital,
    known(k, 34, chance(k, 35) < 0.8) AS literate, known(k, 36, chance(k, 37) < 0.02) AS migrant_returnee,
    known(k, 38, age < 18 AND chance(k, 39) < 0.03) AS orphan, known(k, 40, chance(k, 41) < 0.05) AS chronic_illness
  FROM born ORDER BY k
) TO '{folder}/person.parquet' (COMPRESSION zstd, ROW_GROUP_SIZE 122880);
"""
# Eight of a hundred are in a programme; a programme is open in about half of the districts, three of them everywhere
REST = """
COPY (
  SELECT person_id, 'P' || number AS programme, number
  FROM (SELECT person_id, one_of([1, 3, 6, 9, 12, 15, 20], person_id, 43)::TINYINT AS number
        FROM '{folder}/person.parquet' WHERE chance(person_id, 42) < 0.08)
) TO '{folder}/enrolment.parquet' (COMPRESSION zstd);
COPY (
  SELECT programme::TINYINT AS programme, district
  FROM range(1, 26) AS p (programme), (SELECT DISTINCT district FROM '{folder}/household.parquet') AS d
  WHERE programme IN (1, 9, 10) OR chance(district * 32 + programme, 44) < 0.45
) TO '{folder}/area.parquet';
"""
OCCUPATIONS = [
    *("farmer", "fisher", "garment", "construction", "trader", "civil_servant", "teacher"),
    *("none", "student", "migrant", "driver", "domestic"),
]
EMPLOYMENTS = ["employed", "self_employed", "unemployed", "casual", "inactive"]
TABLES = ("person", "household", "enrolment", "area")


def snapshot(folder: Path, persons: int) -> None:
    """Write the four tables of about so many persons into the folder, unless this module's finished ones lie there."""
    state = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    if (folder / "state").exists() and (folder / "state").read_text("ascii") == state:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    making = folder.with_name(f"{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    with duckdb.connect(config={"memory_limit": "4GB", "temp_directory": str(making)}) as connection:
        connection.execute(MACROS)
        for text in (HOUSEHOLDS, PERSONS, REST):
            connection.execute(
                text.format(
                    folder=making,
                    as_of=AS_OF,
                    households=round(persons / 4.57),
                    villages=max(8, round(VILLAGES * persons / NATION)),
                    occupations=OCCUPATIONS,
                    employments=EMPLOYMENTS,
                )
            )
    (making / "state").write_text(state, "ascii")
    folder.rmdir()
    making.rename(folder)
