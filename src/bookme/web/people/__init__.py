"""The people of the team: who they are, what they may, who is invited, and going from one business to another."""
