/*
 * support.js - the support page as its readers meet it: on a telephone and at
 * a desk, by day and by night, by keyboard; signing in, searching, reading an
 * incident, letting an account send again, stopping one. support.sh makes the
 * incidents.
 */
const fs = require('fs');
const http = require('http');
const path = require('path');
const { check, launch, run, scripted, sticksOut, tooPale } =
	require('./support/look');
const { sql, withSite } = require('./support/site');

const folder = process.env.FOLDER;
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const token = (name) =>
	fs.readFileSync(path.join(folder, name), 'utf8').trim();
const hero = 'anna@firma.example';
const number = (text) => Number(sql(text).trim());
const blockOf = (account) => number(
	`SELECT max(id) FROM comporta_block WHERE account LIKE '${account}';`);
const rows = () => sql(`SELECT (SELECT count(*) FROM comporta_audit), (SELECT
	count(*) FROM comporta_block), (SELECT count(*) FROM comporta_notice);`);

/* What a screen reader is told: in the page. */
function structure(language) {
	const found = [];
	let level = 0;

	if (document.documentElement.lang !== language)
		found.push('lang ' + document.documentElement.lang);
	for (const one of ['main', 'h1'])
		if (document.querySelectorAll(one).length !== 1)
			found.push('not one ' + one);
	for (const heading of document.querySelectorAll('h1,h2,h3')) {
		const own = Number(heading.tagName[1]);

		if (own > level + 1)
			found.push('skipped before ' + heading.textContent);
		level = own;
	}
	for (const control of document.querySelectorAll(
		'input:not([type=hidden]):not([hidden]), select'))
		if (control.labels.length !== 1 ||
		    !control.labels[0].textContent.trim())
			found.push('no label: ' + control.outerHTML);
	for (const one of document.querySelectorAll(
		'[aria-labelledby],[aria-describedby]'))
		for (const id of (one.getAttribute('aria-labelledby') ||
			one.getAttribute('aria-describedby')).split(' '))
			if (!document.getElementById(id) ||
			    !document.getElementById(id).textContent.trim())
				found.push('no words in ' + id);
	for (const svg of document.querySelectorAll('svg.drawing'))
		if (!svg.parentElement.querySelector('table'))
			found.push('a drawing without its table');
	for (const table of document.querySelectorAll('table'))
		if (!table.querySelector('caption') ||
		    !table.querySelector('thead th[scope=col]'))
			found.push('a table without a head');
	for (const link of document.querySelectorAll('a[href^="#"]'))
		if (!document.querySelector(link.getAttribute('href')))
			found.push('dead link ' + link.getAttribute('href'));
	const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);

	found.push(...ids.filter((id, i) => ids.indexOf(id) !== i)
		.map((id) => 'twice: ' + id));
	if (document.body.textContent.match(/support\.[a-z]+\./))
		found.push('a word is missing');
	return found;
}

