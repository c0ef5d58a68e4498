# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop's part of the portals that the window uses, played on the session bus: what the program asks of it is kept, and
answered as a person would who agrees. The bus and its proxy, and all that is in the sandbox, are the real ones."""
import threading

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

import signalbox  # noqa: E402

NAME = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
INTERFACES = """
<node>
  <interface name="org.freedesktop.portal.FileChooser">
    <method name="SaveFile">
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Background">
    <method name="RequestBackground">
      <arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <method name="SetStatus"><arg type="a{sv}" direction="in"/></method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Notification">
    <method name="AddNotification"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/></method>
    <method name="RemoveNotification"><arg type="s" direction="in"/></method>
    <signal name="ActionInvoked"><arg type="s"/><arg type="s"/><arg type="av"/></signal>
    <property name="version" type="u" access="read"/>
  </interface>
</node>
"""
# GTK outside of a sandbox asks for a file chooser of at least the third.
VERSIONS = {"org.freedesktop.portal.FileChooser": 3}


class Portal:
    """In a thread of its own, for the test waits while the program asks."""

    def __init__(self, save_to):
        self.save_to = save_to  # what is chosen in the file dialog
        self.calls = []         # (method, arguments)
        self.bus = None
        self.ready = threading.Event()
        self.loop = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        assert self.ready.wait(signalbox.DEADLINE), "the portal is not on the bus"

    def _run(self):
        context = GLib.MainContext.new()
        context.push_thread_default()
        address = Gio.dbus_address_get_for_bus_sync(Gio.BusType.SESSION, None)
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        for interface in Gio.DBusNodeInfo.new_for_xml(INTERFACES).interfaces:
            self.bus.register_object(PATH, interface, self._called, self._version, None)
        self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                           GLib.Variant("(su)", (NAME, 0)), None, Gio.DBusCallFlags.NONE, -1, None)
        self.loop = GLib.MainLoop.new(context, False)
        self.ready.set()
        self.loop.run()
        self.bus.close_sync(None)

    def close(self):
        self.loop.quit()
        self.thread.join(signalbox.DEADLINE)

    def _version(self, _bus, _sender, _path, interface, _name):
        return GLib.Variant("u", VERSIONS.get(interface, 1))

    def _called(self, _bus, sender, _path, _interface, method, parameters, invocation):
        arguments = parameters.unpack()
        self.calls.append((method, arguments))
        if method == "SaveFile":
            self._answer(sender, arguments[2], invocation, {"uris": GLib.Variant("as", ["file://" + self.save_to])})
        elif method == "RequestBackground":
            self._answer(sender, arguments[1], invocation, {"background": GLib.Variant("b", True),
                                                            "autostart": GLib.Variant("b", False)})
        else:
            invocation.return_value(None)

    def _answer(self, sender, options, invocation, results):
        """By a signal, at an address made of the asker's name and a word that it chose."""
        handle = f"{PATH}/request/{sender[1:].replace('.', '_')}/{options['handle_token']}"
        invocation.return_value(GLib.Variant("(o)", (handle,)))
        self.bus.emit_signal(sender, handle, "org.freedesktop.portal.Request", "Response",
                             GLib.Variant("(ua{sv})", (0, results)))

    def arguments(self, method):
        """Of the first call of it, or None."""
        return next((arguments for name, arguments in list(self.calls) if name == method), None)

    def wait_for(self, method):
        return signalbox.wait_until(lambda: self.arguments(method), f"{method} is asked of the portal")
