"""The booking flow: each step is a page of its own, and what has been chosen travels with it as a signed draft.

The steps, each left out where there is nothing to ask: `where`, `service`, `professional`, `time`, `dates`, `details`;
the last page is that of the visit, `manage.show.booking_done`. What they have in common is in `flow`.

What they work on: the `draft` stands in the address; a `choice` of `lines` is the draft with its rows, by `loading`,
without what is not offered any more, which is told (`lost`); the `picker` draws its days and times, in the visitor's
own zone by `zones`; `terms` says what it comes to. The details step has its `forms`, what is asked and booked by them
(`asking`), what was `taken` meanwhile, what is picked `instead`.
"""
