"""The pages of the second factor: the step of signing in, and what one sets up for oneself.

Whoever signs somebody in, other than by `come_in`, catches SecondFactorNeeded and answers `ask_for_code`.
"""

from bookme.web.two_factor.asking import ask_for_code

__all__ = ["ask_for_code"]
