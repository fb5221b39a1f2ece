// Hive Gateway: subscriptions upstream by SSE (its default), WebSocket or HTTP callback, as UPSTREAM says.
import { defineConfig } from '@graphql-hive/gateway';
import { MemPubSub } from '@graphql-hive/pubsub';

const upstream = {
  sse: {},
  ws: { am: { options: { subscriptions: { kind: 'ws', location: '/graphql',
    options: { connectionParams: { authorization: '{context.headers.authorization}' } } } } } },
  callback: { am: { options: { subscriptions: { kind: 'http-callback', options: {
    public_url: `http://127.0.0.1:${process.env.GATEWAY_PORT}/callback`, path: '/callback', heartbeat_interval: 3000,
  } } } } },
};

export const gatewayConfig = defineConfig({
  transportEntries: upstream[process.env.UPSTREAM ?? 'sse'],
  webhooks: true,
  pubsub: new MemPubSub(),
  graphqlEndpoint: process.env.GATEWAY_PATH ?? '/graphql',
  propagateHeaders: { fromClientToSubgraphs: ({ request }) => ({
    authorization: request.headers.get('authorization'),
    'accept-language': request.headers.get('accept-language'),
  }) },
});
