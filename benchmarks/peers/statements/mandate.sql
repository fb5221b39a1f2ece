INSERT INTO mandates (id, enterprise, person, role, email, standing, valid_from, appointed_at, appointed_by)
VALUES ($1, $2, $3, 'DOMAIN', $4, 'IN_OFFICE', $5, $5, $6)
ON CONFLICT (id) DO UPDATE SET email = excluded.email, standing = excluded.standing
