"""Signing in by an account elsewhere (OpenID Connect): which providers there are, talking to them, and the way back.

It goes over three hosts. At a business a browser says by whom it wants to come (`Wish`); on the platform's host, which
is the only one that providers know, the wish becomes an `Attempt`, and the provider's answer a `Proof` or a `Stop`; and
back at the business, whose browser has to be the one that began, that is taken once. Nothing here reads the database.
"""
