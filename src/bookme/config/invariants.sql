-- What must be true of every business at every moment. Each check counts what breaks it: 0 is the only good answer.
-- Run in the business's schema with `now` and `tenant`; `bookme invariants` prints every line.

-- check: appointments of one person that overlap
SELECT count(*) FROM bookings_appointment a JOIN bookings_appointment b
ON a.staff_id = b.staff_id AND a.id < b.id
AND tstzrange(a.blocked_start, a.blocked_end) && tstzrange(b.blocked_start, b.blocked_end)
WHERE (a.published OR a.seats_taken > 0) AND NOT a.overbooked AND (b.published OR b.seats_taken > 0) AND NOT b.overbooked

-- check: units that are held twice at once
SELECT count(*) FROM bookings_resourceallocation a JOIN bookings_resourceallocation b
ON a.resource_id = b.resource_id AND a.id < b.id
AND tstzrange(a.blocked_start, a.blocked_end) && tstzrange(b.blocked_start, b.blocked_end)
WHERE NOT a.overbooked AND NOT b.overbooked

-- check: appointments with more seats taken than there are
SELECT count(*) FROM bookings_appointment WHERE seats_taken > capacity OR seats_taken < 0

-- check: appointments whose seats are not those of their bookings
SELECT count(*) FROM bookings_appointment a WHERE a.lead_id IS NULL AND a.seats_taken <> (
    SELECT coalesce(sum(b.party_size), 0) FROM bookings_booking b WHERE b.appointment_id = a.id
    AND b.status IN ('held', 'pending', 'confirmed', 'arrived', 'completed', 'no_show')
)

-- check: people who help at another time or place than who leads
SELECT count(*) FROM bookings_appointment a JOIN bookings_appointment b ON b.id = a.lead_id
WHERE a.seats_taken <> b.seats_taken OR a.location_id <> b.location_id
OR a.blocked_start <> b.blocked_start OR a.blocked_end <> b.blocked_end

-- check: holds that ended more than a minute ago
SELECT count(*) FROM bookings_booking WHERE status = 'held' AND hold_expires_at < %(now)s - interval '60 seconds'

-- check: offers to who waits of which nothing is held any more
SELECT count(*) FROM bookings_waitlistentry e WHERE e.status = 'offered' AND NOT EXISTS (
    SELECT FROM bookings_booking b WHERE b.visit_id = e.visit_id
    AND (b.status = 'held' OR b.updated_at > %(now)s - interval '120 seconds')
)

-- check: units held for appointments that nobody is in, or at another time
SELECT count(*) FROM bookings_resourceallocation r JOIN bookings_appointment a ON a.id = r.appointment_id
WHERE NOT (a.published OR a.seats_taken > 0) OR r.blocked_start <> a.blocked_start OR r.blocked_end <> a.blocked_end

-- check: messages in the outbox that are more than two minutes late
SELECT count(*) FROM public.tenants_outboxmessage
WHERE tenant_id = %(tenant)s AND done_at IS NULL AND NOT dead AND due_at < %(now)s - interval '120 seconds'

-- check: messages in the outbox that were given up, and at which nobody has looked
SELECT count(*) FROM public.tenants_outboxmessage WHERE tenant_id = %(tenant)s AND done_at IS NULL AND dead

-- check: reminders that wait for a visit of which nothing is confirmed at that time, or something before
SELECT count(*) FROM public.tenants_outboxmessage m, LATERAL (
    SELECT count(*) FILTER (WHERE a.starts_at = (m.args ->> 'starts_at')::timestamptz) AS then,
    count(*) FILTER (WHERE a.starts_at < (m.args ->> 'starts_at')::timestamptz AND a.starts_at > %(now)s) AS before
    FROM bookings_booking b JOIN bookings_appointment a ON a.id = b.appointment_id
    WHERE b.visit_id = (m.args ->> 'visit_id')::uuid AND b.status = 'confirmed'
) AS confirmed
WHERE m.tenant_id = %(tenant)s AND m.task = 'communications.send_reminder' AND m.done_at IS NULL AND NOT m.dead
AND (confirmed.then = 0 OR confirmed.before > 0)
AND (
    SELECT max(updated_at) FROM bookings_booking WHERE visit_id = (m.args ->> 'visit_id')::uuid
) < %(now)s - interval '120 seconds'

-- check: keys under which more than one write was kept
SELECT count(*) FROM (SELECT 1 FROM eventlog_idempotencykey GROUP BY scope, key HAVING count(*) > 1) AS repeated

-- check: confirmed bookings without exactly one confirmation on record
-- For each that was confirmed once, more than two minutes ago, and to whom a letter can be sent.
SELECT count(*) FROM bookings_booking b JOIN bookings_visit v ON v.id = b.visit_id
WHERE b.status = 'confirmed' AND v.contact_email <> ''
AND (
    SELECT count(*) = 1 AND max(e.occurred_at) < %(now)s - interval '120 seconds' FROM eventlog_event e
    WHERE e.subject_id = b.id AND e.name IN ('booking.confirmed', 'booking.undone')
)
AND EXISTS (SELECT 1 FROM eventlog_event e WHERE e.subject_id = b.id AND e.name = 'booking.confirmed')
AND (
    SELECT count(*) FROM communications_notification n WHERE n.booking_ids @> ARRAY[b.id] AND n.kind = 'booking.confirmed'
) <> 1
