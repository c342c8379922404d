"""The session of huggingface_hub, imported behind the module that sets its switches.

Whoever imports huggingface_hub first without them has it ask huggingface.co a question of its own.
"""

# isort: off
import app.hub.api.metadata
from huggingface_hub import close_session
# isort: on

__all__ = ["app", "close_session"]
