DELETE FROM answers WHERE principal = $1 AND key = $2 AND expires_at <= $3
