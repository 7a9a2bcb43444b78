/*
 * openapi.js - the API's description against the schema of OpenAPI 3.1, by a
 * validator that is not ours. It stands here, where npm is; what the answers
 * say is looked at by tests/command/test_api_examples.sh.
 */
const fs = require('fs');
const { pathToFileURL } = require('url');
const path = require('path');

const validator = path.join(process.env.NODE_PATH, '@seriousme',
			    'openapi-schema-validator', 'index.js');

async function main() {
	const { Validator } = await import(pathToFileURL(validator));
	const read = () => JSON.parse(
		fs.readFileSync('detector/http/openapi.json', 'utf8'));
	const broken = read();
	let passed = 0;

	delete broken.paths['/api/v1/blocks'].get.responses;
	broken.paths['/api/v1/blocks'].get.parameters[0].in = 'nowhere';
	for (const [what, document, good] of [
		['the description', read(), true],
		['a broken one', broken, false],
	]) {
		const result = await new Validator().validate(document);
		const fits = result.valid === good;

		passed += fits;
		console.log(`${fits ? 'ok   ' : 'FAIL '} ${what}`);
		if (!fits)
			console.log(JSON.stringify(result.errors, null, 1));
	}
	console.log(`${passed} passed, ${2 - passed} failed`);
	process.exit(passed === 2 ? 0 : 1);
}

main();
