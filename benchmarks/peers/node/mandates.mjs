// Rows made into mandates, and where they stand.
import { readFileSync } from "node:fs";

const texts = new Map();

// A statement of ../statements, prepared once per connection under its name.
export function statement(name, values) {
  let sql = texts.get(name);
  if (sql === undefined) {
    sql = readFileSync(new URL(`../statements/${name}.sql`, import.meta.url), "utf8");
    texts.set(name, sql);
  }
  return { name, text: sql, values };
}

export function grouped(rows) {
  const charts = new Map();
  for (const row of rows) {
    let chart = charts.get(row.number);
    if (chart === undefined) charts.set(row.number, (chart = { version: row.version, mandates: [], byId: new Map() }));
    if (row.id === null) continue;
    let mandate = chart.byId.get(row.id);
    if (mandate === undefined) {
      chart.byId.set(row.id, (mandate = mandateOf(row)));
      chart.mandates.push(mandate);
    }
    if (row.delegation !== null) mandate.delegations.push(delegationOf(row));
  }
  for (const { mandates } of charts.values()) {
    mandates.sort(inOrder);
    for (const each of mandates) each.delegations.sort(inOrder);
  }
  return charts;
}

const mandateOf = (row) => ({
  id: row.id,
  enterprise: row.number,
  person: row.person,
  role: row.role,
  from: row.valid_from,
  until: row.valid_until,
  suspended: row.suspended_at,
  ended: row.ended_at,
  since: row.appointed_at,
  delegations: [],
});

const delegationOf = (row) => ({
  id: row.delegation,
  domain: row.domain,
  from: row.d_from,
  until: row.d_until,
  ended: row.d_ended,
  since: row.granted_at,
});

const inOrder = (one, other) => one.since - other.since || (one.id < other.id ? -1 : 1);

export function status({ from, until, suspended, ended }, now) {
  if ((ended !== null && ended <= now) || (until !== null && until <= now)) return "ENDED";
  if (from > now) return "SCHEDULED";
  return suspended != null && suspended <= now ? "SUSPENDED" : "ACTIVE";
}

const RANKS = { CHIEF: 0, CO_CHIEF: 1, DOMAIN: 2 };

// The chief first; a sort keeps those of one rank in their order.
export const ordered = (mandates) => mandates.sort((one, other) => RANKS[one.role] - RANKS[other.role]);

// Microseconds as text, without a fraction that is nothing.
export const text = (microseconds) => new Date(microseconds / 1000).toISOString().replace(".000Z", "Z");
