"""The timeline: a picture that other programs open, with a bar for every action."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from export_plans import hostile, plan_of
from PIL import Image, ImageColor

from assistant.export.picture import picture
from assistant.types import LANGUAGES

BARS = ("#35637f", "#5b87a0", "#a9b8b0")


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def bars_in(png: bytes) -> int:
    """Return the number of runs of rows in which something has a bar's colour."""
    image = pixels(png)
    colours = [ImageColor.getrgb(colour) for colour in BARS]
    has = np.zeros(len(image), dtype=int)
    for colour in colours:
        has |= ((image == colour).all(axis=2).sum(axis=1) > 4).astype(int)
    return int((np.diff(has, prepend=0) == 1).sum())


def test_every_action_has_a_bar() -> None:
    plan = plan_of("en")
    assert bars_in(picture(plan)) == len(plan.actions) > 20


def test_what_is_done_has_another_colour() -> None:
    grey = ImageColor.getrgb(BARS[2])
    done, opened = plan_of("en"), plan_of("en", changes={})
    assert (pixels(picture(done)) == grey).all(axis=2).any()
    assert not (pixels(picture(opened)) == grey).all(axis=2).any()


def test_picture_is_the_same_in_every_language() -> None:
    assert len({picture(plan_of(language)) for language in LANGUAGES}) == 1


def test_picture_is_the_same_whatever_a_person_typed() -> None:
    changed = replace(plan_of("en"), title="中文 <b> \x00")
    assert picture(changed) == picture(plan_of("en"))
    assert picture(hostile("x"))


def test_picture_has_twice_the_resolution_of_a_screen() -> None:
    image = Image.open(io.BytesIO(picture(plan_of("en"))))
    assert image.width == 1600
    assert image.info["dpi"] == pytest.approx((192, 192), abs=0.1)


@pytest.mark.parametrize("start", ["2027-01-01", "2027-01-31", "2028-02-29", "2027-12-05"])
def test_any_start_of_a_year_can_be_drawn(start: str) -> None:
    plan = plan_of("en", start=start, changes={})
    assert bars_in(picture(plan)) == len(plan.actions)


def test_plan_without_actions_can_be_drawn() -> None:
    plan = plan_of("en")
    empty = replace(plan, phases=tuple(replace(phase, actions=()) for phase in plan.phases))
    assert bars_in(picture(empty)) == 0
