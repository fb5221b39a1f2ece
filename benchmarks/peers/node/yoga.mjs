import { createServer } from "node:http";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { useGraphQlJit } from "@envelop/graphql-jit";
import { parse } from "graphql";
import { createYoga } from "graphql-yoga";

export async function serve({ typeDefs, resolvers, context }, port, jit) {
  const yoga = createYoga({
    schema: buildSubgraphSchema({ typeDefs: parse(typeDefs), resolvers }),
    plugins: jit ? [useGraphQlJit()] : [],
    context: ({ request }) => context({ authorization: request.headers.get("authorization") }),
    graphiql: false,
    logging: false,
  });
  await new Promise((resolve) => createServer(yoga).listen(port, "127.0.0.1", resolve));
}
