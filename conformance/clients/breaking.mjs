// What of an API schema breaks its clients, as graphql-js sees it. Usage: node breaking.mjs BEFORE.graphql AFTER.graphql …
import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { findBreakingChanges, parse } from 'graphql';

const apiSchema = (file) => {
  const typeDefs = parse(readFileSync(file, 'utf8'));
  const { errors, supergraphSdl } = composeServices([{ name: 'am', url: 'http://am.invalid', typeDefs }]);
  if (errors) throw new Error(errors.map((error) => error.message).join('\n'));
  return Supergraph.build(supergraphSdl, { supportedFeatures: null }).apiSchema().toGraphQLJSSchema();
};

const [before, ...after] = process.argv.slice(2);
const known = apiSchema(before);
console.log(JSON.stringify(after.map((file) =>
  findBreakingChanges(known, apiSchema(file)).map(({ type, description }) => ({ type, description })))));
