"""What a message may do that is shown in a frame."""

# It is from outside, or written by hand: nothing in it runs, and nothing is fetched.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups"
