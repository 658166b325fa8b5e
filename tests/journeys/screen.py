# SPDX-License-Identifier: GPL-3.0-or-later
"""A person at the screen, through AT-SPI: finds by role and name, reads, clicks, types, waits."""

import os
import re
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

from environment.processes import TimedOut, wait_until  # noqa: E402

TIMEOUT = 20.0
BACK = re.compile("^(返回|Back)$")
NAVIGATION = re.compile("^(導覽|Navigation)$")
DEPTH = 60
FOCUSABLE_BY_NATURE = {"push button", "toggle button", "check box", "radio button", "text", "password text",
                       "combo box", "list item", "spin button", "switch", "slider", "link", "menu item"}


def _quiet(call, default=None):
    """A widget may be gone between two looks; then it simply does not match."""
    try:
        return call()
    except GLib.Error:
        return default


def role_of(node):
    return _quiet(node.get_role_name, "")


def name_of(node):
    return _quiet(node.get_name, "") or ""


def description_of(node):
    return _quiet(node.get_description, "") or ""


def has_state(node, state):
    states = _quiet(node.get_state_set)
    return bool(states and states.contains(state))


def shown(node):
    """GTK 4.8 tells SHOWING of windows only; a widget that was never drawn has no size."""
    if not has_state(node, Atspi.StateType.VISIBLE):
        return False
    if not _quiet(node.get_component_iface):
        return True
    box = _quiet(lambda: Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW))
    return box is not None and box.width > 0 and box.height > 0


def width_of(node):
    return Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW).width


def enabled(node):
    return has_state(node, Atspi.StateType.SENSITIVE)


def children(node):
    count = _quiet(node.get_child_count, 0)
    for index in range(count):
        child = _quiet(lambda: node.get_child_at_index(index))
        if child is not None:
            yield child


def walk(node, depth=DEPTH):
    """Everything on the screen below @node, in reading order."""
    for child in children(node):
        if not shown(child):
            continue
        yield child
        if depth > 0:
            yield from walk(child, depth - 1)


def text_in(node):
    """What a text field or label holds."""
    interface = _quiet(node.get_text_iface)
    if not interface:
        return None
    return _quiet(lambda: Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node)))


def matches(text, wanted):
    if isinstance(wanted, re.Pattern):
        return bool(wanted.search(text))
    return text == wanted


def _parent_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return 0


def _belongs_to(application, process):
    """Whether the program itself speaks on the bus or, for one in a sandbox, the proxy in its session."""
    try:
        pid = os.getsid(_quiet(application.get_process_id, 0))
    except ProcessLookupError:
        return False
    while pid > 1 and pid != process.pid:
        pid = _parent_of(pid)
    return pid == process.pid


