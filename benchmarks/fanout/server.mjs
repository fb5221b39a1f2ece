// The peer: npm graphql-ws over ws on Node, with the same subscription as ours. Changes come from memory.
// POST /emit?count=N lets N changes happen, each to every subscriber; the port is the first line written.
import { createServer } from 'node:http'
import { buildSchema } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'

const schema = buildSchema(`
  type Query { ready: Boolean }
  type Subscription { changes(after: String): ChangeFeedItem! }
  union ChangeFeedItem = ChangeBatch | Checkpoint
  type ChangeBatch { from: String! to: String! changes: [Change!]! }
  type Checkpoint { from: String! to: String! }
  type Change { id: ID! type: String! recordedAt: String! effectiveAt: String! }
`)

const subscribers = new Set()
let position = 0

class Queue {
  waiting = []
  wake = null
  push(item) {
    if (this.wake) { const wake = this.wake; this.wake = null; wake({ value: item, done: false }) } else this.waiting.push(item)
  }
  next() {
    if (this.waiting.length) return Promise.resolve({ value: this.waiting.shift(), done: false })
    return new Promise((resolve) => { this.wake = resolve })
  }
  return() { subscribers.delete(this); this.wake?.({ value: undefined, done: true }); return Promise.resolve({ value: undefined, done: true }) }
  [Symbol.asyncIterator]() { return this }
}

const cursor = (at) => String(at).padStart(48, 'A')
const roots = {
  subscription: { changes: () => { const queue = new Queue(); subscribers.add(queue); return queue } },
}

function emit() {
  const from = cursor(position), to = cursor(++position), at = new Date().toISOString()
  const id = crypto.randomUUID()
  const change = { id, type: 'ENTERPRISE_WITHOUT_CHIEF', recordedAt: at, effectiveAt: at }
  const item = { changes: { __typename: 'ChangeBatch', from, to, changes: [change] } }
  for (const queue of subscribers) queue.push(item)
}

const server = createServer(async (request, response) => {
  const count = Number(new URL(request.url, 'http://localhost').searchParams.get('count') ?? 0)
  for (let each = 0; each < count; each++) {
    emit()
    await new Promise(setImmediate)
  }
  response.end(String(process.memoryUsage.rss()))
})
const sockets = new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false })
useServer({ schema, roots }, sockets)
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
