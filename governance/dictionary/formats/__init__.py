"""Dictionaries as files: what other tools keep of their columns, in and out, and nothing lost on the way. Pure.

Each format is a module with a `Format`; `registry` lists them all, under one signature. Reading makes a `Book` and says row by row what
it found and what it could not use; writing makes a file of a book. What a format says that has no place in an element is kept in `extra`
under the format's name and written back; what an element says that has no place in the format goes into the format's own room for
additions, under `countersign`. So import → export → import is the identity.
"""