class Application:
    """The running client as the screen reader sees it."""

    def __init__(self, process):
        self.process = process
        self.root = wait_until(self._find_root, lambda: "the client on the accessibility bus\n" + process.log_text(),
                               timeout=60)
        wait_until(lambda: any(shown(window) for window in children(self.root)), "a window", timeout=60)

    def _find_root(self):
        if not self.process.running():
            raise AssertionError(f"the client ended with {self.process.popen.poll()}:\n{self.process.log_text()}")
        desktop = Atspi.get_desktop(0)
        for application in children(desktop):
            if _belongs_to(application, self.process):
                application.set_cache_mask(Atspi.Cache.NONE)
                return application
        return None

    def alive(self):
        if not self.process.running():
            raise AssertionError(f"the client ended with {self.process.popen.poll()}:\n{self.process.log_text()}")

    def windows(self):
        return [window for window in children(self.root) if shown(window)]

    def all(self, role=None, name=None, within=None):
        found = []
        for node in walk(within or self.root):
            if (role is None or role_of(node) == role) and (name is None or matches(name_of(node), name)):
                found.append(node)
        return found

    def find(self, role=None, name=None, within=None):
        for node in walk(within or self.root):
            if (role is None or role_of(node) == role) and (name is None or matches(name_of(node), name)):
                return node
        return None

    def wait_for(self, role=None, name=None, within=None, timeout=TIMEOUT):
        def look():
            self.alive()
            return self.find(role, name, within)
        return wait_until(look, lambda: f"{role} “{getattr(name, 'pattern', name)}”; on screen:\n{self.outline()}",
                          timeout)

    def wait_gone(self, role=None, name=None, timeout=TIMEOUT):
        def look():
            self.alive()
            return self.find(role, name) is None
        wait_until(look, lambda: f"{role} “{getattr(name, 'pattern', name)}” to go; on screen:\n{self.outline()}",
                   timeout)

    def wait(self, condition, what, timeout=TIMEOUT):
        def look():
            self.alive()
            return condition()
        return wait_until(look, lambda: f"{what}; on screen:\n{self.outline()}", timeout)

    def says(self, wanted, within=None):
        """Whether a name, description or text on the screen holds the words."""
        for node in walk(within or self.root):
            for text in (name_of(node), description_of(node), text_in(node) or ""):
                if (wanted.search(text) if isinstance(wanted, re.Pattern) else wanted in text):
                    return node
        return None

    def wait_says(self, wanted, timeout=TIMEOUT):
        return self.wait(lambda: self.says(wanted), f"the words “{getattr(wanted, 'pattern', wanted)}”", timeout)

    def wait_silent(self, wanted, timeout=TIMEOUT):
        self.wait(lambda: not self.says(wanted),
                  f"the words “{getattr(wanted, 'pattern', wanted)}” to go", timeout)

    def click(self, role, name, within=None, timeout=TIMEOUT):
        """Waits until it is there and can be pressed, then presses it."""
        def ready():
            self.alive()
            node = self.find(role, name, within)
            return node if node is not None and enabled(node) else None
        node = wait_until(ready, lambda: f"{role} “{getattr(name, 'pattern', name)}” to press; on screen:\n"
                          + self.outline(), timeout)
        press(node)
        return node

    def type(self, role, name, text, within=None):
        node = self.wait_for(role, name, within)
        fill(node, text)
        if role != "password text":
            self.wait(lambda: text_in(node) == text, f"{text!r} in {name}", timeout=5)
        return node

    def choose(self, list_name, item, role="list", timeout=TIMEOUT):
        """Selects the item of a list by its name."""
        def ready():
            node = self.find(role, list_name)
            items = [child for child in children(node)] if node else []
            for index, child in enumerate(items):
                if matches(name_of(child), item):
                    return node, index
            return None
        node, index = self.wait(ready, f"“{getattr(item, 'pattern', item)}” in {list_name}", timeout)
        select(node, index)

    def value(self, row, within=None):
        """The value of a row of data: what its description says."""
        return description_of(self.wait_for("list item", row, within))

    def values(self, list_name):
        node = self.wait_for("list", list_name)
        return {name_of(child): description_of(child) for child in children(node) if shown(child)}

    @staticmethod
    def press(node):
        press(node)

    @staticmethod
    def fill(node, text):
        fill(node, text)

    @staticmethod
    def checked(node):
        return has_state(node, Atspi.StateType.CHECKED)

    def focused(self):
        """What the keyboard speaks to."""
        for node in walk(self.root):
            if has_state(node, Atspi.StateType.FOCUSED) and not isinstance(node, Atspi.Application):
                return node
        return None

    def said(self):
        """What the screen reader was told last."""
        node = self.find("status bar")
        return name_of(node) if node else ""

    def go(self, page):
        """Also back to it from a page below it, whose row is selected already."""
        def row():
            return next((child for child in children(self.find("list", NAVIGATION) or self.root)
                         if name_of(child) == page and role_of(child) == "list item"), None)
        if not has_state(self.wait(row, f"{page} in the navigation"), Atspi.StateType.SELECTED):
            self.choose(NAVIGATION, page)
        elif self.find("push button", BACK):
            self.click("push button", BACK)

    def outline(self):
        """What a person would hear, line by line; nameless boxes and the labels inside controls are left out."""
        lines = []

        def add(node, depth, said):
            for child in children(node):
                if not shown(child):
                    continue
                name, text = name_of(child), text_in(child)
                plain = role_of(child) in ("panel", "filler", "image", "separator", "scroll pane")
                if (name or text) and not plain and not (role_of(child) == "label" and name in said):
                    words = [role_of(child), f"“{name}”"]
                    words += [f"= {text!r}"] if text and text != name else []
                    words += [f"({description_of(child)})"] if description_of(child) not in ("", name) else []
                    words += [] if enabled(child) else ["[off]"]
                    lines.append("  " * depth + " ".join(words))
                    add(child, depth + 1, said + " " + name + " " + description_of(child))
                elif depth < DEPTH:
                    add(child, depth, said)
        add(self.root, 0, "")
        return "\n".join(lines)

    def unnamed(self):
        """What the keyboard can reach and a screen reader cannot say."""
        bad = []
        for node in walk(self.root):
            if not has_state(node, Atspi.StateType.FOCUSABLE) or not enabled(node):
                continue
            role, name = role_of(node), name_of(node)
            # The toast's close button is libadwaita's own; the status bar says what the toast says.
            if role in FOCUSABLE_BY_NATURE and (not name.strip() or name.startswith("Gtk")) \
                    and "AdwToastWidget" not in path_of(node):
                bad.append(f"{role} “{name}” in {path_of(node)}")
        return bad


def path_of(node):
    names = []
    while node is not None and len(names) < 6:
        names.append(f"{role_of(node)} “{name_of(node)}”")
        node = _quiet(node.get_parent)
    return " < ".join(names[1:])


def actions_of(node):
    count = _quiet(lambda: Atspi.Action.get_n_actions(node), 0) if _quiet(node.get_action_iface) else 0
    return [_quiet(lambda: Atspi.Action.get_action_name(node, index), "") for index in range(count)]


PRESSES = ("click", "check.toggle", "row.activate", "activate", "toggle", "row.toggle")


def do(node, action):
    """One named action of a widget; False when it has none of that name."""
    names = actions_of(node)
    return action in names and bool(Atspi.Action.do_action(node, names.index(action)))


def press(node):
    """By the widget's own action; one without gets the focus and the Return key."""
    if any(do(node, action) for action in PRESSES):
        return
    if not focus(node):
        raise AssertionError(
            f"{role_of(node)} “{name_of(node)}” can be neither pressed nor focused; it has {actions_of(node)}")
    key("Return")


def select(node, index):
    """Chooses an item of a list, as the arrow keys do."""
    if not Atspi.Selection.select_child(node, index):
        raise AssertionError(f"item {index} of “{name_of(node)}” cannot be selected")


def focus(node):
    return bool(_quiet(node.get_component_iface) and _quiet(lambda: Atspi.Component.grab_focus(node)))


def key(name, *modifiers):
    """A key of the real keyboard, through the X server."""
    from environment import x11

    x11.press_key(name, modifiers)


def fill(node, text):
    if _quiet(node.get_editable_text_iface) and Atspi.EditableText.set_text_contents(node, text):
        return
    raise AssertionError(f"{role_of(node)} “{name_of(node)}” takes no text")


def moment():
    return time.monotonic()


__all__ = ["Application", "TimedOut", "actions_of", "children", "description_of", "enabled", "fill", "focus",
           "has_state", "key", "moment", "name_of", "press", "role_of", "select", "shown", "text_in", "walk"]
