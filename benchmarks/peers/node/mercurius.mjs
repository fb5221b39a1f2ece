import { mercuriusFederationPlugin } from "@mercuriusjs/federation";
import Fastify from "fastify";

// mercurius hands a reference resolver its empty arguments before the context.
function adapted({ Enterprise, ...others }) {
  const { __resolveReference: resolve, ...fields } = Enterprise;
  return { ...others, Enterprise: { ...fields, __resolveReference: (key, _, context) => resolve(key, context) } };
}

export async function serve({ typeDefs, resolvers, context }, port, jit) {
  const app = Fastify();
  await app.register(mercuriusFederationPlugin, {
    schema: typeDefs,
    resolvers: adapted(resolvers),
    context: (request) => context(request.headers),
    jit: jit ? 1 : 0,
  });
  await app.listen({ host: "127.0.0.1", port });
}
