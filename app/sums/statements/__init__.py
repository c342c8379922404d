"""Statements that are no equation: dates, totals of tables, means of lists, results of code."""
