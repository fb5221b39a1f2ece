// A second subgraph: extends Enterprise and refers to AccessManager. Usage: node neighbour.mjs PORT
import { readFileSync } from 'node:fs';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

const typeDefs = parse(readFileSync(new URL('../neighbour.graphql', import.meta.url), 'utf8'));
const workplaces = (process.env.WORKPLACES ?? '').split(',').filter(Boolean);
const cards = new Map();

const printed = (holder) => {
  const card = { id: `card-${cards.size + 1}`, holder: { id: holder }, secret: 'unseen' };
  cards.set(card.id, card);
  return card;
};

const resolvers = {
  Query: {
    cards: () => [...cards.values()],
    card: (_, { id }) => cards.get(id),
    workplaces: () => workplaces.map((enterpriseNumber) => ({ enterpriseNumber })),
  },
  Mutation: { printCard: (_, { holder }) => printed(holder) },
  AccessCard: { __resolveReference: ({ id }) => cards.get(id) },
  AccessManager: { cards: ({ id }) => [...cards.values()].filter((card) => card.holder.id === id) },
  Enterprise: {
    __resolveReference: (reference) => reference,
    floors: ({ enterpriseNumber }) => Number(enterpriseNumber) % 7,
    versionLabel: ({ version }) => `version ${version}`,
  },
};

const server = new ApolloServer({ schema: buildSubgraphSchema({ typeDefs, resolvers }) });
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: Number(process.argv[2]) } });
console.log(url);
