// graphql-transport-ws, asked by npm graphql-ws and frame by frame. Usage: node sockets.mjs WS-URL TOKEN OPERATOR AFTER
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { announcing, check, finished, same, soon } from './checks.mjs';
import { subscribe, talking } from './talking.mjs';

const [url, token, operator, after] = process.argv.slice(2);
const announced = announcing(url.replace('ws', 'http'), operator);
const { talk, begun } = talking(url);

// With npm graphql-ws.
const LONG = 'subscription { outages { id } }';
const client = (more = {}) =>
  createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, lazy: true, ...more });
const first = (asked, payload, options) => new Promise((yes, no) => {
  const one = client(options);
  let seen;
  one.subscribe(payload, {
    next: (value) => { seen ??= value; if (asked === 1) yes(value); },
    error: (error) => { if (Array.isArray(error)) yes({ errors: error }); else no(error); },
    complete: () => yes(seen),
  });
});
const authorised = { connectionParams: { authorization: `Bearer ${token}`, Authorization: `Bearer ${token}` } };
await check('npm graphql-ws: a query over the socket', async () =>
  (await first(0, { query: '{ domains { code } }' })).data.domains.length === 20);
await check('npm graphql-ws: a named operation with variables', async () =>
  (await first(0, { query: 'query D($c: ID!) { domain(code: $c) { code } } query E { __typename }',
    operationName: 'D', variables: { c: 'FINANCE' } })).data.domain.code === 'FINANCE');
await check('npm graphql-ws: a validation error is an error of its own', async () =>
  (await first(0, { query: '{ nope }' })).errors[0].extensions.code === 'GRAPHQL_VALIDATION_FAILED');
await check('npm graphql-ws: a syntax error leaves the socket open', async () => {
  const one = client();
  const ask = (query) => new Promise((yes, no) => {
    one.subscribe({ query }, { next: yes, error: (e) => (Array.isArray(e) ? yes({ errors: e }) : no(e)), complete() {} });
  });
  const hold = ask('subscription { outages { id } }');
  const errors = await ask('{');
  const answer = await ask('{ __typename }');
  void hold;
  await one.dispose();
  return errors.errors[0].extensions.code === 'GRAPHQL_PARSE_FAILED' && answer.data.__typename === 'Query';
});
await check('npm graphql-ws: whoever is known may follow the feed', async () => {
  const query = 'subscription F($after: Cursor) { changes(after: $after) { __typename } }';
  return same((await first(1, { query, variables: { after } }, authorised)).data.changes.__typename, 'ChangeBatch');
});
await check('npm graphql-ws: an event caused by a mutation arrives', async () => {
  const one = client(authorised);
  const heard = [];
  one.subscribe({ query: LONG }, { next: (value) => heard.push(value.data.outages.id), error() {}, complete() {} });
  await announced((ids) => soon(() => ids.some((id) => heard.includes(id))));
  await one.dispose();
});
await check('npm graphql-ws: nobody unknown may follow the feed', async () =>
  (await first(0, { query: 'subscription { changes { __typename } }' })).errors.length > 0);

