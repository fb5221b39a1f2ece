// The same SDL without descriptions. Usage: node without-prose.mjs READ WRITTEN
import { readFileSync, writeFileSync } from 'node:fs';
import { parse, print, visit } from 'graphql';

const [read, written] = process.argv.slice(2);
const silent = (node) => (node.description ? { ...node, description: undefined } : undefined);
writeFileSync(written, print(visit(parse(readFileSync(read, 'utf8')), { enter: silent })));
