"""What follows what: the one table. Every event of every app is in it, if only with nothing."""

from bookme.eventlog.registry import wire

wire({})