// Frame by frame.
const closes = (name, code, ...frames) => check(`${name} closes ${code}`, async () => {
  const it = await begun();
  it.say(...frames);
  return same(await it.closing(), code);
});
const closesBefore = (name, code, ...frames) => check(`${name} closes ${code}`, async () => {
  const it = await talk();
  it.say(...frames);
  return same(await it.closing(), code);
});
for (const [name, frame] of Object.entries({
  'a number': '1', 'a string': '"x"', null: 'null', true: 'true', 'a list': '[]', 'no JSON': '{', 'an empty frame': '',
  'an object without type': '{}', 'a type that is a number': '{"type":1}', 'an unknown type': '{"type":"start"}',
  'a binary frame': Buffer.from('{"type":"ping"}'), 'deep JSON': '['.repeat(20000), 'a lone surrogate': '{"type":"\\ud800"}',
})) {
  await closes(`${name} after the acknowledgement`, 4400, frame);
  await closesBefore(`${name} as the first frame`, 4400, frame);
}
for (const [name, frame] of Object.entries({
  'a subscription without an id': { type: 'subscribe', payload: { query: LONG } },
  'an id that is a number': { ...subscribe('1', LONG), id: 1 },
  'an empty id': subscribe('', LONG),
  'a subscription without a payload': { id: '1', type: 'subscribe' },
  'a payload that is a list': { id: '1', type: 'subscribe', payload: [] },
  'a query that is a number': subscribe('1', 1),
  'variables that are a list': subscribe('1', LONG, { variables: [] }),
  'variables that are a text': subscribe('1', LONG, { variables: 'x' }),
  'an operation name that is a number': subscribe('1', LONG, { operationName: 1 }),
  'extensions that are a list': subscribe('1', LONG, { extensions: [] }),
  'a complete without an id': { type: 'complete' },
  'a ping with a payload that is a text': { type: 'ping', payload: 'x' },
})) await closes(name, 4400, frame);
await closesBefore('a subscription before connection_init', 4401, subscribe('1', LONG));
await closes('a second connection_init', 4429, { type: 'connection_init' });
await closesBefore('a second connection_init at once', 4429, { type: 'connection_init' }, { type: 'connection_init' });
await closes('an id in use', 4409, subscribe('1', LONG), subscribe('1', LONG));
await check('connection_init may have a payload that is null', async () => { (await begun(null)).end(); });
await check('connection_init may have an object as payload', async () => { (await begun({})).end(); });
await closesBefore('connection_init with a text as payload', 4400, { type: 'connection_init', payload: 'x' });
await closesBefore('a token that is none', 4403, { type: 'connection_init', payload: { authorization: 'Bearer x' } });
await check('a ping is answered with its payload', async () => {
  const it = await begun();
  it.say({ type: 'ping', payload: { n: 1 } });
  const said = await it.until('pong');
  it.end();
  return same(said, { type: 'pong', payload: { n: 1 } });
});
await check('a ping is answered before connection_init', async () => {
  const it = await talk();
  it.say({ type: 'ping' });
  const said = await it.hear();
  it.end();
  return same(said.type, 'pong');
});
await check('a pong unasked changes nothing', async () => {
  const it = await begun();
  it.say({ type: 'pong' }, { type: 'pong', payload: null }, { type: 'ping' });
  const said = await it.hear();
  it.end();
  return same(said.type, 'pong');
});
await check('a complete for an unknown id changes nothing', async () => {
  const it = await begun();
  it.say({ id: 'unknown', type: 'complete' }, { type: 'ping' });
  const said = await it.hear();
  it.end();
  return same(said.type, 'pong');
});
await check('an id may be used again after complete', async () => {
  const it = await begun();
  it.say(subscribe('1', LONG), { id: '1', type: 'complete' }, subscribe('1', '{ __typename }'));
  const said = await it.until('next');
  it.end();
  return same(said.payload, { data: { __typename: 'Query' } });
});
await check('a query is answered by next and complete', async () => {
  const it = await begun();
  it.say(subscribe('q', '{ __typename }'));
  const seen = [await it.hear(), await it.hear()].map((each) => `${each.type} ${each.id}`);
  it.end();
  return same(seen, ['next q', 'complete q']);
});
await check('an error is the last message of its id', async () => {
  const it = await begun();
  it.say(subscribe('e', '{ nope }'), { type: 'ping' });
  const seen = [await it.hear(), await it.hear()].map((each) => each.type).sort();
  it.end();
  return same(seen, ['error', 'pong']);
});
await check('several operations without a name are refused for that id only', async () => {
  const it = await begun();
  it.say(subscribe('e', 'query A { __typename } query B { __typename }'), subscribe('q', '{ __typename }'));
  const seen = [];
  for (let i = 0; i < 3; i += 1) seen.push(await it.hear());
  it.end();
  return same(seen.map((each) => `${each.type} ${each.id}`).sort(), ['complete q', 'error e', 'next q']);
});
await check('no sub-protocol closes 4406', async () => same(await (await talk({ protocol: null })).closing(), 4406));
await check('the old sub-protocol is not spoken', async () => {
  try {
    return same(await (await talk({ protocol: 'graphql-ws' })).closing(), 4406);
  } catch (error) {
    return error.message === 'Server sent no subprotocol' || error.message;
  }
});
await check('a page of another origin is not let in', async () => {
  try {
    const it = await talk({ headers: { origin: 'https://elsewhere.example' } });
    const code = await it.closing();
    return code === 4403 || `closed ${code}`;
  } catch (error) {
    return error.message === 'status 403' || error.message;
  }
});
await check('operations one after another on one socket, each answered', async () => {
  const it = await begun();
  for (let n = 0; n < 100; n += 1) {
    it.say(subscribe(`n${n}`, '{ __typename }'));
    const said = [await it.hear(), await it.hear()].map((each) => each.type);
    if (said.join() !== 'next,complete') throw new Error(said.join());
  }
  it.end();
});

