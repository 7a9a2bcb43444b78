/*
 * How the page looks: by day, by night and on paper, on a telephone as well.
 * The drawings' series differ in colour and in pattern, and every colour is
 * three times as bright or dark as what lies behind it.
 */
#include "detector/album/page.h"

static const char style[] =
	":root { color-scheme: light dark;\n"
	"  --ink: #1c2126; --quiet: #4d5661; --paper: #fff;\n"
	"  --shade: #f1f3f6; --rule: #c9ced6; --link: #0b57a4;\n"
	"  --stop: #b3261e; --watch: #8a5a00;\n"
	"  --c0: #0b63b0; --c1: #b85c00; --c2: #1a7f4b;\n"
	"  --c3: #a8327f; --c4: #5b4bb7; --c5: #5f6670; }\n"
	"@media (prefers-color-scheme: dark) { :root {\n"
	"  --ink: #e8eaed; --quiet: #b3bac4; --paper: #16191d;\n"
	"  --shade: #22272e; --rule: #48505b; --link: #8fc1f5;\n"
	"  --stop: #ff8f85; --watch: #f0b95c;\n"
	"  --c0: #5aa9f0; --c1: #e8923c; --c2: #4fc088;\n"
	"  --c3: #e079bb; --c4: #a698f5; --c5: #a3abb6; } }\n"
	"@media print { :root { color-scheme: light;\n"
	"  --ink: #000; --quiet: #333; --paper: #fff; --shade: #fff;\n"
	"  --rule: #999; --link: #000; --stop: #9b1c14;\n"
	"  --watch: #6b4500; --c0: #0b63b0; --c1: #b85c00;\n"
	"  --c2: #1a7f4b; --c3: #a8327f; --c4: #5b4bb7; --c5: #5f6670; }\n"
	"  * { -webkit-print-color-adjust: exact;\n"
	"    print-color-adjust: exact; }\n"
	"  nav { display: none; }\n"
	"  h2, h3, h2 + p { break-after: avoid; }\n"
	"  .incident, .stop-card, table { break-inside: avoid; } }\n"
	"* { box-sizing: border-box; }\n"
	"body { margin: 0; font: 1rem/1.55 system-ui, sans-serif;\n"
	"  overflow-wrap: anywhere; color: var(--ink);\n"
	"  background: var(--paper); }\n"
	"main { max-width: 62rem; margin: 0 auto; padding: 1rem; }\n"
	"h1 { font-size: 1.6rem; line-height: 1.25; }\n"
	"h2 { font-size: 1.25rem; margin: 2.75rem 0 .5rem;\n"
	"  border-top: 1px solid var(--rule); padding-top: 1rem; }\n"
	"h3 { font-size: 1.05rem; margin: 0 0 .25rem; }\n"
	"h4 { font-size: .875rem; margin: 0 0 .25rem;\n"
	"  color: var(--quiet); font-weight: 600; }\n"
	"p, ul { margin: .5rem 0; max-width: 46rem; }\n"
	"ul { padding-left: 1.2rem; }\n"
	"a { color: var(--link); }\n"
	"nav ul { display: flex; flex-wrap: wrap; gap: .1rem 1.2rem;\n"
	"  list-style: none; padding: 0; }\n"
	"nav a { display: inline-block; padding: .3rem 0; }\n"
	":focus-visible { outline: 3px solid var(--watch);\n"
	"  outline-offset: 2px; }\n"
	".answer { font-size: 1.2rem; line-height: 1.45;\n"
	"  border-left: .3rem solid var(--stop); padding: .2rem 0 .2rem 1rem;\n"
	"  }\n"
	".quiet { color: var(--quiet); }\n"
	"dl { display: grid; grid-template-columns: max-content 1fr;\n"
	"  gap: .2rem 1.25rem; margin: .75rem 0; }\n"
	"dt { font-weight: 600; }\n"
	"dd { margin: 0; }\n"
	"@media (max-width: 34rem) { dl { display: block; }\n"
	"  dd { margin: 0 0 .5rem; } }\n"
	".scroll { overflow-x: auto; }\n"
	"table { border-collapse: collapse; margin: .75rem 0;\n"
	"  font-variant-numeric: tabular-nums; }\n"
	"caption { text-align: left; color: var(--quiet);\n"
	"  padding-bottom: .4rem; }\n"
	"th, td { text-align: left; vertical-align: top;\n"
	"  padding: .35rem .9rem .35rem 0;\n"
	"  border-bottom: 1px solid var(--rule); overflow-wrap: normal; }\n"
	"time, code { white-space: nowrap; }\n"
	"th.n, td.n { text-align: right; }\n"
	".who { overflow-wrap: anywhere; min-width: 9rem; }\n"
	"@media (max-width: 40rem) {\n"
	"  .cards, .cards tbody, .cards tr, .cards th, .cards td {\n"
	"    display: block; width: auto; }\n"
	"  .cards thead { position: absolute; width: 1px; height: 1px;\n"
	"    overflow: hidden; clip-path: inset(50%); }\n"
	"  .cards tr { border-bottom: 1px solid var(--rule);\n"
	"    padding: .5rem 0; }\n"
	"  .cards th, .cards td, .cards td.n { border: 0;\n"
	"    padding: .1rem 0; text-align: left; }\n"
	"  .cards td::before { content: attr(data-label);\n"
	"    color: var(--quiet); } }\n"
	"tr.used td, tr.used th { font-weight: 700; }\n"
	".stop-card { background: var(--shade); border-radius: .4rem;\n"
	"  padding: .8rem 1rem; margin: .8rem 0; }\n"
	".stop-card p, .stop-card ul { margin: .3rem 0; }\n"
	".incident { margin: 1.6rem 0 2.2rem; }\n"
	"svg { overflow: visible; }\n"
	"svg.drawing { display: block; margin: .75rem 0 0 3.1rem;\n"
	"  width: calc(100% - 3.6rem); font-size: 12px; }\n"
	"svg svg { overflow: hidden; }\n"
	"svg text { fill: var(--ink); }\n"
	"svg text.strip { font-weight: 600; }\n"
	"svg text.number { text-anchor: end; fill: var(--quiet); }\n"
	"svg text.time { text-anchor: middle; fill: var(--quiet); }\n"
	"svg text.before { text-anchor: end; }\n"
	"svg text.halo { font-weight: 600; paint-order: stroke;\n"
	"  stroke: var(--paper); stroke-width: 4px;\n"
	"  stroke-linejoin: round; }\n"
	"line.grid { stroke: var(--rule); }\n"
	"line.tick { stroke: var(--quiet); }\n"
	"line.stopped, line.limit { stroke: var(--stop); stroke-width: 2; }\n"
	"line.limit { stroke-width: 1.5; }\n"
	"line.watched, line.limit.watch { stroke: var(--watch);\n"
	"  stroke-dasharray: 5 4; }\n"
	"line.under { stroke: var(--paper); stroke-width: 4;\n"
	"  stroke-dasharray: none; opacity: .8; }\n"
	"rect.veil { fill: var(--paper); opacity: .55; }\n"
	"path.total, path.curve { fill: none; stroke: var(--ink);\n"
	"  stroke-width: 2; vector-effect: non-scaling-stroke; }\n"
	".legends { display: grid; gap: .6rem 2rem; font-size: .9rem;\n"
	"  grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr));\n"
	"  margin-top: .6rem; }\n"
	".legends ul { list-style: none; padding: 0; margin: 0; }\n"
	".legends li { padding-left: 1.5rem; text-indent: -1.5rem; }\n"
	".swatch { vertical-align: -2px; margin-right: .5rem; }\n"
	".swatch rect { stroke: var(--rule); }\n"
	".mark { stroke: var(--paper); stroke-width: 1.3; fill: none; }\n";

