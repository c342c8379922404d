"""A desktop on the session bus that notes what it is asked, for the system's own Python.

Arguments: the file to note it in. Prints a line when it can be asked.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gi.repository import Gio, GLib

SESSION = """<node><interface name="org.gnome.SessionManager"><method name="Inhibit">
<arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="u" direction="in"/><arg type="u" direction="out"/></method></interface></node>"""
POWER = """<node><interface name="org.freedesktop.PowerManagement.Inhibit"><method name="Inhibit">
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="u" direction="out"/>
</method></interface></node>"""
PORTAL = """<node><interface name="org.freedesktop.portal.Notification">
<method name="AddNotification"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
</method></interface><interface name="org.freedesktop.portal.Settings"><method name="Read">
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/>
</method><signal name="SettingChanged"><arg type="s"/><arg type="s"/><arg type="v"/></signal>
</interface></node>"""
ANSWERS = {  # nothing is to move, and text is to be larger, as GNOME's settings say it
    "enable-animations": GLib.Variant("b", False),
    "text-scaling-factor": GLib.Variant("d", 1.25),
}
LATER = GLib.Variant(
    "(ssv)", ("org.gnome.desktop.interface", "text-scaling-factor", GLib.Variant("d", 1.5))
)
TRAY = """<node><interface name="org.kde.StatusNotifierWatcher">
<method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
<method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
<property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
<property name="ProtocolVersion" type="i" access="read"/>
<property name="RegisteredStatusNotifierItems" type="as" access="read"/></interface></node>"""
PROPERTIES = {
    "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
    "ProtocolVersion": GLib.Variant("i", 0),
    "RegisteredStatusNotifierItems": GLib.Variant("as", []),
}
OFFERED = {
    "tray": ("org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher", TRAY),
    "gnome": ("org.gnome.SessionManager", "/org/gnome/SessionManager", SESSION),
    "kde": (
        "org.freedesktop.PowerManagement",
        "/org/freedesktop/PowerManagement/Inhibit",
        POWER,
    ),
    "portal": ("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", PORTAL),
}


def main(notes: Path, names: list[str]) -> None:
    """Offer the services of ``names`` until standard input ends."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)

    def note(line: str) -> None:
        with notes.open("a") as file:
            file.write(line + "\n")

    def called(_bus, sender, _path, interface, method, values, call) -> None:  # type: ignore[no-untyped-def]
        note(f"{method} {values.print_(False)}")
        if method == "Inhibit":
            Gio.bus_watch_name_on_connection(
                bus,
                sender,
                Gio.BusNameWatcherFlags.NONE,
                None,
                lambda *_args: note("let go"),
            )
            call.return_value(GLib.Variant("(u)", (7,)))
        elif method == "Read":
            found = ANSWERS.get(values[1], GLib.Variant("u", 0))
            call.return_value(GLib.Variant("(v)", (GLib.Variant("v", found),)))
            if values[1] == "text-scaling-factor":  # and then somebody changes it
                _service, path, _xml = OFFERED["portal"]
                told = (None, path, interface, "SettingChanged", LATER)
                GLib.timeout_add(500, lambda: bus.emit_signal(*told) and False)
        else:
            call.return_value(None)

    def updated(_bus, _sender, _path, _interface, _signal, values) -> None:  # type: ignore[no-untyped-def]
        note(f"Update {values.print_(False)}")

    if "dock" in names:
        launcher, anybody = "com.canonical.Unity.LauncherEntry", None
        flags = Gio.DBusSignalFlags.NONE
        bus.signal_subscribe(anybody, launcher, "Update", None, None, flags, updated)
    for name in (name for name in names if name != "dock"):
        service, path, xml = OFFERED[name]
        for interface in Gio.DBusNodeInfo.new_for_xml(xml).interfaces:
            bus.register_object(path, interface, called, lambda *told: PROPERTIES[told[4]], None)
        Gio.bus_own_name_on_connection(bus, service, Gio.BusNameOwnerFlags.NONE, None, None)
    loop = GLib.MainLoop()
    GLib.io_add_watch(sys.stdin, GLib.IO_HUP | GLib.IO_IN, lambda *_args: loop.quit())
    GLib.timeout_add(300, lambda: print("ready", flush=True) or False)
    loop.run()


main(Path(sys.argv[1]), sys.argv[2:])
