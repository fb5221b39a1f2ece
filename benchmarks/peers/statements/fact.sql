SELECT e.number, e.status, e.form, a.street, a.house_number, a.postal_code, a.municipality, n.name
FROM (SELECT $1::bigint AS value) AS asked
JOIN kbo_enterprises_0 e ON e.number = asked.value
LEFT JOIN kbo_addresses_0 a ON a.number = e.number
LEFT JOIN kbo_names_0 n ON n.id BETWEEN e.number * 256 AND e.number * 256 + 255
