INSERT INTO delegations (id, mandate, enterprise, person, domain, standing, valid_from, granted_at, granted_by)
SELECT d.id, $1, $2, $3, d.domain, 'IN_OFFICE', $4, $4, $5 FROM unnest($6::uuid[], $7::varchar[]) AS d (id, domain)
ON CONFLICT (id) DO UPDATE SET standing = excluded.standing
