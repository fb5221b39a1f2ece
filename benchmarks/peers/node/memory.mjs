// The schema over data in memory: plain functions, as nothing has to be waited for.
import { readFileSync } from "node:fs";

export const typeDefs = readFileSync(new URL("../subgraph.graphql", import.meta.url), "utf8");

const enterprises = new Map(
  JSON.parse(readFileSync(process.env.BENCH_DATA, "utf8")).map((each) => [each.enterpriseNumber, each]),
);
const managers = (enterprise) => enterprise.managers;

export const resolvers = {
  Query: {
    enterprise: (_, { enterpriseNumber }) => enterprises.get(enterpriseNumber),
  },
  Enterprise: {
    __resolveReference: ({ enterpriseNumber }) => enterprises.get(enterpriseNumber),
    chiefAccessManager: (enterprise) => managers(enterprise).find((each) => each.role === "CHIEF"),
    coChiefAccessManagers: (enterprise) => managers(enterprise).filter((each) => each.role === "CO_CHIEF"),
    accessManagers: managers,
  },
};

export const context = async () => ({});
