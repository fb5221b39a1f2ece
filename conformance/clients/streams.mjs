// Server-sent events by npm graphql-sse (distinct connections), multipart subscriptions by Apollo Client and npm meros.
// Usage: node streams.mjs URL TOKEN OPERATOR AFTER
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client/core';
import { createClient } from 'graphql-sse';
import { meros } from 'meros/browser';
import { announcing, check, finished, same, soon } from './checks.mjs';

const [url, token, operator, after] = process.argv.slice(2);
// graphql-sse tells a refused connection to its sink, and a second time as a rejection that nobody awaits.
process.on('unhandledRejection', () => {});
const announced = announcing(url, operator);
const OUTAGES = 'subscription { outages { id } }';
const FEED = 'subscription F($after: Cursor) { changes(after: $after) { __typename } }';
const CODES = '{ domains { code } }';
// What waits for a checkpoint waits ten seconds: those do so together.
const waiting = [];
const meanwhile = (checked) => waiting.push(checked);
const known = { authorization: `Bearer ${token}` };

const sse = (headers = {}) => createClient({ url, headers, singleConnection: false, retryAttempts: 0 });
const all = (payload, headers, enough = Infinity) => new Promise((yes, no) => {
  const seen = [];
  const stop = sse(headers).subscribe(payload, {
    next: (value) => { seen.push(value); if (seen.length >= enough) { stop(); yes(seen); } },
    error: no,
    complete: () => yes(seen),
  });
});
const told = async (payload, headers, pattern) => {
  try { return (await all(payload, headers, 1))[0].errors.length > 0; } catch (error) { return pattern.test(error.message) || error.message; }
};
await check('graphql-sse: a query is one event and the end', async () => {
  const seen = await all({ query: CODES });
  return seen.length === 1 && seen[0].data.domains.length === 20;
});
await check('graphql-sse: variables and a name', async () => {
  const seen = await all({ query: 'query D($c: ID!) { domain(code: $c) { code } } query E { __typename }',
    operationName: 'D', variables: { c: 'FINANCE' } });
  return seen[0].data.domain.code === 'FINANCE';
});
await check('graphql-sse: a mutation is one event and the end', async () => {
  const seen = await all({ query: 'mutation { endAppointment(input: { accessManagerId: "nobody" }) { __typename } }' });
  return seen.length === 1 && JSON.stringify(seen[0]).includes('endAppointment');
});
await check('graphql-sse: a validation error is told', () => told({ query: '{ nope }' }, {}, /400|valid|nope/i));
await check('graphql-sse: a syntax error is told', () => told({ query: '{' }, {}, /400|syntax/i));
await check('graphql-sse: nobody unknown may follow the feed', () => told({ query: FEED }, {}, /40[013]/));
await check('graphql-sse: a wrong token is refused', () => told({ query: FEED }, { authorization: 'Bearer x' }, /401|unauth/i));
await check('graphql-sse: a cursor that is none is told', async () => {
  const [seen] = await all({ query: FEED, variables: { after: 'nonsense' } }, known);
  return 'errors' in seen || same(seen.data.changes.__typename, 'FeedInterrupted');
});
await check('graphql-sse: the feed is replayed', async () => {
  const [seen] = await all({ query: FEED, variables: { after } }, known, 1);
  return same(seen.data.changes.__typename, 'ChangeBatch');
});
meanwhile(check('graphql-sse: an error of one event is told with it, and the stream goes on', async () => {
  const query = `subscription F($after: Cursor) { changes(after: $after) { ... on ChangeBatch { changes {
    accessManager { person { id nationalNumber } } } } ... on Checkpoint { __typename } } }`;
  const seen = await all({ query, variables: { after } }, { authorization: `Bearer ${operator}` }, 2);
  const failed = seen.find((each) => each.errors);
  return failed?.data.changes.changes.length > 0 && seen.some((each) => !each.errors) || JSON.stringify(seen);
}));
await check('graphql-sse: an event caused by a mutation arrives', async () => {
  const heard = [];
  const stop = sse(known).subscribe({ query: OUTAGES },
    { next: (value) => heard.push(value.data.outages.id), error() {}, complete() {} });
  await announced((ids) => soon(() => ids.some((id) => heard.includes(id))));
  stop();
});
await check('graphql-sse: what is cancelled ends quietly', async () => {
  const seen = [];
  const stop = sse(known).subscribe({ query: FEED, variables: { after } },
    { next: () => seen.push('next'), error: (error) => seen.push(String(error)), complete: () => seen.push('complete') });
  await soon(() => seen.length > 0, 15_000);
  stop();
  await soon(() => seen.includes('complete'), 15_000);
  return same(seen.filter((each) => each !== 'next'), ['complete']);
});

const apollo = (headers) => new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: url, headers }) });
await check('Apollo Client: a query', async () =>
  (await apollo(known).query({ query: gql(CODES) })).data.domains.length === 20);
await check('Apollo Client: a multipart subscription hears an event caused by a mutation', async () => {
  const heard = [];
  const held = apollo(known).subscribe({ query: gql(OUTAGES) }).subscribe({
    next: (value) => heard.push(value.data?.outages.id ?? value.error), error: (error) => heard.push(error) });
  await announced((ids) => soon(() => ids.some((id) => heard.includes(id))));
  held.unsubscribe();
  return heard.every((each) => typeof each === 'string') || String(heard);
});
await check('Apollo Client: an error of a multipart subscription is told', async () => new Promise((yes) => {
  apollo({}).subscribe({ query: gql(FEED) }).subscribe({
    next: (value) => yes(value.error !== undefined || JSON.stringify(value)), error: () => yes(true) });
}));
meanwhile(check('Apollo Client: a multipart subscription outlives its heartbeats', async () => {
  const seen = [];
  // A checkpoint comes ten seconds after the last event, and a heartbeat every five.
  const held = apollo(known).subscribe({ query: gql(FEED) }).subscribe({
    next: (value) => seen.push(value.error?.message ?? value.data.changes.__typename), error: (error) => seen.push(error.message) });
  await soon(() => seen.length > 0, 25_000);
  held.unsubscribe();
  return same(seen, ['Checkpoint']);
}));
const parts = async (query, variables, enough, more = async () => {}) => {
  const asked = new AbortController();
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ query, variables }), signal: asked.signal,
    headers: { ...known, 'content-type': 'application/json', accept: 'multipart/mixed;subscriptionSpec=1.0, application/json' } });
  const stream = await meros(answer);
  if (!(Symbol.asyncIterator in stream)) throw new Error(`no parts but ${answer.headers.get('content-type')}`);
  const seen = [];
  const reading = (async () => {
    for await (const part of stream) {
      if (!part.json) throw new Error('a part that is no JSON');
      seen.push(part.body);
      if (enough(seen)) break;
    }
  })();
  await more(seen);
  await reading;
  asked.abort();
  return seen;
};
meanwhile(check('meros: the parts of a multipart subscription are JSON, heartbeats included', async () => {
  const seen = await parts(FEED, {}, (all) => all.some((each) => each.payload));
  return seen.some((each) => !each.payload) && same(seen.at(-1).payload.data.changes.__typename, 'Checkpoint');
}));
await check('meros: an event caused by a mutation arrives', async () => {
  const ids = (seen) => seen.map((each) => each.payload?.data?.outages?.id);
  let wanted = [];
  await parts(OUTAGES, {}, (seen) => ids(seen).some((id) => wanted.includes(id)), (seen) =>
    announced((known) => { wanted = known; return soon(() => ids(seen).some((id) => known.includes(id))); }));
});

await Promise.all(waiting);
finished();
