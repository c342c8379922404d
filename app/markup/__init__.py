"""Markdown, code and maths as blocks and spans, without Qt.

The modules:

- `document.blocks`: the values. Start here.
- `parse.parse(text)`: a whole text as a tuple of blocks.
- `stream.MarkdownStream`: the same, piece by piece, with cost that follows the new text only.
- `document.flow.flatten(parts)`: parts as flat rows (a leaf and the containers around it), as a
  view wants them that lays out line after line.
- `code.highlighter`: token spans of code; `Highlighter` for text that grows.
- `maths.render`: a formula as SVG with its size and baseline; `latex.spoken`: in words.
- `text.plain_text(blocks)`, `text.to_rich_html(blocks)`, `text.markdown_of(source, block)`: what
  the clipboard gets.
- `parts.registry.blocks_of(parts)`: all parts of a message, `parts.stream.PartStream` while it is
  written.

How a view follows a stream::

    stream = MarkdownStream()
    update = stream.feed(piece)
    for row in flatten(update.closed):      # append for good
        ...
    for row in flatten(update.tail):        # replaces the previous tail, a few blocks at most
        ...
    settled = stream.finish()               # last parts, then settled.changes (rare)
"""
