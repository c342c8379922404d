"""How the disk image looks. Read by dmgbuild, which gives ``defines``."""

application = defines["app"]  # noqa: F821
background = defines["background"]  # noqa: F821
format = defines["format"]  # noqa: A001, F821
files = [application]
symlinks = {"Applications": "/Applications"}
icon_locations = {"Phial.app": (150, 180), "Applications": (450, 180)}
window_rect = ((200, 200), (600, 380))
icon_size = 112
text_size = 13
default_view = "icon-view"
show_status_bar = show_tab_view = show_toolbar = show_pathbar = show_sidebar = False
