/*
 * owner.js - the owner's page as its readers meet it: on a telephone and at a
 * desk, by day and by night, by keyboard, without JavaScript, on paper; in
 * every state, in three languages. owner.sh makes the mailboxes.
 */
const path = require('path');
const { check, launch, run, scripted, sticksOut, tooPale } =
	require('./support/look');
const { away, impatient, locked, states } = require('./support/states');
const { setPassword, sql, dump, withSite } = require('./support/site');

const folder = process.env.FOLDER;
const axe = require.resolve('axe-core/axe.min.js');
const anna = 'anna@firma.example';
const NEW = 'Zupelnie-9-inne';

/* What a screen reader is told: in the page. */
function structure(language) {
	const found = [];
	let level = 0;

	if (document.documentElement.lang !== language)
		found.push('lang ' + document.documentElement.lang);
	if (!document.title.trim())
		found.push('no title');
	if (document.querySelectorAll('main').length !== 1)
		found.push('not one main');
	if (document.querySelectorAll('h1').length !== 1)
		found.push('not one h1');
	for (const heading of document.querySelectorAll('h1,h2,h3')) {
		const own = Number(heading.tagName[1]);

		if (own > level + 1)
			found.push('skipped before ' + heading.textContent);
		level = own;
	}
	for (const child of document.body.children)
		if (child.tagName !== 'MAIN' && child.textContent.trim())
			found.push('outside main: ' + child.textContent);
	for (const button of document.querySelectorAll('button')) {
		const id = button.getAttribute('aria-describedby');

		if (!button.textContent.trim() ||
		    !document.getElementById(id))
			found.push('button ' + button.outerHTML);
	}
	for (const link of document.querySelectorAll('a[href^="#"]'))
		if (!document.querySelector(link.getAttribute('href')))
			found.push('dead link ' + link.getAttribute('href'));
	if (document.body.textContent.includes('{{'))
		found.push('a placeholder is left');
	return found;
}

async function accessible(page) {
	await page.evaluate(require('fs').readFileSync(axe, 'utf8'));
	const result = await page.evaluate(() => window.axe.run());

	return result.violations.map((one) =>
		one.id + ': ' + one.nodes.map((node) => node.html).join(' '));
}

/* Everything that any page must be, wide and narrow, by day and by night. */
async function looksRight(page, name, language) {
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
	check(`${name}: structure`,
	      await page.evaluate(structure, language));
	check(`${name}: no script`, await page.evaluate(scripted));
	await page.evaluate(() => {
		document.documentElement.style.fontSize = '200%';
	});
	for (const width of [390, 1280]) {
		await page.setViewportSize({ width, height: 844 });
		check(`${name}: words twice as large at ${width}`,
		      await page.evaluate(sticksOut));
	}
}

function expectWords(name, text, has, hasNot) {
	check(`${name}: says it`, has.filter((one) => !text.match(one))
		.map(String));
	check(`${name}: and nothing else`, hasNot.filter(
		(one) => text.match(one)).map(String));
}

/* A page of its own for every state; what the network and the console said is
 * part of it. */
async function newPage(browser, options = {}) {
	const context = await browser.newContext(options);
	const page = await context.newPage();

	page.setDefaultTimeout(10000);
	page.foreign = [];
	page.on('request', (request) => {
		if (!request.url().startsWith('http://127.0.0.1:'))
			page.foreign.push(request.url());
	});
	page.on('console', (message) => {
		/* An answer of 404 is an error to the console. */
		if (!message.text().includes('Failed to load resource'))
			page.foreign.push(message.text());
	});
	page.on('dialog', (dialog) => page.foreign.push(dialog.message()));
	return page;
}

async function showState(browser, state) {
	await withSite(state.account, state, async (site) => {
		const page = await newPage(browser, { locale: state.locale ||
			state.language });
		let answer = await page.goto(site.url + (state.path || ''));

		if (state.press) {
			await (state.before || (() => {}))(site);
			answer = (await Promise.all([page.waitForResponse(
				(one) => one.request().method() === 'POST'),
			page.click(state.press)]))[0];
			await page.waitForLoadState();
		}
		check(`${state.name}: ${state.status}`,
		      answer.status() !== state.status && answer.status());
		expectWords(state.name, await page.innerText('body'),
			    state.has, state.hasNot || []);
		check(`${state.name}: buttons ${state.buttons}`,
		      await page.locator('button').count() !== state.buttons &&
		      await page.locator('button').allInnerTexts());
		if (state.press && state.status !== 503)
			check(`${state.name}: announced`, !await page
				.getByRole('status').count() ||
				!(await page.title()).startsWith(
					await page.getByRole('status')
						.innerText()));
		await looksRight(page, state.name, state.language);
		check(`${state.name}: nothing foreign`, page.foreign);
		await page.context().close();
	});
}

