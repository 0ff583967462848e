"""Lists of use cases as they come: files in any form, read into rows, and rows into what a use case says. Pure.

`reading` makes a table of a file, `guessing` says which column is probably what, `mapping` holds what a person made of that, and
`rows` turns each row into a draft with everything that is wrong with it. Nothing here knows a database, and no message its language:
problems are codes, whose words are in `wording`.
"""
