"""What a developer's machine needs beside BookMe: embedded servers, `make run`, a local mailbox, `bookme`.

It imports no other part of BookMe, and no other part imports it. Nothing here runs in production.
"""
