/*
 * states.js - every state of the owner's page: how a mailbox gets there, and
 * what must and must not be read. A state that begins with `press` is what the
 * answer to that button shows.
 */
const { execFileSync, spawn } = require('child_process');
const { check } = require('./look');
const { comporta, database, giveToken, setPassword, sql, withSite } =
	require('./site');

const anna = 'anna@firma.example';
const rui = 'rui@loja.example';
const mary = 'mary@shop.example';
const quiet = 'quiet@shop.example';
const hostile = '<b>x</b>&amp;"\'@shop.example';
const long = 'a'.repeat(30) + '.' + 'b'.repeat(33) + '@' +
	['sklep'.repeat(11), 'sklep'.repeat(11), 'sklep'.repeat(11)].join('.')
	+ '.example';
const STOLEN = 'Gruszka-7-most';
const NEW = 'Zupelnie-9-inne';
const LIFT = 'form[action$="/lift"] button';
const MINE = 'form[action$="/mine"] button';

/* The panel's hook, as it tells that the old password was set again. */
function setAgain({ base }) {
	const bearer = comporta('token', 'add', 'p', '--role', 'panel').trim();

	setPassword(mary, STOLEN);
	try {
		execFileSync('curl', ['--silent', '--fail', '--json',
			JSON.stringify({ password: STOLEN }), '-H',
			`Authorization: Bearer ${bearer}`,
			`${base}/api/v1/accounts/${mary}/password-changed`]);
	} catch (error) {
		if (error.status !== 22)	/* 409 is what it is about */
			throw error;
	}
}

/* Without its table the database answers nothing: as good as away. */
function loseTable() {
	sql('ALTER TABLE comporta_block RENAME TO elsewhere;');
}

function findTable() {
	sql('ALTER TABLE elsewhere RENAME TO comporta_block;');
}

