"""The web page: `python app.py` serves it at http://127.0.0.1:7860/."""

from __future__ import annotations

import sys

from assistant.errors import AssistantError
from assistant.settings import Settings
from assistant.ui import serve

if __name__ == "__main__":
    try:
        serve(Settings.load())
    except AssistantError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
