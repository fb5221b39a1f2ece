SELECT fingerprint, answer, expires_at FROM answers WHERE principal = $1 AND key = $2
