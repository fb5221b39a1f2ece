// One appointment in one transaction: the statements that our register sends, in the same order.
import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { grouped, statement, status, text } from "./mandates.mjs";

const KEPT_FOR = 30 * 86_400_000_000;
const secret = randomBytes(32);
const refused = (reason) => ({ __typename: "Refusal", reason });

export async function appoint(input, { who, pool, facts }, told) {
  const now = Date.now() * 1000;
  const principal = who.name;
  const fingerprint = createHmac("sha256", secret).update(JSON.stringify(input)).digest();
  const before = await pool.query(statement("stored", [principal, input.idempotencyKey]));
  if (before.rows.length > 0) return refused("The key was used.");
  const enterprise = await facts.load(input.enterpriseNumber);
  const person = told.persons[input.person.nationalNumber];
  if (enterprise?.status !== "ACTIVE" || person === undefined) return refused("Unknown.");
  const session = await pool.connect();
  try {
    await session.query("BEGIN");
    const asked = { input, who, person, now, principal, fingerprint, readAt: text(now) };
    const made = await attempt(session, asked);
    await session.query("COMMIT");
    return made;
  } catch (error) {
    await session.query("ROLLBACK");
    throw error;
  } finally {
    session.release();
  }
}

async function attempt(session, { input, who, person, now, principal, fingerprint, readAt }) {
  const run = (name, values) => session.query(statement(name, values));
  const number = input.enterpriseNumber;
  await run("lock", [number]);
  const chart = grouped((await run("chart", [number])).rows).get(number);
  const inForce = chart.mandates.filter((each) => status(each, now) === "ACTIVE");
  if (!inForce.some((each) => each.person === who.person && each.role !== "DOMAIN")) return refused("Not entitled.");
  if (inForce.some((each) => each.person === person)) return refused("Already in office.");
  const { mandate, changes } = decided(input, who, person, now, chart.version);
  const { delegations } = mandate;
  const state = await run("state", [
    ...[number, chart.version, chart.version + changes.length],
    ...[now, person, who.name, mandate.id, mandate.email],
    delegations.map((each) => each.id),
    delegations.map((each) => each.domain),
    changes.length,
  ]);
  const { position, hash, stood_at: stoodAt } = state.rows[0];
  if (stoodAt !== chart.version) throw new Error("The enterprise has another version by now.");
  const first = position - changes.length + 1;
  const evidence = { readings: { enterprise: readAt, person: readAt }, rules: "1", function: null, rule: null };
  const answer = Buffer.from(JSON.stringify({ positions: changes.map((_, at) => first + at), mandate: mandate.id }));
  const stored = await run("log", [
    ...appended({ changes, mandate, number, person, now, actor: who.name, first, hash }),
    ...[first, position, JSON.stringify(evidence)],
    ...[principal, input.idempotencyKey, fingerprint, answer, now + KEPT_FOR, now],
  ]);
  if (stored.rows.length === 0) throw new Error("The key was used meanwhile.");
  return { __typename: "AppointmentMade", accessManager: answered(mandate, delegations, now) };
}

function decided(input, who, person, now, version) {
  const moment = text(now);
  const mandate = {
    appointedAt: moment,
    appointedBy: who.name,
    delegations: [],
    email: input.email,
    id: randomUUID(),
    person,
    role: "DOMAIN",
    standing: "IN_OFFICE",
    validFrom: moment,
  };
  const changes = [change("ACCESS_MANAGER_APPOINTED", version + 1, input, who, moment, mandate)];
  for (const domain of input.domains) {
    const delegation = {
      domain,
      grantedAt: moment,
      grantedBy: who.name,
      id: randomUUID(),
      standing: "IN_OFFICE",
      validFrom: moment,
    };
    mandate.delegations.push(delegation);
    mandate.delegations.sort((one, other) => (one.id < other.id ? -1 : 1));
    changes.push(change("DELEGATION_GRANTED", version + changes.length + 1, input, who, moment, mandate, delegation));
  }
  return { mandate, changes };
}

// A change with its canonical payload: keys sorted, no spaces, absent values left out.
function change(type, version, input, who, moment, mandate, delegation) {
  const id = randomUUID();
  const said = {
    actor: who.name,
    cause: "REQUEST",
    delegation,
    effectiveAt: moment,
    enterprise: input.enterpriseNumber,
    id,
    mandate,
    recordedAt: moment,
    role: mandate.role,
    type,
    version,
  };
  return { id, type, version, role: mandate.role, delegation, payload: JSON.stringify(said) };
}

// The changes in columns, then the hash that closes the log.
function appended({ changes, mandate, number, person, now, actor, first, hash }) {
  let newest = hash;
  const previous = [];
  const hashes = changes.map(({ payload }) => {
    previous.push(newest);
    newest = createHash("sha256").update(newest).update(payload).digest();
    return newest;
  });
  const column = (read) => changes.map(read);
  return [
    ...[number, person, mandate.id, now, actor],
    column((_, at) => first + at),
    column((each) => each.id),
    column((each) => each.version),
    column((each) => each.type),
    column((each) => each.role),
    column((each) => each.delegation?.domain ?? null),
    column((each) => each.delegation?.id ?? null),
    column((each) => each.payload),
    previous,
    hashes,
    newest,
  ];
}

const answered = (mandate, delegations, now) => ({
  id: mandate.id,
  role: mandate.role,
  status: "ACTIVE",
  validFrom: text(now),
  delegations: delegations.map((each) => ({
    id: each.id,
    domain: { code: each.domain },
    status: "ACTIVE",
    validFrom: text(now),
  })),
});
