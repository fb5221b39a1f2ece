// Counts checks that hold and names those that do not; the last line printed is read by `Figure.told`.
const results = new Map();
const LATE = 60_000;

export const within = (promise, ms = LATE) => {
  let timer;
  const late = new Promise((_, no) => { timer = setTimeout(() => no(new Error('too late')), ms); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

export const check = async (name, run) => {
  if (results.has(name)) throw new Error(`two checks are named ${name}`);
  try {
    const said = await within(run());
    results.set(name, said === undefined || said === true ? null : String(said));
  } catch (error) {
    results.set(name, error?.message ?? String(error));
  }
};

export const same = (seen, wanted) => JSON.stringify(seen) === JSON.stringify(wanted) ||
  `${JSON.stringify(seen)} instead of ${JSON.stringify(wanted)}`;

export const finished = (remark = '') => {
  const failures = [...results].filter(([, said]) => said !== null).map(([name, said]) => `${name}: ${said}`);
  console.log(JSON.stringify({ passed: results.size - failures.length, asked: results.size, failures, remark }));
  process.exit(0);
};

// Somebody who may announce outages does so until the listener has heard of one: no pause guesses when it listens.
export const announcing = (url, operator) => async (heard) => {
  const input = { kind: 'UNPLANNED', service: 'WEB_SERVICE', startsAt: '2027-01-01T00:00:00Z',
    description: [{ language: 'NL', text: 'Storing' }] };
  const query = `mutation A($input: AnnounceOutageInput!) { announceOutage(input: $input) {
    __typename ... on Outage { id } ... on Refusal { problems { code path } } } }`;
  const announced = [];
  for (;;) {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ query, variables: { input } }),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${operator}` } });
    const said = await answer.json();
    const id = said.data?.announceOutage?.id;
    if (!id) throw new Error(JSON.stringify(said));
    announced.push(id);
    const found = await heard(announced);
    if (found) return found;
  }
};

// A list that grows, and a look at it: resolves true when it holds what is wanted, false after a while.
export const soon = async (holds, ms = 2000) => {
  for (const end = Date.now() + ms; Date.now() < end;) {
    if (holds()) return true;
    await new Promise((yes) => setTimeout(yes, 25));
  }
  return holds();
};
