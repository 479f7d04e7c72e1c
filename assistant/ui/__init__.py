"""The web page: one FastAPI app with a Gradio page per language."""

from assistant.ui.site import build_site, serve

__all__ = ["build_site", "serve"]
