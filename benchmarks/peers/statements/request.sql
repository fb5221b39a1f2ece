INSERT INTO requests (first_position, last_position, evidence, note) VALUES ($1, $2, $3, NULL)
