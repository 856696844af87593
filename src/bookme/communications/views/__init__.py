"""The doors of messages: what was sent, the texts of messages, accounts with providers, and what providers tell."""
