"""The pages of who waits for a place: joining the line, and the page behind the link."""
