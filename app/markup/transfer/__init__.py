"""Export and import of chats as values and text; files are in app.services.transfer.

- `values`: a whole chat, the choices of an export, what was read. Start here.
- `formats`: the formats by name, and what recognises each in a file.
- `writers`, a module a format: `markdown` and `json_format` (exact), `html`, `plain`.
- `readers`: `chatgpt`, `lmstudio`, `jan`, `openwebui`, `gpt4all`.
- `writers.neutral`, `writers.records`, `readers.patches`: what makes the exact formats exact.
"""
