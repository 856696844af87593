"""Reads of appointments, visits and bookings, one module for each thing that is asked for."""
