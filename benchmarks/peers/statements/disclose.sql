INSERT INTO consultations (id, at, subject, actor, what, enterprise, purpose)
SELECT gen_random_uuid(), $1::bigint, shown.subject, $2::varchar, 'mandates', shown.enterprise, NULL
FROM unnest($3::uuid[], $4::varchar[]) AS shown (subject, enterprise)
