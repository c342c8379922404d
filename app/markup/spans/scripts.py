"""The letters of scripts that are written without blanks between words."""

from __future__ import annotations

import re

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f]"
)


def is_unspaced(char: str) -> bool:
    """Whether ``char`` is a Chinese, Japanese, Korean, Thai or Lao letter."""
    return _UNSPACED.match(char) is not None
