"""How the page looks: colours, type and spacing; the rest is in assets/site.css."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr

HEAD = (
    '<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">'
    '<link rel="stylesheet" href="/assets/site.css">'
    '<script src="/assets/site.js" defer></script>'
)
_FONT = (
    "ui-sans-serif",
    "system-ui",
    "Segoe UI",
    "Roboto",
    "Noto Sans",
    "PingFang SC",
    "PingFang TC",
    "Microsoft YaHei",
    "Microsoft JhengHei",
    "Noto Sans CJK SC",
    "sans-serif",
)
_MONO = ("ui-monospace", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Return the theme: deep green on warm paper, fonts of the reader's own system."""
    import gradio as gr

    green = gr.themes.Color(
        c50="#eef6f3",
        c100="#d6eae3",
        c200="#aed5c8",
        c300="#7fbaa8",
        c400="#4f9b86",
        c500="#2f7f6b",
        c600="#1f6656",
        c700="#185146",
        c800="#143f37",
        c900="#0f302a",
        c950="#081d19",
    )
    stone = gr.themes.Color(
        c50="#fbfaf7",
        c100="#f4f2ec",
        c200="#e7e3d9",
        c300="#d3cdbf",
        c400="#a39c8d",
        c500="#787265",
        c600="#5a554b",
        c700="#413d36",
        c800="#2a2823",
        c900="#1c1b18",
        c950="#121110",
    )
    return gr.themes.Base(
        primary_hue=green,
        secondary_hue=green,
        neutral_hue=stone,
        font=_FONT,
        font_mono=_MONO,
        radius_size=gr.themes.sizes.radius_lg,
        text_size=gr.themes.sizes.text_md,
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_900",
        body_text_color="*neutral_900",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        input_background_fill="white",
        input_background_fill_dark="*neutral_800",
        input_border_color="*neutral_300",
        input_border_color_focus="*primary_500",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_text_color="white",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
    )