/* Shapes are filled, with a pattern that is there. */
function unfilled() {
	return [...document.querySelectorAll('svg [fill^=url]')].filter(
		(shape) => {
			const id = getComputedStyle(shape).fill
				.match(/#(f\d+)/);

			return !id || !document.querySelector(
				'pattern#' + id[1]);
		}).map((shape) => shape.outerHTML.slice(0, 60));
}

async function accessible(page) {
	await page.evaluate(axe);
	const result = await page.evaluate(() => window.axe.run());

	return result.violations.map((one) =>
		one.id + ': ' + one.nodes.map((node) => node.html).join(' '));
}

async function looksRight(page, name, language) {
	/* First: what looks closer may add to it. */
	check(`${name}: no style in the markup`, await page.locator('[style]')
		.count());
	await page.locator('details').evaluateAll((all) =>
		all.forEach((one) => { one.open = true; }));
	for (const scheme of ['light', 'dark']) {
		await page.emulateMedia({ colorScheme: scheme });
		for (const width of [320, 390, 1280]) {
			await page.setViewportSize({ width, height: 844 });
			check(`${name} ${width} ${scheme}: nothing sticks out`,
			      await page.evaluate(sticksOut));
			await page.screenshot({ fullPage: true, path: path.join(
				folder, `${name}-${width}-${scheme}.png`) });
		}
		check(`${name} ${scheme}: no pale words`,
		      await page.evaluate(tooPale));
		check(`${name} ${scheme}: axe`, await accessible(page));
	}
	check(`${name}: structure`, await page.evaluate(structure, language));
	check(`${name}: patterns`, await page.evaluate(unfilled));
	check(`${name}: no script`, await page.evaluate(scripted));
	check(`${name}: nothing foreign`, page.foreign);
}

/* A page of its own, which remembers what it asked of others, and what the
 * console said. */
async function newPage(browser, options = {}) {
	const context = await browser.newContext(options);
	const page = await context.newPage();

	page.foreign = [];
	page.on('request', (request) => {
		if (!request.url().startsWith('http://127.0.0.1:'))
			page.foreign.push(request.url());
	});
	page.on('console', (message) => page.foreign.push(message.text()));
	page.on('dialog', (dialog) => page.foreign.push(dialog.message()));
	return page;
}

async function signIn(page, base, who = 'token', to = '/support') {
	await page.goto(base + to);
	await page.fill('#token', token(who));
	await page.press('#token', 'Enter');
	await page.waitForURL(base + to);
}

async function told(page, what, words) {
	const text = await page.locator('.message').innerText();

	check(`${what}: told`, !text.match(words) && text);
	/* The browser moves there once the page is through. */
	check(`${what}: the reading begins there`, await page.waitForFunction(
		() => document.activeElement.matches('.message'), null,
		{ timeout: 5000 }).then(() => false, () => true));
}

async function everyPage(browser, base) {
	const lifted = number(`SELECT max(id) FROM comporta_block WHERE
		state = 'lifted';`);
	const pages = [
		['list', '/support'], ['found', '/support?q=loja&state=active'],
		['nothing', '/support?q=never@firma.example'],
		['incident', '/support/blocks/' + blockOf(hero)],
		['by-hand', '/support/blocks/' + blockOf('hand@%')],
		['hostile', '/support/blocks/' + blockOf('<img%')],
		['lifted', '/support/blocks/' + lifted],
		['account', '/support/accounts/' + hero],
		['never', '/support/accounts/never@firma.example'],
		['unlisted', '/support/accounts/nobody@x.example'],
	];

	for (const language of ['en', 'pl', 'pt']) {
		const page = await newPage(browser, { locale: language });

		await page.goto(base + '/support');
		await looksRight(page, `sign-in-${language}`, language);
		await signIn(page, base);
		for (const [name, to] of pages) {
			/* The others differ in their words only. */
			if (language !== 'en' && name !== 'list' &&
			    name !== 'incident' && name !== 'never')
				continue;
			await page.goto(base + to);
			await looksRight(page, `${name}-${language}`,
					 language);
		}
		await page.context().close();
	}
}

async function signingIn(browser, base) {
	const page = await newPage(browser, { locale: 'en' });
	const to = '/support/blocks/' + blockOf(hero);

	for (const [what, typed, words] of [
		['a wrong token', 'x'.repeat(43), /not valid/],
		['a program\'s token', token('hook'), /not for people/]]) {
		await page.goto(base + to);
		await page.fill('#token', typed);
		await page.press('#token', 'Enter');
		await told(page, what, words);
	}
	await page.fill('#token', token('token'));
	await page.press('#token', 'Enter');
	check('signed in, one is where one wanted', page.url() !== base + to);
	const cookies = await page.context().cookies(base + '/support');

	check('the cookie', cookies.length !== 1 || !cookies[0].httpOnly ||
	      cookies[0].sameSite !== 'Strict' || cookies[0].path !==
	      '/support' || cookies[0].expires !== -1);
	await page.click('#sign-out button');
	await told(page, 'signed out', /signed out/);
	await page.goBack();
	check('nothing is left behind the back button',
	      (await page.innerText('body')).includes(hero));
	await page.goto(base + to);
	check('and one has to sign in again', await page.locator('#token')
		.count() !== 1);
	await page.context().close();
}

async function lifting(browser, base) {
	const page = await newPage(browser, { locale: 'en' });
	const id = blockOf(hero);
	const lifts = () => number(`SELECT count(*) FROM comporta_audit WHERE
		action = 'lift' AND block_id = ${id};`);
	const before = rows();

	await signIn(page, base);
	await page.fill('#q', 'anna@fir');
	await page.press('#q', 'Enter');
	await page.click(`a:text("${hero}")`);
	check('found by a part of the name', page.url() !==
	      `${base}/support/blocks/${id}`);
	await page.click('#lift-button');
	check('without a reason nothing is sent', page.url() !==
	      `${base}/support/blocks/${id}` || rows() !== before);
	await page.fill('#lift-reason', 'she called, "new" <phone>');
	await page.click('#lift-button');
	await told(page, 'no proof', /still the old one/);
	check('nothing was done', rows() !== before);
	check('what was typed stands there', await page.inputValue(
		'#lift-reason') !== 'she called, "new" <phone>');
	await page.check('#lift-force');
	await page.selectOption('#lift-queue', 'delete');
	/* Twice, as people do. */
	await page.dblclick('#lift-button');
	await page.waitForLoadState();
	await page.waitForSelector('.standing.open');
	await told(page, 'lifted', /open again/);
	check('once', lifts() !== 1);
	check('the queue is asked to delete', number(`SELECT count(*) FROM
		comporta_action WHERE block_id = ${id} AND moment = 'lift' AND
		name = 'delete';`) !== 1 && sql(`SELECT name, moment FROM
		comporta_action WHERE block_id = ${id};`));
	await page.reload();
	check('loaded again it does and tells nothing', lifts() !== 1 ||
	      await page.locator('.message').count() !== 0);
	check('lifting: nothing foreign', page.foreign);
	await page.context().close();
}

/* From the top of the page to a stopped account, without a mouse. */
async function byKeyboard(browser, base) {
	const page = await newPage(browser, { locale: 'pl' });
	const focused = () => page.evaluate(() => document.activeElement.id ||
		document.activeElement.className);
	const tabTo = async (id) => {
		for (let i = 0; i < 40; i++) {
			await page.keyboard.press('Tab');
			const outline = await page.evaluate(() =>
				getComputedStyle(document.activeElement)
					.outlineStyle);

			if (outline === 'none')
				check('a focus is seen', await focused());
			if (await focused() === id)
				return;
		}
		check(`by keyboard to ${id}`, true);
	};

	await page.goto(base + '/support');
	await page.keyboard.press('Tab');
	check('first of all the way past the head', await focused() !==
	      'skip');
	await tabTo('token');
	await page.keyboard.type(token('token'));
	await page.keyboard.press('Enter');
	await page.waitForSelector('#q');
	await tabTo('q');
	await page.keyboard.type('never@firma.example');
	await page.keyboard.press('Enter');
	await page.waitForURL(/q=never/);
	await page.locator('a', { hasText: 'never@firma.example' }).focus();
	await page.keyboard.press('Enter');
	await page.waitForSelector('#suspend-reason');
	await tabTo('suspend-reason');
	await page.keyboard.type('dzwonił właściciel');
	await tabTo('suspend-button');
	await page.keyboard.press('Enter');
	await page.waitForSelector('.message');
	await told(page, 'by keyboard', /Wysyłanie jest wstrzymane/);
	check('by keyboard: stopped', number(`SELECT count(*) FROM
		comporta_send_block WHERE account = 'never@firma.example' AND
		reason LIKE '%dzwonił właściciel%';`) !== 1);
	check('by keyboard: nothing foreign', page.foreign);
	await page.context().close();
}

async function trusting(browser, base) {
	const page = await newPage(browser, { locale: 'en' });

	await signIn(page, base, 'token', '/support/blocks/' + blockOf(hero));
	check('four countries and four networks are chosen', await page.locator(
		'[name=country]:checked, [name=network]:checked').count() !== 8);
	await page.uncheck('#trust-country-0');
	await page.fill('#trust-days', '30');
	await page.fill('#trust-reason', 'she was there');
	await page.click('#trust-button');
	await told(page, 'trust', /Written down/);
	check('as it was chosen', !sql(`SELECT detail FROM comporta_audit WHERE
		action = 'trust';`).match(
		/^AS45899 AS27699 AS55836 AS7713 BR IN ID until \S+\n$/) &&
		sql("SELECT detail FROM comporta_audit WHERE action = 'trust'"));
	await page.context().close();
}

async function reselling(browser, base) {
	const page = await newPage(browser, { locale: 'pt' });

	await signIn(page, base, 'reseller');
	const names = await page.locator('tbody th a').allInnerTexts();

	check('a reseller sees his own', names.length === 0 || names.some(
		(one) => !one.endsWith('@loja.example')));
	for (const to of ['/support/blocks/' + blockOf(hero),
			  '/support/accounts/' + hero]) {
		const answer = await page.goto(base + to);

		check(`and not ${to}`, answer.status() !== 404 ||
		      (await page.innerText('main')).includes('anna'));
	}
	await page.goto(`${base}/support/blocks/${blockOf('hand@%')}`);
	check('and cannot lift without a proof', await page.locator(
		'#lift-force').count());
	await page.context().close();
}

/* Another site: a link from there leads in, a form from there to nothing. */
async function fromElsewhere(browser, base) {
	const to = `${base}/support/blocks/${blockOf(hero)}`;
	const elsewhere = http.createServer((request, response) => {
		response.setHeader('Content-Type', 'text/html');
		response.end(`<a href="${to}">ticket</a><form method="post"
			action="${to}/lift"><input name="reason" value="x">
			<input name="force" value="1"><input name="seen"
			value="unchanged"><button>go</button></form>`);
	});

	await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1',
							resolve));
	/* For a browser another site, though it is the same machine. */
	const foreign = `http://localhost:${elsewhere.address().port}/`;
	const page = await newPage(browser, { locale: 'en' });
	const before = rows();

	await signIn(page, base);
	await page.goto(foreign);
	await page.click('a');
	await page.waitForSelector('h1');
	await page.waitForFunction(() => document.querySelector('.standing'),
				   null, { timeout: 5000 }).catch(() => {});
	check('a link from a ticket leads in', await page.locator('.standing')
		.count() !== 1 && await page.innerText('body'));
	await page.goto(foreign);
	await page.click('button');
	await page.waitForSelector('h1');
	check('a form from elsewhere does nothing', rows() !== before ||
	      !(await page.innerText('main')).includes('another site'));
	await page.context().close();
	elsewhere.closeAllConnections();
	await new Promise((resolve) => elsewhere.close(resolve));
}

async function main() {
	const browser = await launch();

	for (const part of [everyPage, signingIn, lifting, byKeyboard, trusting,
			    reselling, fromElsewhere])
		await withSite(hero, {}, ({ base }) => part(browser, base));
	await browser.close();
}

run(main);
