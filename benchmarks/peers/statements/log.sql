WITH change AS (
  INSERT INTO changes (position, id, enterprise, enterprise_version, type, cause, person, mandate, mandate_ended, role,
    domain, delegation, effective_at, recorded_at, actor, payload, previous_hash, hash)
  SELECT c.position, c.id, $1, c.version, c.type, 'REQUEST', $2, $3, false, c.role, c.domain, c.delegation, $4, $4, $5,
    c.payload, c.previous_hash, c.hash
  FROM unnest($6::bigint[], $7::uuid[], $8::bigint[], $9::varchar[], $10::varchar[], $11::varchar[], $12::uuid[],
    $13::text[], $14::bytea[], $15::bytea[])
    AS c (position, id, version, type, role, domain, delegation, payload, previous_hash, hash)
), close AS (
  UPDATE head SET hash = $16 WHERE id = 1 RETURNING pg_notify('btb_changes', '')
), request AS (
  INSERT INTO requests (first_position, last_position, evidence, note) VALUES ($17, $18, $19, NULL)
)
INSERT INTO answers (principal, key, fingerprint, answer, expires_at) VALUES ($20, $21, $22, $23, $24)
ON CONFLICT (principal, key) DO UPDATE
  SET fingerprint = excluded.fingerprint, answer = excluded.answer, expires_at = excluded.expires_at
  WHERE answers.expires_at <= $25
RETURNING key
