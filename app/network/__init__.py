"""How connections are made: the offline gate, proxies, sockets that can be interrupted."""
