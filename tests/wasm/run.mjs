// Plays every vector through the component in Node, and compares the reports byte by byte.
//
//   node run.mjs MODULE VECTORS
//
// MODULE is what `jco transpile` made of the component. Prints one line a case; exits with 1 when one fails, and with 2
// when there are none.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [module, vectors] = process.argv.slice(2);
const { detect, judge } = await import(pathToFileURL(path.resolve(module)));

function report(input) {
  if (input.kind === 'judge') return judge.judgeFacts(JSON.stringify(input.facts), JSON.stringify(input.policy));
  return play(input);
}

// Drives a survey through a transcript; at every rest it is taken out, and put back as another one.
function play({ job, now, exchanges, policy = {} }) {
  let survey = detect.Survey.start(JSON.stringify(job), BigInt(now));
  const open = [];
  let asked = 0;
  let input = { tag: 'wake' };
  for (;;) {
    survey.handle(BigInt(now), input);
    let output = survey.poll();
    for (; output.tag === 'request' || output.tag === 'progress'; output = survey.poll()) {
      if (output.tag === 'progress') continue;
      assert.deepEqual(look(output.val.look), exchanges[asked]?.request, `request ${output.val.id}`);
      open.push([output.val.id, exchanges[asked++]]);
    }
    survey = detect.Survey.restore(survey.snapshot());
    if (output.tag === 'done') {
      assert.equal(asked, exchanges.length, 'answers are left over');
      return survey.report(JSON.stringify(policy));
    }
    if (open.length > 0) {
      const [id, { at, answer }] = open.shift();
      now = at;
      input = answered(id, answer);
    } else {
      assert.notEqual(output.val, undefined, 'the survey is stuck');
      now = Math.max(now, Number(output.val));
      input = { tag: 'wake' };
    }
  }
}

// From the JSON of the core to the values of wit/.

function answered(id, { response, failed }) {
  if (failed) return { tag: 'failed', val: { id, failure: { ...failed, kind: kebab(failed.kind) } } };
  const [[tag, value]] = Object.entries(response);
  return { tag: 'response', val: { id, response: { tag, val: fromJson[tag](value) } } };
}

const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'));
const fromJson = {
  http: (said) => ({ ...said, body: bytes(said.body) }),
  peer: (said) => ({ chainDer: said.chain_der.map(bytes), protocol: said.protocol }),
  ssh: (said) => ({
    exitCode: said.exit_code,
    stdout: bytes(said.stdout),
    stderr: bytes(said.stderr),
    truncated: said.truncated,
  }),
  chunk: (said) => ({ bytes: bytes(said.bytes), end: said.end }),
  names: ({ addresses, names }) => ({ addresses: addresses.map(found), names: names.map(found) }),
};

// What was not answered is null in JSON and left out in wit/.
function found(answer) {
  return { asked: answer.asked, found: answer.found ?? undefined };
}

// And back.

function look({ tag, val }) {
  return { [tag]: toJson[tag](val) };
}

const toJson = {
  http: (asked) => ({
    authority: asked.authority,
    method: asked.method.toUpperCase(),
    path: asked.path,
    headers: asked.headers.map(({ name, value }) => ({ name, value: value.map(piece) })),
    body: asked.body.map(piece),
    trust: asked.trust.val === undefined ? snake(asked.trust.tag) : { [snake(asked.trust.tag)]: asked.trust.val },
    keep: asked.keep === undefined ? null : { slot: asked.keep.slot, from: place(asked.keep.from) },
    max_response_bytes: asked.maxResponseBytes,
    deadline_seconds: asked.deadlineSeconds,
  }),
  peek: (asked) => ({
    authority: asked.authority,
    server_name: asked.serverName ?? null,
    deadline_seconds: asked.deadlineSeconds,
  }),
  ssh: (asked) => ({
    authority: asked.authority,
    user: asked.user,
    credential: asked.credential,
    command: snake(asked.command),
    max_output_bytes: asked.maxOutputBytes,
    deadline_seconds: asked.deadlineSeconds,
  }),
  file: (asked) => ({ name: asked.name, offset: Number(asked.offset), length: asked.length }),
  resolve: (asked) => ({ names: asked.names, addresses: asked.addresses, deadline_seconds: asked.deadlineSeconds }),
};
const piece = ({ tag, val }) =>
  tag === 'text' ? { text: val } : { secret: { name: val.name, encoding: snake(val.encoding) } };
const place = ({ tag, val }) => ({ [tag === 'cookie' ? 'cookie' : 'json']: val });
const kebab = (word) => word.replaceAll('_', '-');
const snake = (word) => word.replaceAll('-', '_');

const files = fs.readdirSync(vectors, { recursive: true });
const inputs = files.filter((name) => path.basename(name) === 'input.json').sort();
if (inputs.length === 0) process.exit(2);
for (const name of inputs) {
  const folder = path.join(vectors, path.dirname(name));
  try {
    const given = report(JSON.parse(fs.readFileSync(path.join(folder, 'input.json'), 'utf8')));
    assert.equal(given, fs.readFileSync(path.join(folder, 'expect.json'), 'utf8'));
    console.log(`ok ${path.dirname(name)}`);
  } catch (error) {
    // A fault of the component comes as an exception that carries it.
    console.log(`failed ${path.dirname(name)}: ${error.payload?.val ?? error.message}`);
    process.exitCode = 1;
  }
}
try {
  detect.Survey.start('{}', 0n);
  assert.fail('an empty job was taken');
} catch (error) {
  assert.equal(error.payload?.tag, 'bad-document', error.message);
}
