"""One conversation in the window: header, composer, status, banners, transcript control."""
