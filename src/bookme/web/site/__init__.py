"""A business's pages for everybody: home, privacy and terms; and how it is found, shared and installed."""
