// A partner in Node: npm graphql-ws over ws. Writes the id of each change it hears, a line each, until it has enough.
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

const [url, token, query, after, count] = process.argv.slice(2)
const client = createClient({ url, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` } })
let heard = 0
for await (const item of client.iterate({ query, variables: { after } })) {
  if (item.errors) throw new Error(JSON.stringify(item.errors))
  for (const change of item.data.changes.changes ?? []) console.log(change.id, (heard += 1))
  if (heard >= Number(count)) break
}
await client.dispose()
