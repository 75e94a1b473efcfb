// Judges facts in the component, in Node. Make a module of it first:
//
//   npx @bytecodealliance/jco@1.35.0 transpile build/iofilter_certs_detector.wasm --name detector --out-dir build/node/detector
//   node examples/wasm/check.mjs build/node/detector/detector.js [facts.json]
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const exampleCase = new URL('../../tests/vectors/vp-cert-stale/older-copy-on-9080/input.json', import.meta.url);
const [module, file = exampleCase] = process.argv.slice(2);
const { judge } = await import(pathToFileURL(path.resolve(module)));

const given = JSON.parse(fs.readFileSync(file, 'utf8'));
try {
  const report = JSON.parse(judge.judgeFacts(JSON.stringify(given.facts ?? given), '{}'));
  for (const { place, diagnostic, follows_from } of report.findings) {
    if (follows_from === null) console.log(`${place.name}: ${diagnostic.code}: ${diagnostic.message}`);
  }
  console.log(`${report.hosts} hosts, ${report.verdict}`);
} catch (error) {
  // A fault of the component comes as an exception that carries it.
  console.error(error.payload?.val ?? error.message);
  process.exitCode = 1;
}
