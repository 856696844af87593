"""What the API of bookings takes and answers: a module for each of its views, and what they share."""
