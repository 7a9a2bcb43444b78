/*
 * report.js CHROMIUM FOLDER - what a reader of FOLDER/report.html would run
 * into: things that stick out, pale words, missing headings, anything asked
 * of the network. Ends with "N passed, N failed".
 */
const path = require('path');
const { pathToFileURL } = require('url');
const { chromium } = require('playwright-core');

const [, , executablePath, folder] = process.argv;
const url = pathToFileURL(path.resolve(folder, 'report.html')).href;
const widths = [320, 390, 1280];
const schemes = ['light', 'dark'];
let passed = 0;
let failed = 0;

function check(what, wrong) {
	const bad = Array.isArray(wrong) ? wrong.length > 0 : !!wrong;

	if (bad)
		failed++;
	else
		passed++;
	console.log((bad ? 'FAIL  ' : 'ok    ') + what +
		    (bad ? ': ' + JSON.stringify(wrong) : ''));
}

/* Everything below this runs in the page. */

/* Elements that reach beyond the window, but for what stands in a box that
 * scrolls by itself. */
function sticksOut() {
	const width = document.documentElement.clientWidth;
	const found = [];

	if (document.documentElement.scrollWidth > width)
		found.push('the page: ' +
			   document.documentElement.scrollWidth);
	for (const element of document.querySelectorAll('body *')) {
		const box = element.getBoundingClientRect();

		if (element.closest('.scroll table, .cards thead, defs') ||
		    box.width === 0 || box.height === 0)
			continue;
		if (box.left < -0.5 || box.right > width + 0.5)
			found.push(element.tagName + ' ' +
				   (element.textContent || '').slice(0, 30));
	}
	return found.slice(0, 5);
}

/* Words with less than 4.5 to 1 against what is behind them (WCAG AA). */
function tooPale() {
	const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
	const luminance = (colour) => {
		const [r, g, b] = numbers(colour).map((part) => {
			const share = part / 255;

			return share <= 0.04045 ? share / 12.92
				: ((share + 0.055) / 1.055) ** 2.4;
		});

		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const behind = (element) => {
		for (; element; element = element.parentElement) {
			const colour =
				getComputedStyle(element).backgroundColor;

			if (numbers(colour).length === 3)
				return colour;
		}
		return 'rgb(255, 255, 255)';
	};
	const found = [];

	for (const element of document.querySelectorAll('body *')) {
		const own = [...element.childNodes].some(
			(node) => node.nodeType === 3 && node.data.trim());
		const style = getComputedStyle(element);

		if (!own || element.closest('title, desc, style'))
			continue;
		const ink = element.closest('svg') ? style.fill : style.color;
		const light = [luminance(ink), luminance(behind(element))]
			.sort((a, b) => b - a);
		const ratio = (light[0] + 0.05) / (light[1] + 0.05);

		if (ratio < 4.5)
			found.push(element.tagName + ' ' + ratio.toFixed(1) +
				   ' ' + element.textContent.slice(0, 30));
	}
	return found.slice(0, 5);
}

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

function scripted() {
	return [...document.querySelectorAll('*')]
		.filter((element) => element.tagName === 'SCRIPT' ||
			[...element.attributes].some(
				(one) => one.name.startsWith('on') ||
					 one.name === 'src'))
		.map((element) => element.tagName);
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

async function main() {
	/* Root may run no sandbox; the page is our own. */
	const browser = await chromium.launch({
		executablePath, args: ['--no-sandbox'],
	});

	for (const width of widths)
		for (const scheme of schemes)
			await look(browser, width, scheme);
	await print(browser);
	await browser.close();
	console.log(`${passed} passed, ${failed} failed`);
	process.exitCode = failed ? 1 : 0;
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 70;
});
