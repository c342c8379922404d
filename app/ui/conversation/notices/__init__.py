"""What Phial says beside a conversation: banner, snackbar, reports, and what one can do then."""
