// The server audits of npm graphql-http. Usage: node audits.mjs URL
import { serverAudits } from 'graphql-http';
import { check, finished } from './checks.mjs';

const url = process.argv[2];
// A query by GET must show that no page of another site sent it: a header that such a page cannot set unasked.
const named = (asked, init = {}) => fetch(asked, { ...init, headers: { ...init.headers, 'x-graphql-client': 'audits' } });
const count = { ok: 0, notice: 0, warn: 0, error: 0 };
for (const audit of serverAudits({ url, fetchFn: named })) {
  await check(`${audit.id} ${audit.name}`, async () => {
    const { status, reason } = await audit.fn();
    count[status] += 1;
    return status === 'ok' || `${status}: ${reason}`;
  });
}
finished(`${count.warn} warnings, ${count.notice} notices`);
