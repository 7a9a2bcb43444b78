/*
 * site.js - a `comporta serve` for one state of a test: a fresh copy of
 * FOLDER/before.db, changed as the state wants it, and a server on a port of
 * its own that ends with the test.
 */
const { execFileSync, spawn } = require('child_process');
const { createHash } = require('crypto');
const fs = require('fs');
const path = require('path');

const folder = process.env.FOLDER;
const database = path.join(folder, 'now.db');
/* Any text will do: only its SHA-256 is looked for. */
const token = 'x'.repeat(43);

/* Rows as text, one a line; a statement that fails is an error. */
function sql(text) {
	return execFileSync('sqlite3', ['-bail', database],
			    { input: '.timeout 5000\n' + text }).toString();
}

function quote(text) {
	return "'" + text.replaceAll("'", "''") + "'";
}

/* Every row of every table but the ones that nobody wrote. */
function dump() {
	return sql('.dump');
}

function comporta(...words) {
	return execFileSync(process.env.COMPORTA, [
		...words, '-c', path.join(folder, 'comporta.conf'), '--set',
		'database.file=' + database], { stdio: 'pipe' }).toString();
}

/* The account's password is this one from now on; null for no hash. */
function setPassword(account, password) {
	const hash = password === null ? 'NULL' : quote(
		execFileSync('openssl', ['passwd', '-6', '-stdin'],
			     { input: password }).toString().trim());

	sql(`UPDATE comporta_mailbox SET password_hash = ${hash} WHERE
		account = ${quote(account)};`);
}

function fresh() {
	for (const end of ['', '-wal', '-shm'])
		fs.rmSync(database + end, { force: true });
	fs.copyFileSync(path.join(folder, 'before.db'), database);
}

/* The account's block is behind our link. */
function giveToken(account) {
	sql(`UPDATE comporta_block SET token_hash = '${
		createHash('sha256').update(token).digest('hex')}',
		token_expires_ms = ${Date.now() + 86400000}
		WHERE account = ${quote(account)};`);
}

function start(options) {
	const server = spawn(process.env.COMPORTA, [
		'serve', '-c', path.join(folder, 'comporta.conf'),
		'--set', 'database.file=' + database,
		'--set', 'serve.requests_per_minute=1000000',
		...options.flatMap((one) => ['--set', one])],
		{ stdio: ['ignore', 'pipe', 'pipe'] });

	return new Promise((resolve, reject) => {
		let said = '';
		const listen = (bytes) => {
			said += bytes;
			const port = said.match(/serving on .*port (\d+)/);

			if (port)
				resolve({ server, port: Number(port[1]) });
		};

		server.stdout.on('data', listen);
		server.stderr.on('data', listen);
		server.on('exit', () => reject(new Error('serve: ' + said)));
	});
}

/* use({ url, base }): url is the owner's link, for as long as use() takes. */
async function withSite(account, { options = [], change = () => {} }, use) {
	fresh();
	giveToken(account);
	change();
	const { server, port } = await start(options);
	const base = `http://127.0.0.1:${port}`;

	try {
		return await use({ base, url: `${base}/b/${token}` });
	} finally {
		await new Promise((resolve) => {
			server.removeAllListeners('exit');
			server.on('exit', resolve);
			server.kill();
		});
	}
}

module.exports = { comporta, database, dump, giveToken, setPassword, sql,
		   withSite };
