UPDATE head SET hash = $1 WHERE id = 1 RETURNING pg_notify('btb_changes', '')
