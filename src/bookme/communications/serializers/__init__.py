"""What the doors of messages read and answer."""
