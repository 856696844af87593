"""The pages of classes: what is on, day by day and by kind, one session, and the course whose date it is."""
