"""Setting up a district from one spreadsheet: offices, officers, roles and committees.

sheets.py    which sheets and columns there are, and the empty workbook to fill in
reading.py   from the bytes of a file to rows of text, or why not
planning.py  what each row would make or change, and what is wrong with it; asks the database, writes nothing
saving.py    does what a plan without problems says, through the actions of the room, all or nothing
"""
