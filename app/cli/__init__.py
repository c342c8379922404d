"""The terminal commands: the same services without a window.

Exit codes: 0 done; 1 it could not be done, and standard error says why; 2 wrong usage;
130 stopped by Ctrl+C.
"""

from __future__ import annotations

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, the shell's convention
