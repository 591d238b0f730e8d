"""The room that follows sources: what is new goes into the casebook, and what that changes is told.

Its door is `Watch`: `look()` looks at every source that is due once and gives what changed; `run()` does so for as
long as one likes. `read_settings` reads the file that says what to follow and whom to tell.
"""

from stocktake.watching.changes import Change, Kind
from stocktake.watching.notices import in_words, tell
from stocktake.watching.settings import Mail, Settings, SettingsError, Source, mail_server, read_settings
from stocktake.watching.state import StateError
from stocktake.watching.watch import Looked, Watch

__all__ = [
    "Change",
    "Kind",
    "Looked",
    "Mail",
    "Settings",
    "SettingsError",
    "Source",
    "StateError",
    "Watch",
    "in_words",
    "mail_server",
    "read_settings",
    "tell",
]
