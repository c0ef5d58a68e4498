# SPDX-License-Identifier: GPL-3.0-or-later
"""The window as a person with mouse and keyboard uses it, who knows no more than what the screen says."""
import os

import portal
import signalbox
import window
from window import Atspi

KEYS = {"Escape": 0xff1b, "Return": 0xff0d, "Down": 0xff54, "Up": 0xff52, "Tab": 0xff09}


class Person(window.Window):
    """Remembers in `met` the name of everything that was looked for and found."""

    def __init__(self, settings=None, directory=None):
        super().__init__(settings, directory)
        self.met = set()

    def find(self, matches, below=None):
        found = super().find(matches, below)
        if found is not None:
            self.met.add(found.name)
            if below is not None:
                self.met.add(below)
        return found

    def press(self, name, below=None):
        """Presses the mouse button over the widget of that name: for rows, cells and others without an action."""
        self.press_that(lambda widget: widget.name == name, f"there is “{name}”", below)

    def press_that(self, matches, what, below=None):
        self.wait_for(matches, what, below)
        self.press_there(lambda: self.find(matches, below), what)

    def press_there(self, find, what):
        def place():
            widget = find()
            if widget is None:
                return None
            extents = widget.node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
            return (extents.x, extents.y, extents.width, extents.height) if extents.width > 0 and extents.height > 0 else None

        def rest():
            """Where it comes to rest: what has just opened is still laid out when it is already told."""
            last, now = None, signalbox.wait_until(place, what)
            while now != last:
                last, now = now, signalbox.wait_until(place, what)
            return now

        def in_sight():
            """By turns of the wheel where it is below the edge of the window."""
            x, y, width, height = rest()
            if y + height <= edge:
                return x, y, width, height
            Atspi.generate_mouse_event(x + width // 2, edge // 2, "b5c")
            return None

        edge = self.frame.node.get_component_iface().get_extents(Atspi.CoordType.WINDOW).height
        x, y, width, height = signalbox.wait_until(in_sight, f"{what}, in sight")
        Atspi.generate_mouse_event(x + min(width // 2, 120), y + height // 2, "b1c")

    def key(self, name):
        Atspi.generate_keyboard_event(KEYS.get(name) or ord(name), None, Atspi.KeySynthType.SYM)

    def choose(self, row, item, below=None):
        """Chooses ITEM in the list that drops down from ROW."""
        def dropped():
            """The items; the first is the row's own, which shows what is chosen."""
            found = self.find(lambda widget: widget.name == row and widget.node.get_role() == Atspi.Role.COMBO_BOX, below)
            return [widget for widget in found.walk() if widget.node.get_role() == Atspi.Role.LIST_ITEM][1:] if found else []

        def says(widget):
            return next((part.name for part in widget.walk() if part.name), None)

        self.press(row, below)
        items = signalbox.wait_until(dropped, f"the list of “{row}” drops down")
        found = next((widget for widget in items if says(widget) == item), None)
        assert found is not None, f"“{item}” is not in the list of “{row}”"
        self.met.add(item)
        self.press_there(lambda: next((widget for widget in dropped() if says(widget) == item), None), item)
        signalbox.wait_until(lambda: not dropped(), f"the list of “{row}” is closed")
        self.wait_for(lambda widget: widget.name == item, f"“{item}” is chosen", below=row)

    def choose_in_menu(self, button, item, below=None):
        """Chooses ITEM by its access key, the letter behind the underscore. Menu items are called nothing in GTK 4.18."""
        self.do(button, below=below)
        self.wait_for(lambda widget: widget.node.get_role() == Atspi.Role.MENU_ITEM, f"the menu “{button}” is open", below=button)
        self.key(item[item.index("_") + 1].lower())
        signalbox.wait_until(lambda: not self.find(lambda widget: widget.node.get_role() == Atspi.Role.MENU_ITEM), "the menu is closed")
        self.met.add(item.replace("_", ""))

    def wait_for_words(self, *parts, below=None):
        """Something whose name has all of PARTS in it."""
        def says(widget):
            words = widget.name or widget.text
            return all(part in words for part in parts)

        return self.wait_for(says, f"there is “{'…'.join(parts)}”", below)

    def save_as(self, path, ask):
        """Has ASK open a file dialog and saves there as PATH, which has to be there at the end. In the dialog that GTK draws itself
        where there is no portal, or, as GTK loses a list in that whenever its folder changes, with sanitizers in the desktop's."""
        if window.PRELOAD:
            self._save_by_portal(path, ask)
        else:
            self._save_by_typing(path, ask)

    def _save_by_portal(self, path, ask):
        desktop = portal.Portal(path)
        try:
            ask()
            desktop.wait_for("SaveFile")
            options = desktop.arguments("SaveFile")[2]
            self.met.add(options["accept_label"].replace("_", ""))
            signalbox.wait_until(lambda: os.path.exists(path), f"{path} is there")
        finally:
            desktop.close()

    def _save_by_typing(self, path, ask):
        def dialog():
            desktop = window.Widget(Atspi.get_desktop(0))
            desktop.node.clear_cache()
            for application in desktop.children():
                if application.node.get_process_id() == self.process.pid:
                    return next((child for child in application.children() if child.node.get_index_in_parent() > 0), None)
            return None

        def named(name, interface):
            found = dialog()
            return next((widget for widget in found.walk() if widget.name == name and interface(widget)), None) if found else None

        ask()
        entry = signalbox.wait_until(lambda: named("Name:", lambda widget: widget.node.get_editable_text_iface()), "the file dialog is open")
        entry.write(path)
        self.met.add("Save")
        signalbox.wait_until(lambda: named("Save", lambda widget: "click" in widget.actions() and
                                           widget.has(Atspi.StateType.SENSITIVE)), "it can be saved").do("click")
        signalbox.wait_until(lambda: os.path.exists(path) and not dialog(), f"{path} is there")
