"""What is known of connections and of what keeps a process from them."""
