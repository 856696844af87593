"""The API of a business's settings and host names, and the operators' of businesses."""
