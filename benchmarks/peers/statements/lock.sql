INSERT INTO enterprises (number, version) SELECT number, 0 FROM unnest($1::varchar[]) AS n (number)
ORDER BY number ON CONFLICT (number) DO UPDATE SET version = enterprises.version
