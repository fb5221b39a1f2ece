WITH version AS (
  UPDATE enterprises SET version = $3 WHERE number = $1 AND version = $2 RETURNING version
), shown AS (
  INSERT INTO consultations (id, at, subject, actor, what, enterprise, purpose)
  VALUES (gen_random_uuid(), $4::bigint, $5::uuid, $6::varchar, 'mandates', $1::varchar, NULL)
), mandate AS (
  INSERT INTO mandates (id, enterprise, person, role, email, standing, valid_from, appointed_at, appointed_by)
  VALUES ($7::uuid, $1::varchar, $5::uuid, 'DOMAIN', $8, 'IN_OFFICE', $4::bigint, $4::bigint, $6::varchar)
  ON CONFLICT (id) DO UPDATE SET email = excluded.email, standing = excluded.standing
), delegation AS (
  INSERT INTO delegations (id, mandate, enterprise, person, domain, standing, valid_from, granted_at, granted_by)
  SELECT d.id, $7::uuid, $1::varchar, $5::uuid, d.domain, 'IN_OFFICE', $4::bigint, $4::bigint, $6::varchar
  FROM unnest($9::uuid[], $10::varchar[]) AS d (id, domain)
  ON CONFLICT (id) DO UPDATE SET standing = excluded.standing
)
UPDATE head SET position = position + $11 WHERE id = 1
RETURNING position, hash, coalesce((SELECT e.version FROM enterprises e WHERE e.number = $1), 0) AS stood_at
