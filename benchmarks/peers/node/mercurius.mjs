import { mercuriusFederationPlugin } from "@mercuriusjs/federation";
import Fastify from "fastify";

export async function serve({ typeDefs, resolvers, context }, port, jit) {
  const app = Fastify();
  await app.register(mercuriusFederationPlugin, {
    schema: typeDefs,
    resolvers,
    context: (request) => context(request.headers),
    jit: jit ? 1 : 0,
  });
  await app.listen({ host: "127.0.0.1", port });
}
