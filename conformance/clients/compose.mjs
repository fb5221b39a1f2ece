// Three composers on our SDL with a neighbour's; writes the supergraph, once as it is and once for gateways that know
// no security directives. Usage: node compose.mjs OURS.graphql NEIGHBOUR.graphql OURS-URL NEIGHBOUR-URL WRITTEN.graphql
import { readFileSync, writeFileSync } from 'node:fs';
import { composeServices as apollo } from '@apollo/composition';
import { composeServices as guild } from '@theguild/federation-composition';
import { federateSubgraphs as wundergraph, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition';
import { parse } from 'graphql';

const [ours, theirs, oursUrl, theirsUrl, written] = process.argv.slice(2);
const subgraphs = [['am', oursUrl, ours], ['neighbour', theirsUrl, theirs]].map(([name, url, file]) => {
  const sdl = readFileSync(file, 'utf8');
  return { name, url, sdl, typeDefs: parse(sdl), definitions: parse(sdl) };
});
const messages = (errors) => (errors ?? []).map((error) => error.message);

const composed = apollo(subgraphs.map(({ name, url, typeDefs }) => ({ name, url, typeDefs })));
const federated = wundergraph({ subgraphs, version: ROUTER_COMPATIBILITY_VERSION_ONE });
console.log(JSON.stringify({
  '@apollo/composition': messages(composed.errors),
  '@theguild/federation-composition': messages(guild(subgraphs).errors),
  '@wundergraph/composition': federated.success ? [] : messages(federated.errors),
}));
if (composed.supergraphSdl) {
  // A gateway that knows nothing of security directives refuses a supergraph that says they are needed.
  const security = /(specs\.apollo\.dev\/(?:authenticated|requiresScopes|policy)\/v0\.1"), for: SECURITY/g;
  writeFileSync(written, composed.supergraphSdl);
  writeFileSync(written.replace(/\.graphql$/, '.plain.graphql'), composed.supergraphSdl.replace(security, '$1'));
}
