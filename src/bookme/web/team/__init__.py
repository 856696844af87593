"""The pages of the people who work in a business, on its own domain below `/team/`."""
