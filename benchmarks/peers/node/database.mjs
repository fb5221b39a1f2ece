// The schema over PostgreSQL: a loader for each level, and the statements that the Python servers send too.
import { readFileSync } from "node:fs";
import DataLoader from "dataloader";
import { createLocalJWKSet, jwtVerify } from "jose";
import pg from "pg";
import { appoint } from "./appointing.mjs";
import { grouped, ordered, statement, status, text } from "./mandates.mjs";

pg.types.setTypeParser(pg.types.builtins.INT8, Number);

const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const told = JSON.parse(readFileSync(process.env.BENCH_DATA, "utf8"));
const served = new Set(told.served);
const keys = createLocalJWKSet(told.jwks);
const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE, max: 12 });
const verified = new Map();
const STATUSES = { AC: "ACTIVE", ST: "STOPPED" };

export const typeDefs = read("subgraph.graphql") + read("appointing.graphql");

async function actor(authorization) {
  const token = authorization?.replace(/^Bearer /i, "");
  let known = verified.get(token);
  if (known === undefined) {
    const { payload } = await jwtVerify(token, keys, { issuer: told.issuer, audience: ["btb", "btb-systems"] });
    known = {
      name: payload.egovNRN ? `PERSON:${told.persons[payload.egovNRN]}` : `CLIENT:${payload.client_id}`,
      person: told.persons[payload.egovNRN],
      scopes: new Set((payload.scope ?? "").split(" ")),
      expires: payload.exp * 1000,
    };
    verified.set(token, known);
  }
  if (known.expires < Date.now()) throw new Error("This token has expired.");
  return known;
}

// One has a statement of its own, as ours has: with a list, PostgreSQL plans anew each time.
const ofOneOrMany = (one, many, numbers) =>
  numbers.length === 1 ? statement(one, numbers) : statement(many, [numbers]);

async function facts(numbers) {
  const { rows } = await pool.query(ofOneOrMany("fact", "facts", numbers));
  const found = new Map(rows.map((row) => [String(row.number).padStart(10, "0"), row]));
  return numbers.map((number) => {
    const row = found.get(number);
    return row === undefined ? null : enterprise(number, row);
  });
}

const enterprise = (enterpriseNumber, row) => ({
  enterpriseNumber,
  name: row.name,
  status: STATUSES[row.status],
  juridicalForm: { code: row.form, label: told.forms[row.form] },
  address: {
    street: row.street,
    houseNumber: row.house_number,
    postalCode: row.postal_code,
    municipality: row.municipality,
  },
});

async function charts(numbers) {
  const { rows } = await pool.query(ofOneOrMany("chart", "charts", numbers));
  const found = grouped(rows);
  return numbers.map((number) => found.get(number)?.mandates ?? []);
}

const disclosing = (who) => async (shown) => {
  const subjects = shown.map((each) => each.person);
  const enterprises = shown.map((each) => each.enterprise);
  await pool.query(statement("disclose", [Date.now() * 1000, who.name, subjects, enterprises]));
  return shown.map(() => true);
};

export async function context(headers) {
  const who = await actor(headers.authorization);
  return {
    who,
    pool,
    facts: new DataLoader(facts, { maxBatchSize: 1000 }),
    charts: new DataLoader(charts, { maxBatchSize: 1000 }),
    disclosures: new DataLoader(disclosing(who), { cacheKeyFn: (each) => each.person + each.enterprise }),
  };
}

async function shown(enterprise, { who, charts, disclosures }, choose) {
  if (!who.scopes.has("btb:mandates:read") && who.person === undefined) throw new Error("Not allowed.");
  const now = Date.now() * 1000;
  const mandates = (await charts.load(enterprise.enterpriseNumber)).filter((each) => status(each, now) !== "ENDED");
  const found = mandates.filter(choose).map((each) => visible(each, now)).filter((each) => each !== null);
  await disclosures.loadMany(found);
  return found;
}

function visible(mandate, now) {
  const delegations = mandate.delegations.filter((each) => served.has(each.domain) && status(each, now) === "ACTIVE");
  if (mandate.role === "DOMAIN" && delegations.length === 0) return null;
  return {
    id: mandate.id,
    person: mandate.person,
    enterprise: mandate.enterprise,
    role: mandate.role,
    status: status(mandate, now),
    validFrom: text(mandate.from),
    delegations: delegations.map((each) => ({
      id: each.id,
      domain: { code: each.domain },
      status: status(each, now),
      validFrom: text(each.from),
    })),
  };
}

export const resolvers = {
  Query: {
    enterprise: (_, { enterpriseNumber }, { facts }) => facts.load(enterpriseNumber),
  },
  Mutation: {
    appointAccessManager: (_, { input }, context) => appoint(input, context, told),
  },
  Enterprise: {
    __resolveReference: ({ enterpriseNumber }, { facts }) => facts.load(enterpriseNumber),
    chiefAccessManager: async (parent, _, context) => (await shown(parent, context, (each) => each.role === "CHIEF"))[0],
    coChiefAccessManagers: (parent, _, context) => shown(parent, context, (each) => each.role === "CO_CHIEF"),
    accessManagers: async (parent, _, context) => ordered(await shown(parent, context, () => true)),
  },
};
