"""A person's account on a business's domain, whether customer or team: coming in, links by mail, security."""