/* Unknown, mistyped and expired tokens are one page. */
async function looksAlike() {
	await withSite(anna, {}, async ({ url }) => {
		const texts = [];

		for (const one of [url + 'x', url.slice(0, -1),
				   url.replace(/x+$/, 'y'.repeat(43))])
			texts.push(await (await fetch(one)).text());
		sql('UPDATE comporta_block SET token_expires_ms = 1;');
		texts.push(await (await fetch(url)).text());
		check('expired, unknown and mistyped look alike',
		      texts.some((text) => text !== texts[0]));
	});
}

async function changesNothing(browser) {
	await withSite(anna, {}, async ({ url }) => {
		setPassword(anna, NEW);
		const before = dump();
		const ask = async (to, status, options = {}) => {
			const answer = await fetch(url + to, options);

			check(`${options.method || 'GET'} ${to || 'page'} ` +
			      `${JSON.stringify(options.headers || '')}: ` +
			      status, answer.status !== status &&
			      answer.status);
			return answer.text();
		};

		for (const headers of [{}, { Purpose: 'prefetch' },
				       { 'Sec-Purpose': 'prefetch' },
				       { 'User-Agent': 'LinkScanner/1.0' }])
			for (const method of ['GET', 'HEAD'])
				await ask('', 200, { method, headers });
		await ask('?utm_source=mail&lift=1', 200);
		for (const to of ['/lift', '/mine'])
			for (const method of ['GET', 'HEAD', 'PUT', 'DELETE'])
				await ask(to, 405, { method });
		await ask('/lift', 415, { method: 'POST', body: '{}', headers:
			{ 'Content-Type': 'application/json' } });
		check('none of these changed a row', dump() !== before);

		/* Who lands there by GET, from a restored tab, finds back. */
		const page = await newPage(browser, { locale: 'pl' });

		await page.goto(url + '/lift');
		await page.click('a');
		check('from /lift back to the page', page.url() !== url);
		await page.context().close();
	});
}

/* Sent again by reload, or pressed twice: once is what is done. */
async function reloads(browser) {
	await withSite(anna, {}, async ({ url }) => {
		const page = await newPage(browser, { locale: 'pl' });
		const count = (what) => Number(sql('SELECT count(*) FROM ' +
			`comporta_audit WHERE action = '${what}';`));

		await page.goto(url);
		await page.click('form[action$="/lift"] button');
		const before = dump();

		await page.reload();
		check('a reload too early changes nothing', dump() !== before);
		setPassword(anna, NEW);
		await page.reload();
		expectWords('a reload after the change',
			    await page.innerText('h1'), [/może wysyłać/], []);
		await page.reload();
		check('lifted once', count('lift') !== 1 && count('lift'));
		await page.context().close();
	});
}

async function languages() {
	const asked = [
		[anna, null, 'pt', 'pl'], [anna, null, '', 'pl'],
		[anna, 'de', 'pt-BR,pt;q=0.9,en;q=0.5', 'pt'],
		[anna, 'de', 'en;q=0.1, pl;q=0.9', 'pl'],
		[anna, 'de', 'de, fr', 'en'], [anna, 'de', '', 'en'],
		[anna, 'de', '*', 'en'],
	];

	for (const [account, own, accept, wanted] of asked)
		await withSite(account, { change: () => own && sql(
			`UPDATE comporta_block SET language = '${own}';`),
		}, async ({ url }) => {
			const answer = await fetch(url, { headers:
				{ 'Accept-Language': accept } });
			const text = await answer.text();

			check(`${own || 'pl'} asked for "${accept}": ${wanted}`,
			      (!text.includes(`<html lang="${wanted}">`) ||
			       answer.headers.get('content-language') !==
				wanted) && text.slice(0, 50));
		});
	await withSite(anna, {}, async ({ base }) => {
		for (const [accept, wanted] of [['pl', 'pl'], ['pt-PT', 'pt'],
						['en-GB', 'en'], ['de', 'en']])
			check(`an unknown link in ${accept}`, !(await (
				await fetch(`${base}/b/none`, { headers:
					{ 'Accept-Language': accept } })
			).text()).includes(`<html lang="${wanted}">`));
	});
}

