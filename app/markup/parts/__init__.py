"""The parts of a message as blocks: what each is on the screen, in a copy and in an export.

`registry.blocks_of(parts)` gives the blocks of a message, `stream.PartStream` the same while it is
written. A new kind of part is a block here and a row in `registry.BLOCKS`.
"""
