// A supergraph of subgraphs that run, each asked for its SDL. Usage: node supergraph.mjs WRITTEN NAME=URL …
import { writeFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

const [written, ...named] = process.argv.slice(2);
const services = await Promise.all(named.map(async (each) => {
  const [name, url] = [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)];
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }) });
  const { data } = await answer.json();
  return { name, url, typeDefs: parse(data._service.sdl) };
}));
const { errors, supergraphSdl } = composeServices(services);
if (errors) throw new Error(errors.map((error) => error.message).join('\n'));
writeFileSync(written, supergraphSdl);
