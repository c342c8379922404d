"""Every byte the user would miss: conversations, settings, backups, search.

``open_store(folder)`` opens the conversations and reports what it found, or what can only be read
(``report.refusal``) or is missing (``report.lost``); ``close()`` on what it
returns finishes every write. ``open_private_store()`` makes a store that lives in memory only.
Both give a :class:`MessageRepository` with its :class:`ConversationRepository`: writes return
futures that resolve once the change is on the disk, reads return values. :class:`Health` checks,
backs up and restores.
:class:`Searcher` finds in a library as one types.
In the data folder lie ``phial.db`` with its ``-wal`` and ``-shm`` while it is open, ``phial.lock``,
``backups/``, ``pictures/``, and after damage ``phial.db.damaged-<time>``, which nothing here ever
deletes.
:class:`SettingsStore`, :class:`EndpointStore`, :class:`LadderStore` and :class:`SpeedStore` are
small files beside it, and :class:`PresetFile` is what the user made beside chats.

Each name is imported from its module when it is first asked for: who wants the settings' file does
not wait for SQLite.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.store.conversations.conversation_repository import ConversationRepository
    from app.store.conversations.message_repository import MessageRepository
    from app.store.endpoint_list import EndpointStore
    from app.store.machine_memory import LadderStore, ModelSpeeds, SpeedStore
    from app.store.preset_file import OwnPresets, PresetFile, read_presets, write_presets
    from app.store.safety.backups import Backup, Content, Lost
    from app.store.safety.checks import CheckResult
    from app.store.safety.health import Health, MaintenanceReport
    from app.store.safety.opening import (
        OpenedStore,
        OpenReport,
        open_private_store,
        open_store,
    )
    from app.store.safety.recovery import Recovery
    from app.store.search.searcher import Searcher
    from app.store.settings_file import SettingsStore

__all__ = [  # not shown
    "Backup",
    "CheckResult",
    "Content",
    "ConversationRepository",
    "EndpointStore",
    "Health",
    "LadderStore",
    "Lost",
    "MaintenanceReport",
    "MessageRepository",
    "ModelSpeeds",
    "OpenReport",
    "OpenedStore",
    "OwnPresets",
    "PresetFile",
    "Recovery",
    "Searcher",
    "SettingsStore",
    "SpeedStore",
    "open_private_store",
    "open_store",
    "read_presets",
    "write_presets",
]

_MODULES = {  # not shown
    "Backup": "safety.backups",
    "CheckResult": "safety.checks",
    "Content": "safety.backups",
    "ConversationRepository": "conversations.conversation_repository",
    "EndpointStore": "endpoint_list",
    "Health": "safety.health",
    "LadderStore": "machine_memory",
    "Lost": "safety.backups",
    "MaintenanceReport": "safety.health",
    "MessageRepository": "conversations.message_repository",
    "ModelSpeeds": "machine_memory",
    "OpenReport": "safety.opening",
    "OpenedStore": "safety.opening",
    "OwnPresets": "preset_file",
    "PresetFile": "preset_file",
    "Recovery": "safety.recovery",
    "Searcher": "search.searcher",
    "SettingsStore": "settings_file",
    "SpeedStore": "machine_memory",
    "open_private_store": "safety.opening",
    "open_store": "safety.opening",
    "read_presets": "preset_file",
    "write_presets": "preset_file",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(name)
    found: object = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found
