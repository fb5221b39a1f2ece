UPDATE enterprises SET version = $3 WHERE number = $1 AND version = $2
