SELECT e.number, e.version, m.id, m.person, m.role, m.valid_from, m.valid_until, m.suspended_at, m.ended_at, m.appointed_at,
  d.id AS delegation, d.domain, d.valid_from AS d_from, d.valid_until AS d_until, d.ended_at AS d_ended, d.granted_at
FROM enterprises e
LEFT JOIN mandates m ON m.enterprise = e.number AND m.standing <> 'ENDED'
LEFT JOIN delegations d ON d.mandate = m.id
WHERE e.number = $1
