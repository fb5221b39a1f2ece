// One WebSocket, spoken frame by frame.
import WebSocket from 'ws';

export const subscribe = (id, query, more = {}) => ({ id, type: 'subscribe', payload: { query, ...more } });

export const talking = (url) => {
  const talk = ({ protocol = 'graphql-transport-ws', headers = {} } = {}) => new Promise((yes, no) => {
    const socket = new WebSocket(url, protocol ? [protocol] : [], { headers });
    const inbox = [];
    const waiting = [];
    let closed;
    const turn = () => { while (waiting.length && (inbox.length || closed)) waiting.shift()(inbox.shift() ?? { closed }); };
    socket.on('message', (data) => { inbox.push(JSON.parse(data)); turn(); });
    socket.on('close', (code) => { closed = code; turn(); });
    socket.on('unexpected-response', (_, response) => { no(new Error(`status ${response.statusCode}`)); });
    socket.on('error', no);
    const hear = () => new Promise((heard) => { waiting.push(heard); turn(); });
    socket.on('open', () => yes({
      say: (...frames) => frames.forEach((f) => socket.send(
        typeof f === 'string' || Buffer.isBuffer(f) ? f : JSON.stringify(f))),
      hear,
      until: async (wanted) => { for (;;) { const it = await hear(); if (it.closed || it.type === wanted) return it; } },
      closing: async () => { for (;;) { const it = await hear(); if (it.closed) return it.closed; } },
      end: () => socket.terminate(),
      socket,
    }));
  });
  const begun = async (payload) => {
    const it = await talk();
    it.say(payload === undefined ? { type: 'connection_init' } : { type: 'connection_init', payload });
    const ack = await it.hear();
    if (ack.type !== 'connection_ack') throw new Error(`no acknowledgement but ${JSON.stringify(ack)}`);
    return it;
  };
  return { talk, begun };
};
