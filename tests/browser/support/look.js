/*
 * look.js - what every page is asked in a browser: does anything stick out, is
 * any word too pale, does it run a script. Functions "in the page" are for
 * page.evaluate(), and give a list of what is wrong, empty when nothing is.
 * A script ends with finish(): run.sh adds up its "N passed, N failed".
 */
const { chromium } = require('playwright-core');

let passed = 0;
let failed = 0;

/* `wrong` is a list or text of what is wrong, or false. */
function check(what, wrong) {
	const bad = Array.isArray(wrong) ? wrong.length > 0 : !!wrong;

	if (bad)
		failed++;
	else
		passed++;
	console.log((bad ? 'FAIL  ' : 'ok    ') + what +
		    (bad ? ': ' + JSON.stringify(wrong) : ''));
}

function launch() {
	/* Root may run no sandbox; the pages are our own. */
	return chromium.launch({
		executablePath: process.env.CHROMIUM, args: ['--no-sandbox'],
	});
}

/* Ends at once: a browser that is still open would keep us. */
function finish() {
	console.log(`${passed} passed, ${failed} failed`);
	process.exit(failed ? 1 : 0);
}

/* Runs a script's main(); one that breaks down is a failure, and said. */
function run(main) {
	main().catch((error) => {
		console.error(error);
		failed++;
	}).finally(finish);
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

function scripted() {
	return [...document.querySelectorAll('*')]
		.filter((element) => element.tagName === 'SCRIPT' ||
			[...element.attributes].some(
				(one) => one.name.startsWith('on') ||
					 one.name === 'src'))
		.map((element) => element.tagName);
}

module.exports = { check, launch, run, scripted, sticksOut, tooPale };
