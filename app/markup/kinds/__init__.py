"""The kinds of block, a module each.

A module has the kind's value, what that is as text and as HTML, how the parser reads it, and the
frame around what stands in it. `registry.OPENINGS` lists how they begin.
"""
