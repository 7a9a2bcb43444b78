/*
 * report.js - what a reader of report.html would run into: things that stick
 * out, pale words, missing headings, anything asked of the network. report.sh
 * makes the page.
 */
const path = require('path');
const { pathToFileURL } = require('url');
const { check, launch, run, scripted, sticksOut, tooPale } =
	require('./support/look');

const folder = process.env.FOLDER;
const url = pathToFileURL(path.resolve(folder, 'report.html')).href;
const widths = [320, 390, 1280];
const schemes = ['light', 'dark'];

/* Everything below this runs in the page. */

function headings() {
	const found = [];
	let level = 0;

	if (document.querySelectorAll('h1').length !== 1)
		found.push('not one h1');
	for (const heading of document.querySelectorAll('h1,h2,h3,h4')) {
		const own = Number(heading.tagName[1]);

		if (own > level + 1)
			found.push('skipped before ' + heading.textContent);
		level = own;
	}
	for (const id of ['stops', 'drawings', 'closest', 'thresholds',
			  'limits', 'model'])
		if (!document.querySelector('h2#' + id))
			found.push('no h2 ' + id);
	for (const link of document.querySelectorAll('a'))
		if (!document.querySelector(link.getAttribute('href')))
			found.push('dead link ' + link.getAttribute('href'));
	return found;
}

/* Drawings have words for who cannot see them, and tables have heads. */
function nameless() {
	const found = [];
	const drawings = document.querySelectorAll('svg.drawing');

	if (drawings.length < 4)
		found.push('only ' + drawings.length + ' drawings');
	for (const svg of drawings)
		for (const id of svg.getAttribute('aria-labelledby')
			.split(' '))
			if (!svg.querySelector('#' + id).textContent.trim())
				found.push('no words in ' + id);
	for (const table of document.querySelectorAll('table'))
		if (!table.querySelector('thead th[scope=col]'))
			found.push('a table without a head');
	return found;
}

/* Series are filled with a pattern, which must be there. */
function unfilled() {
	const found = [];

	for (const shape of document.querySelectorAll('[class^=k]')) {
		const id = getComputedStyle(shape).fill.match(/#(f\d+)/);

		if (!id || !document.querySelector('pattern#' + id[1]))
			found.push(shape.getAttribute('class'));
	}
	return found;
}

/* Above this it runs in the page. */

async function look(browser, width, scheme) {
	const name = `${width} ${scheme}`;
	const page = await browser.newPage({
		viewport: { width, height: 900 }, colorScheme: scheme,
	});
	const asked = [];
	const said = [];

	page.on('request', (request) => asked.push(request.url()));
	page.on('console', (message) => said.push(message.text()));
	page.on('pageerror', (error) => said.push(String(error)));
	page.on('dialog', (dialog) => said.push(dialog.message()));
	await page.goto(url);
	check(`${name}: nothing sticks out`, await page.evaluate(sticksOut));
	check(`${name}: no pale words`, await page.evaluate(tooPale));
	check(`${name}: headings and links`, await page.evaluate(headings));
	check(`${name}: words for drawings`, await page.evaluate(nameless));
	check(`${name}: patterns`, await page.evaluate(unfilled));
	check(`${name}: no script`, await page.evaluate(scripted));
	check(`${name}: nothing asked of the network`,
	      asked.filter((one) => one !== url));
	check(`${name}: the browser is content`, said);
	await page.screenshot({
		path: path.join(folder, `report-${width}-${scheme}.png`),
		fullPage: true,
	});
	await page.close();
}

async function print(browser) {
	const page = await browser.newPage({ colorScheme: 'dark' });

	await page.goto(url);
	await page.emulateMedia({ media: 'print' });
	check('on paper: black on white', await page.evaluate(() => {
		const style = getComputedStyle(document.body);

		return style.color === 'rgb(0, 0, 0)' &&
			style.backgroundColor === 'rgb(255, 255, 255)'
			? '' : style.color + ' on ' + style.backgroundColor;
	}));
	await page.pdf({ path: path.join(folder, 'report.pdf'),
			 format: 'A4', printBackground: true });
	await page.close();
}

run(async () => {
	const browser = await launch();

	for (const width of widths)
		for (const scheme of schemes)
			await look(browser, width, scheme);
	await print(browser);
	await browser.close();
});
