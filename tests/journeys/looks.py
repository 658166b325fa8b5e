#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""English, dark, high contrast, narrow, large text: every page is there, named, and leaves a picture to look at."""

from framework import Journey, assert_all_named, main
from environment import x11

journey = Journey("looks", mail=None)
PAGES = (("首頁", "Home"), ("環境檢測", "Environment Check"), ("健保卡", "NHI Card"), ("帳號", "Account"),
         ("健康存摺", "Health Bank"))


def tour(world, look, language=0, **changes):
    screen = world.run_client(**changes)
    for names in PAGES:
        screen.go(names[language])
        screen.wait_says(names[language])
        assert_all_named(screen)
        world.picture(f"{look}-{names[1].lower().replace(' ', '-')}")
    return screen


@journey.step("in-english")
def _(world):
    world.card.insert("nguyen-thi-huyen")
    screen = tour(world, "english", language=1, LANGUAGE="en")
    chinese = [line for line in screen.outline().splitlines() if any("一" <= letter <= "鿿" for letter in line)]
    assert not chinese, "Chinese words in the English window:\n" + "\n".join(chinese)


@journey.step("in-dark")
def _(world):
    tour(world, "dark", ADW_DEBUG_COLOR_SCHEME="prefer-dark")


@journey.step("in-high-contrast")
def _(world):
    tour(world, "contrast", ADW_DEBUG_HIGH_CONTRAST="1")


@journey.step("with-large-text")
def _(world):
    tour(world, "large-text", GDK_DPI_SCALE="2")


@journey.step("narrow")
def _(world):
    screen = world.run_client()
    for _chinese, english in PAGES[1:2]:
        x11.resize_top(360, 640)
        screen.wait(lambda: any(width == 360 for _, width, _h in x11.top_windows()), "a window of 360 pixels")
        world.picture(f"narrow-{english.lower().replace(' ', '-')}")
    assert_all_named(screen)


if __name__ == "__main__":
    main(journey)
