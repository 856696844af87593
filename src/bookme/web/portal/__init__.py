"""The customer's own pages: what they have booked, who they are here, what is known of them."""
