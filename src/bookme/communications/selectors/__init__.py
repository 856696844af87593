"""Reads of messages, and of what they tell, one module for each thing that is asked for."""
