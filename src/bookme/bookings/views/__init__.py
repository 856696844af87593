"""The API of bookings: times to choose from, sessions, and bookings themselves."""
