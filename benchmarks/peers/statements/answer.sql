INSERT INTO answers (principal, key, fingerprint, answer, expires_at) VALUES ($1, $2, $3, $4, $5)