/* One for each look; six colours, each twice, never with the same marks. */
static const char *const marks[] = {
	"",
	"M0 8L8 0M-2 2L2 -2M6 10L10 6",
	"M2 2h2M6 6h2",
	"M0 0L8 8M-2 6L2 10M6 -2L10 2",
	"M0 4h8",
	"M4 0v8M0 4h8",
	"M4 0v8",
	"M0 2h8M0 6h8",
	"M0 8L8 0M0 0L8 8",
	"M2 0v8M6 0v8",
	"M1 1h2v2h-2z",
	"M0 8L8 0",
};

void drawing_patterns(struct text *page)
{
	enum { COLOURS = 6 };

	text_add_string(page, "<svg width=\"0\" height=\"0\" "
			"aria-hidden=\"true\" style=\"position:absolute\">"
			"<defs>\n");
	for (size_t i = 0; i < DRAWING_LOOKS; i++)
		text_addf(page, "<pattern id=\"f%zu\" width=\"8\" "
			  "height=\"8\" patternUnits=\"userSpaceOnUse\">"
			  "<rect width=\"8\" height=\"8\" "
			  "style=\"fill:var(--c%zu)\"/><path class=\"mark\" "
			  "d=\"%s\"/></pattern>\n", i, i % COLOURS, marks[i]);
	text_add_string(page, "</defs></svg>\n");
}

void drawing_swatch(struct text *page, size_t i)
{
	text_addf(page, "<svg class=\"swatch\" width=\"16\" height=\"16\" "
		  "aria-hidden=\"true\"><rect class=\"k%zu\" width=\"16\" "
		  "height=\"16\"/></svg>", i);
}

void page_style(struct text *page)
{
	text_add_string(page, "<style>\n");
	text_add_string(page, style);
	for (int i = 0; i < DRAWING_LOOKS; i++)
		text_addf(page, ".k%d { fill: url(#f%d); }\n", i, i);
	text_add_string(page, "</style>\n");
}