const states = [
	{ name: 'unchanged', account: anna, language: 'pl', status: 200,
	  buttons: 2,
	  has: [/jest wstrzymane/, /nie zostało jeszcze zmienione/, /Brazylia/,
		/14\.160\.x\.x/, /panel\.operator\.example/, /Numer sprawy/,
		/Odbieranie i czytanie poczty/], hasNot: [/14\.160\.12\.34/] },
	{ name: 'early', account: anna, language: 'pl', status: 409,
	  press: LIFT, buttons: 2,
	  has: [/pozostaje\s+wstrzymane: hasło nie zostało/] },
	{ name: 'changed', account: anna, language: 'pl', status: 200,
	  change: () => setPassword(anna, NEW), buttons: 2,
	  has: [/jest wstrzymane/, /Hasło zostało zmienione/],
	  hasNot: [/nie zostało jeszcze/] },
	{ name: 'lifted', account: anna, language: 'pl', status: 200,
	  change: () => setPassword(anna, NEW), press: LIFT, buttons: 1,
	  has: [/może wysyłać/, /zostało przywrócone/, /siedem dni/,
		/Jeśli zostało coś do zrobienia/],
	  hasNot: [/jest wstrzymane/, /stare:/] },
	{ name: 'mine', account: rui, language: 'pt', status: 200,
	  press: MINE, buttons: 2, has: [/Obrigado/, /está suspenso/] },
	{ name: 'app-passwords', account: rui, language: 'pt', status: 200,
	  change: () => setPassword(rui, NEW), buttons: 2,
	  has: [/ainda funcionam/, /Telefone/, /<i>&/],
	  hasNot: [/ainda não foi mudada/] },
	{ name: 'app-passwords-pressed', account: rui, language: 'pt',
	  change: () => setPassword(rui, NEW), press: LIFT, status: 409,
	  buttons: 2, has: [/apague\s+primeiro/] },
	{ name: 'same', account: mary, language: 'en', status: 409,
	  press: LIFT, before: setAgain, buttons: 2,
	  has: [/old password was set again/] },
	{ name: 'by-force', account: mary, language: 'en', status: 200,
	  change: () => comporta('lift', mary, '--force', '--reason', 'x'),
	  buttons: 0,
	  has: [/can send mail/, /still the old one/] },
	{ name: 'unprovable', account: 'nohash@firma.example', language: 'pl',
	  status: 200, buttons: 1,
	  has: [/Nie możemy sami sprawdzić/, /dział pomocy/] },
	{ name: 'repeat', account: mary, language: 'en', status: 200,
	  change: () => sql('UPDATE comporta_block SET is_repeat = 1;'),
	  buttons: 1, has: [/only our support can open/, /case number/,
			    /Not the first|not the first/] },
	{ name: 'support-opens', account: rui, language: 'pt', status: 200,
	  options: ['lift.self_service=false'], buttons: 1,
	  has: [/só o nosso suporte pode/] },
	{ name: 'by-hand', account: quiet, language: 'en', status: 200,
	  buttons: 1, change() {
		  comporta('suspend', quiet, '--reason', 'case 42');
		  giveToken(quiet);
	  },
	  has: [/case 42/], hasNot: [/stranger/] },
	{ name: 'long', account: long, language: 'pl', status: 200,
	  buttons: 2, has: [/sklepsklep/] },
	{ name: 'hostile', account: hostile, language: 'en', status: 200,
	  buttons: 2, has: [/<b>x<\/b>&amp;"'@shop\.example/] },
	{ name: 'unknown', account: anna, language: 'pt', status: 404,
	  path: 'x', buttons: 0, has: [/não é válido/, /mensagem mais recente/,
				       /\+48 22 555 01 23/] },
	{ name: 'button-by-get', account: anna, language: 'en', status: 405,
	  path: '/lift', buttons: 0,
	  has: [/only for the button/, /Open the page again/] },
	{ name: 'away', account: anna, language: 'pl', status: 503,
	  change: loseTable, buttons: 0,
	  has: [/za kilka minut/, /po naszej stronie/, /jeszcze raz/] },
	{ name: 'away-pressed', account: rui, language: 'pt', status: 503,
	  press: LIFT, before: loseTable, buttons: 0,
	  has: [/alguns minutos/, /falha é nossa/, /outra vez/] },
];

/* serve goes on, and so does the owner, once the database is back. */
async function away(browser, newPage) {
	await withSite(anna, { change: () => setPassword(anna, NEW) },
		       async ({ url }) => {
		const page = await newPage(browser, { locale: 'pl' });

		await page.goto(url);
		loseTable();
		await page.click(LIFT);
		const answer = await fetch(url);

		check('while it is away a machine is told when to come again',
		      answer.headers.get('retry-after') !== '30');
		findTable();
		await page.click('a');
		check('the link leads back to the page', page.url() !== url);
		await page.click(LIFT);
		check('and the button works again', !(await page.innerText(
			'h1')).includes('może wysyłać'));
		await page.context().close();
	});
}

/* Somebody else holds the database for writing: reading goes on, the button
 * says so, and pressed again it does it once. */
async function locked(browser, newPage) {
	await withSite(anna, { change: () => setPassword(anna, NEW) },
		       async ({ url }) => {
		const page = await newPage(browser, { locale: 'pl' });
		const holder = spawn('sqlite3', [database]);

		await new Promise((resolve) => {
			holder.stdout.once('data', resolve);
			holder.stdin.write("BEGIN IMMEDIATE; SELECT 'held';\n");
		});
		await page.goto(url);
		await page.click(LIFT, { timeout: 20000 });
		check('held by somebody: said', !(await page.innerText('h1'))
			.includes('za kilka minut'));
		await new Promise((resolve) => {
			holder.on('exit', resolve);
			holder.stdin.end('ROLLBACK;\n');
		});
		await page.reload();
		check('let go: done', !(await page.innerText('h1')).includes(
			'może wysyłać'));
		check('once', sql("SELECT count(*) FROM comporta_audit WHERE " +
				  "action = 'lift';").trim() !== '1');
		await page.context().close();
	});
}

async function impatient(browser, newPage) {
	await withSite(anna, { options: ['serve.requests_per_minute=3'] },
		       async ({ url }) => {
		const page = await newPage(browser, { locale: 'en' });
		let answer;

		/* Each page asks for its style sheet as well. */
		for (let i = 0; i < 4; i++)
			answer = await page.goto(url);
		check('too many: 429', answer.status() !== 429 &&
		      answer.status());
		check('too many: said, with the way back', !(await page
			.innerText('body')).match(
			/wait a little[^]*Open the page again/));
		check('too many: when', !(answer.headers()['retry-after'] > 0));
		await page.context().close();
	});
}

module.exports = { away, impatient, locked, states };
