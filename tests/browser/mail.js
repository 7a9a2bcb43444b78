/*
 * mail.js - the HTML part of every notice, as tests/command/test_mail.sh leaves
 * it in FOLDER: on a telephone and on a desk. What sticks out, pale words,
 * letters too small to read, anything asked of the network. Leaves pictures
 * beside the pages.
 */
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const { check, launch, run, scripted, sticksOut, tooPale } =
	require('./support/look');

const folder = process.env.FOLDER;
const widths = [390, 1000];

/* Runs in the page: words of less than 14 pixels. */
function tooSmall() {
	return [...document.querySelectorAll('body *')]
		.filter((element) => [...element.childNodes].some(
			(node) => node.nodeType === 3 && node.data.trim()) &&
			parseFloat(getComputedStyle(element).fontSize) < 14)
		.map((element) => element.textContent.slice(0, 30))
		.slice(0, 5);
}

async function look(page, file, width, asked) {
	const name = path.relative(folder, file) + ' at ' + width;

	asked.length = 0;
	await page.goto(pathToFileURL(path.resolve(file)).href);
	check(name + ', sticks out', await page.evaluate(sticksOut));
	check(name + ', too pale', await page.evaluate(tooPale));
	check(name + ', too small', await page.evaluate(tooSmall));
	check(name + ', scripts', await page.evaluate(scripted));
	check(name + ', asked of the network', asked);
	check(name + ', one heading',
	      (await page.locator('h1').count()) !== 1);
	/* A finger needs 44 pixels (WCAG 2.5.5). */
	const buttons = page.locator('a[style*="inline-block"]');

	for (const box of await Promise.all((await buttons.all())
		.map((button) => button.boundingBox())))
		check(name + ', a button for a finger', box.height < 44);
	if (/full|hand|repeat|left|busy|brake/.test(name))
		await page.screenshot({
			path: file.replace(/html$/, width + '.png'),
			fullPage: true });
}

function pages() {
	return fs.readdirSync(folder, { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.flatMap((set) => fs.readdirSync(path.join(folder, set.name))
			.filter((file) => file.endsWith('.html'))
			.map((file) => path.join(folder, set.name, file)));
}

run(async () => {
	const browser = await launch();
	const mails = pages();

	check('there are mails', mails.length < 50);
	for (const width of widths) {
		const context = await browser.newContext({
			viewport: { width, height: 800 }, offline: true });
		const page = await context.newPage();
		const asked = [];

		page.on('request', (request) => {
			if (!request.url().startsWith('file:') ||
			    !request.url().endsWith('.html'))
				asked.push(request.url());
		});
		for (const file of mails)
			await look(page, file, width, asked);
		await context.close();
	}
	await browser.close();
});
