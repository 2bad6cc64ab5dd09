"""Columns of a generation: its statements as sorted arrays, for joins, groups and sorted pages.

The engine joins one row at a time and compares the text of terms when it sorts. Here every term is a number
in the order of ``ORDER BY``, every predicate two sorted arrays, and a join, a group or a sort is a few
operations on whole arrays. What :mod:`kg.sparql.columns.parsing` does not read goes to the engine.
"""
