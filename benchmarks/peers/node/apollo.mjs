import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";

export async function serve({ typeDefs, resolvers, context }, port) {
  const server = new ApolloServer({
    schema: buildSubgraphSchema({ typeDefs: parse(typeDefs), resolvers }),
    introspection: false,
  });
  await startStandaloneServer(server, {
    listen: { host: "127.0.0.1", port },
    context: ({ req }) => context(req.headers),
  });
}
