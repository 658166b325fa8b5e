# SPDX-License-Identifier: GPL-3.0-or-later
"""The few things that a window manager and a keyboard do, by way of libX11: focus, size, keys."""

import contextlib
import ctypes
import ctypes.util
import os

REVERT_TO_PARENT = 2
IS_VIEWABLE = 2


def _library(name):
    return ctypes.CDLL(ctypes.util.find_library(name) or f"lib{name}.so.6")


class _Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in ("x", "y", "width", "height", "border", "depth")] + [
        ("visual", ctypes.c_void_p), ("root", ctypes.c_ulong)] + [
        (name, ctypes.c_int) for name in ("kind", "bit_gravity", "window_gravity", "backing_store")] + [
        ("backing_planes", ctypes.c_ulong), ("backing_pixel", ctypes.c_ulong), ("save_under", ctypes.c_int),
        ("colormap", ctypes.c_ulong), ("map_installed", ctypes.c_int), ("map_state", ctypes.c_int),
        ("rest", ctypes.c_byte * 128)]


@contextlib.contextmanager
def _connection():
    x11 = _library("X11")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
    x11.XStringToKeysym.restype = ctypes.c_ulong
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


def top_windows():
    """Mapped top-level windows, the one on top last: [(window, width, height)]."""
    found = []
    with _connection() as (x11, display):
        root, parent = ctypes.c_ulong(), ctypes.c_ulong()
        windows, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
        x11.XQueryTree(ctypes.c_void_p(display), ctypes.c_ulong(x11.XDefaultRootWindow(display)),
                       ctypes.byref(root), ctypes.byref(parent), ctypes.byref(windows), ctypes.byref(count))
        for index in range(count.value):
            seen = _Attributes()
            x11.XGetWindowAttributes(ctypes.c_void_p(display), ctypes.c_ulong(windows[index]), ctypes.byref(seen))
            if seen.map_state == IS_VIEWABLE and seen.width > 100 and seen.height > 100:
                found.append((windows[index], seen.width, seen.height))
    return found


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
