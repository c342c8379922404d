"""What is typed in ``phial chat``: the line editor, its history, commands behind a slash."""