await check('one operation too many is refused for its id only', async () => {
  const it = await begun();
  for (let n = 0; n < 300; n += 1) it.say(subscribe(`n${n}`, LONG));
  const refused = await it.until('error');
  it.say({ id: 'n0', type: 'complete' }, { type: 'ping' });
  const said = await it.until('pong');
  it.end();
  return refused.payload?.[0].extensions.code === 'TOO_MANY_OPERATIONS' && said.type === 'pong' || JSON.stringify(refused);
});


await check('nothing follows a complete of the client', async () => {
  const [it, other] = [await begun({ authorization: `Bearer ${token}` }), await begun({ authorization: `Bearer ${token}` })];
  it.say(subscribe('gone', LONG), { id: 'gone', type: 'complete' }, { type: 'ping' });
  // What was current may still come before the complete is read; when the ping is answered it has been.
  await it.until('pong');
  other.say(subscribe('held', LONG));
  const held = [];
  const listening = (async () => {
    for (;;) {
      const said = await other.hear();
      if (said.closed) return;
      held.push(said.payload?.data?.outages?.id);
    }
  })();
  await announced((ids) => soon(() => ids.some((id) => held.includes(id))));
  it.say({ type: 'ping' });
  const said = await it.hear();
  other.end();
  await listening;
  it.end();
  return same(said.type, 'pong');
});
await check('an id may be used again after the server has completed it', async () => {
  const it = await begun();
  const seen = [];
  for (let n = 0; n < 2; n += 1) {
    it.say(subscribe('again', '{ __typename }'));
    seen.push((await it.hear()).type, (await it.hear()).type);
  }
  it.end();
  return same(seen, ['next', 'complete', 'next', 'complete']);
});
await check('the payload of an error is a list of errors with messages', async () => {
  const it = await begun();
  it.say(subscribe('e', '{ nope }'));
  const said = await it.until('error');
  it.end();
  return Array.isArray(said.payload) && said.payload.every((each) => typeof each.message === 'string') && said.id === 'e';
});
await check('a variable that is wrong is an error of its id', async () => {
  const it = await begun();
  it.say(subscribe('v', 'query D($c: ID!) { domain(code: $c) { code } }', { variables: {} }));
  const said = await it.until('error');
  it.end();
  return same([said.id, said.payload[0].extensions.code], ['v', 'BAD_USER_INPUT']);
});
await check('no connection_init in time closes 4408', async () => same(await (await talk()).closing(), 4408));

// Below the protocol: frames that RFC 6455 forbids, written as bytes.
const raw = (name, codes, bytes) => check(`${name} closes ${codes.join(' or ')}`, async () => {
  const it = await begun();
  it.socket._socket.write(Buffer.from(bytes));
  const code = await it.closing();
  return codes.includes(code) || `closed ${code}`;
});
const masked = (first, payload) => [first, 0x80 | payload.length, 0, 0, 0, 0, ...payload];
await raw('a text that is no UTF-8', [1007], masked(0x81, [0xff, 0xfe]));
await raw('a frame without a mask', [1002], [0x81, 0x02, 0x7b, 0x7d]);
await raw('an operation code of nobody', [1002], masked(0x83, [0x7b, 0x7d]));
await raw('a reserved bit', [1002], masked(0xf1, [0x7b, 0x7d]));
await raw('a continuation of nothing', [1002], masked(0x80, [0x7b, 0x7d]));
await raw('a control frame in fragments', [1002], masked(0x09, []));
await raw('a closing frame with half a code', [1002], masked(0x88, [0x03]));
await raw('a message longer than is read', [1009], [0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
await check('a message in fragments is read as one', async () => {
  const it = await begun();
  const text = JSON.stringify({ type: 'ping', payload: { whole: true } });
  it.socket.send(text.slice(0, 9), { fin: false });
  it.socket.send(text.slice(9), { fin: true });
  const said = await it.until('pong');
  it.end();
  return same(said.payload, { whole: true });
});
await check('half a frame and then nobody disturbs no one', async () => {
  const it = await begun();
  it.socket._socket.write(Buffer.from([0x81, 0xfe]));
  it.end();
  const other = await begun();
  other.say({ type: 'ping' });
  const said = await other.hear();
  other.end();
  return same(said.type, 'pong');
});

finished();
