"""Export and import of chats as values and text; files are the services' business.

- `values`: a whole chat, the choices of an export, what was read. Start here.
- `registry`: the formats by name, and `read_entries`, which knows them all.
- one module a format: `markdown` and `json_format` (exact), `html`, `plain`; and to read
  `chatgpt`, `lmstudio`, `jan`, `openwebui`, `gpt4all`.
- `neutral`, `patches`, `records`: what makes the exact formats exact.
"""
