# SPDX-License-Identifier: GPL-3.0-or-later
"""The few things that a window manager, a keyboard and a camera do, by way of libX11."""

import contextlib
import ctypes
import ctypes.util
import os
import struct
import subprocess
import time
import zlib

REVERT_TO_PARENT = 2
IS_VIEWABLE = 2
Z_PIXMAP = 2
ALL_PLANES = ctypes.c_ulong(-1)
STILL_SECONDS = 3.0
FRAME_SECONDS = 0.06


def _library(name):
    return ctypes.CDLL(ctypes.util.find_library(name) or f"lib{name}.so.6")


# A window may be gone between two questions; libX11's own answer to that is to end the program.
_pass_over = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda _display, _error: 0)


def _integers(*names):
    return [(name, ctypes.c_int) for name in names]


class _Attributes(ctypes.Structure):
    _fields_ = (_integers("x", "y", "width", "height", "border", "depth")
                + [("visual", ctypes.c_void_p), ("root", ctypes.c_ulong)]
                + _integers("kind", "bit_gravity", "window_gravity", "backing_store")
                + [("backing_planes", ctypes.c_ulong), ("backing_pixel", ctypes.c_ulong), ("save_under", ctypes.c_int),
                   ("colormap", ctypes.c_ulong), ("map_installed", ctypes.c_int), ("map_state", ctypes.c_int),
                   ("all_masks", ctypes.c_long), ("own_mask", ctypes.c_long), ("kept_mask", ctypes.c_long),
                   ("override_redirect", ctypes.c_int), ("screen", ctypes.c_void_p)])


class _Image(ctypes.Structure):
    _fields_ = (_integers("width", "height", "x_offset", "format") + [("data", ctypes.c_void_p)]
                + _integers("byte_order", "bitmap_unit", "bitmap_bit_order", "bitmap_pad", "depth", "bytes_per_line",
                            "bits_per_pixel"))


@contextlib.contextmanager
def _connection():
    x11 = _library("X11")
    x11.XSetErrorHandler(_pass_over)
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
    x11.XStringToKeysym.restype = ctypes.c_ulong
    x11.XGetImage.restype = ctypes.POINTER(_Image)
    x11.XSync.argtypes = [ctypes.c_void_p, ctypes.c_int]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(os.environ["DISPLAY"].encode())
    if not display:
        raise OSError("the display cannot be opened")
    try:
        yield x11, display
    finally:
        x11.XSync(display, 0)
        x11.XCloseDisplay(display)


def _attributes(x11, display, window):
    seen = _Attributes()
    x11.XGetWindowAttributes(ctypes.c_void_p(display), ctypes.c_ulong(window), ctypes.byref(seen))
    return seen


def _top_windows(x11, display):
    root, parent = ctypes.c_ulong(), ctypes.c_ulong()
    windows, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
    x11.XQueryTree(ctypes.c_void_p(display), ctypes.c_ulong(x11.XDefaultRootWindow(display)),
                   ctypes.byref(root), ctypes.byref(parent), ctypes.byref(windows), ctypes.byref(count))
    found = [(windows[index], _attributes(x11, display, windows[index])) for index in range(count.value)]
    return [(window, seen) for window, seen in found if seen.map_state == IS_VIEWABLE
            and not seen.override_redirect and seen.width > 100 and seen.height > 100]


def top_windows():
    """Mapped windows that are no popovers, the one on top last: [(window, width, height)]."""
    with _connection() as (x11, display):
        return [(window, seen.width, seen.height) for window, seen in _top_windows(x11, display)]


def focus_top():
    windows = top_windows()
    if not windows:
        raise OSError("no window to focus")
    with _connection() as (x11, display):
        x11.XSetInputFocus(ctypes.c_void_p(display), ctypes.c_ulong(windows[-1][0]), REVERT_TO_PARENT,
                           ctypes.c_ulong(0))
    return windows[-1][0]


def resize_top(width, height):
    windows = top_windows()
    with _connection() as (x11, display):
        x11.XMoveResizeWindow(ctypes.c_void_p(display), ctypes.c_ulong(windows[-1][0]), 0, 0,
                              ctypes.c_uint(width), ctypes.c_uint(height))


@contextlib.contextmanager
def text_scale(factor):
    """Programs started meanwhile draw their text @factor times as large, as a person may set it for the whole screen."""
    subprocess.run(["xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER",
                    f"Xft.dpi: {round(96 * factor)}\n"], check=True)
    try:
        yield
    finally:
        subprocess.run(["xprop", "-root", "-remove", "RESOURCE_MANAGER"], check=True)


def press_key(name, modifiers=()):
    """Through XTest, so that it comes as from a keyboard; the top window gets the focus first."""
    focus_top()
    xtst = ctypes.CDLL("libXtst.so.6")
    with _connection() as (x11, display):
        codes = [x11.XKeysymToKeycode(ctypes.c_void_p(display), ctypes.c_ulong(x11.XStringToKeysym(word.encode())))
                 for word in (*modifiers, name)]
        for code in codes:
            xtst.XTestFakeKeyEvent(ctypes.c_void_p(display), code, 1, 0)
        for code in reversed(codes):
            xtst.XTestFakeKeyEvent(ctypes.c_void_p(display), code, 0, 0)


KEYS = {"/": "slash", "-": "minus", "_": "underscore", ".": "period"}


def type_text(text):
    """Letters, digits and what stands in paths, key by key."""
    for letter in text:
        press_key(KEYS.get(letter, letter), ["Shift_L"] if letter.isupper() or letter == "_" else [])


def _grab(x11, display):
    """(width, height, rows of blue-green-red-nothing) of the top window's place on the screen, with what lies over
    it; of the whole screen when there is no window."""
    root = x11.XDefaultRootWindow(display)
    screen = _attributes(x11, display, root)
    windows = _top_windows(x11, display)
    place = windows[-1][1] if windows else screen
    left, top = max(place.x, 0), max(place.y, 0)
    width = min(place.x + place.width, screen.width) - left
    height = min(place.y + place.height, screen.height) - top
    image = x11.XGetImage(ctypes.c_void_p(display), ctypes.c_ulong(root), left, top, ctypes.c_uint(width),
                          ctypes.c_uint(height), ALL_PLANES, Z_PIXMAP)
    if not image or image.contents.bits_per_pixel != 32:
        raise OSError("the screen cannot be photographed")
    seen = image.contents
    pixels = ctypes.string_at(seen.data, seen.bytes_per_line * seen.height)
    x11.XDestroyImage(image)
    return width, height, pixels


def _png(width, height, pixels):
    rows = bytearray(3 * width * height)
    rows[0::3], rows[1::3], rows[2::3] = pixels[2::4], pixels[1::4], pixels[0::4]
    lines = b"".join(b"\0" + rows[at:at + 3 * width] for at in range(0, len(rows), 3 * width))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines, 6)) + chunk(b"IEND", b"")


def picture(path):
    """The top window as a PNG, once two looks a few frames apart see the same."""
    with _connection() as (x11, display):
        end = time.monotonic() + STILL_SECONDS
        before, now = None, _grab(x11, display)
        while before != now and time.monotonic() < end:
            time.sleep(FRAME_SECONDS)
            before, now = now, _grab(x11, display)
    with open(path, "wb") as file:
        file.write(_png(*now))
