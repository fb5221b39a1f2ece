// @apollo/gateway on @apollo/server, with automatic persisted queries towards the subgraphs.
// Usage: node apollo-gateway.mjs SUPERGRAPH PORT
import { readFileSync } from 'node:fs';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

class Forwarding extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    for (const name of ['authorization', 'accept-language']) {
      if (context[name]) request.http.headers.set(name, context[name]);
    }
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(process.argv[2], 'utf8'),
  buildService: ({ url }) => new Forwarding({ url, apq: true }),
});
const server = new ApolloServer({ gateway });
await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: Number(process.argv[3]) },
  context: async ({ req }) => ({
    authorization: req.headers.authorization, 'accept-language': req.headers['accept-language'] }),
});