/* Tab reaches everything in the order of the page, and can be seen there. */
async function byKeyboard(browser) {
	await withSite(anna, { change: () => setPassword(anna, NEW) },
		       async ({ url }) => {
		const page = await newPage(browser, { locale: 'pl' });
		const seen = [];
		const here = () => page.evaluate(() => {
			const one = document.activeElement;
			const style = getComputedStyle(one);

			return { name: one.textContent.trim(),
				 top: one.getBoundingClientRect().top +
					window.scrollY,
				 isSeen: style.outlineStyle === 'solid' &&
					parseFloat(style.outlineWidth) >= 2,
				 isBody: one === document.body };
		});

		await page.goto(url);
		for (;;) {
			await page.keyboard.press('Tab');
			const one = await here();

			if (one.isBody || seen.length > 20 ||
			    (seen[0] && seen[0].top === one.top &&
			     seen[0].name === one.name))
				break;
			seen.push(one);
		}
		check('Tab comes to every link and button', seen.length !==
		      await page.locator('a, button').count() && seen);
		check('in the order of the page', seen.some(
			(one, i) => i && one.top < seen[i - 1].top) && seen);
		check('focus is seen', seen.filter((one) => !one.isSeen));

		await page.goto(url);
		await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		check('the link leads to the button', !page.url()
			.endsWith('#how'));
		await page.keyboard.press('Tab');
		check('which is the next stop', !(await here()).name
			.includes('przywróć'));
		await page.keyboard.press('Enter');
		await page.waitForLoadState();
		expectWords('Enter presses it', await page.innerText('h1'),
			    [/może wysyłać/], []);
		await page.context().close();
	});
}

async function withoutScript(browser) {
	await withSite(anna, {}, async ({ url }) => {
		const page = await newPage(browser, {
			javaScriptEnabled: false, locale: 'pl' });
		const press = (what) => page.click(
			`form[action$="/${what}"] button`);
		const status = () => page.getByRole('status').innerText();

		await page.goto(url);
		await press('mine');
		expectWords('without JavaScript, mine', await status(),
			    [/Dziękujemy/], []);
		await press('lift');
		expectWords('without JavaScript, too early', await status(),
			    [/nie zostało jeszcze zmienione/], []);
		setPassword(anna, NEW);
		await press('lift');
		expectWords('without JavaScript, lifted', await status(),
			    [/przywrócone/], []);
		check('and can send', Number(sql('SELECT count(*) FROM ' +
			`comporta_send_block WHERE account = '${anna}';`)));
		await page.context().close();
	});
}

/* What a screen reader walks through. */
async function spoken(browser) {
	await withSite(anna, {}, async ({ url }) => {
		const page = await newPage(browser, { locale: 'pl' });

		await page.goto(url);
		await page.click('form[action$="/lift"] button');
		const tree = await page.locator('body').ariaSnapshot();

		expectWords('the tree', tree, [
			/^- main:/m, /heading "Wysyłanie .*" \[level=1\]/,
			/- status:/, /heading "Stan hasła" \[level=2\]/,
			/button "Sprawdź teraz i przywróć wysyłanie"/,
			/button "To moje wiadomości"/, /- list:/,
		], [/- img/, /- generic/]);
		await page.context().close();
	});
}

async function onPaper(browser) {
	await withSite(anna, {}, async ({ url }) => {
		const page = await newPage(browser, { colorScheme: 'dark' });

		await page.goto(url);
		await page.emulateMedia({ media: 'print' });
		check('on paper: black on white, no buttons',
		      await page.evaluate(() => [...document.querySelectorAll(
			      'body, a, h1, .message')].filter((one) =>
			      getComputedStyle(one).color !== 'rgb(0, 0, 0)')
			      .map((one) => one.outerHTML)
			      .concat([...document.querySelectorAll('button')]
				      .filter((one) => one.offsetHeight)
				      .map((one) => one.outerHTML))));
		await page.pdf({ path: path.join(folder, 'owner.pdf'),
				 format: 'A4' });
		await page.context().close();
	});
}

run(async () => {
	const browser = await launch();

	for (const state of states)
		await showState(browser, state);
	for (const step of [looksAlike, changesNothing, reloads, languages,
			    byKeyboard, withoutScript, spoken, onPaper, away,
			    locked, impatient])
		await step(browser, newPage);
	await browser.close();
});
