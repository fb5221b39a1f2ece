INSERT INTO enterprises (number, version) VALUES ($1, 0) ON CONFLICT (number) DO UPDATE SET version = enterprises.version
