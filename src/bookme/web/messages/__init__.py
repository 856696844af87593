"""What the team sees of messages: what went out, what they say, and what is sent at all."""
