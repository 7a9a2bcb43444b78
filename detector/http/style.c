/*
 * The one style sheet: readable on a telephone, by daylight and by night, with
 * large buttons and a visible focus for the keyboard. No image, no font, no
 * script.
 */
#include "detector/http/route.h"

static const char style[] =
	":root { color-scheme: light dark; }\n"
	"* { box-sizing: border-box; }\n"
	"body { margin: 0; font: 1.0625rem/1.55 system-ui, sans-serif;\n"
	"  overflow-wrap: anywhere;\n"
	"  color: #1c2126; background: #f4f5f7; }\n"
	"main { max-width: 42rem; margin: 0 auto; padding: 1.25rem; }\n"
	"h1 { font-size: 1.5rem; line-height: 1.25; }\n"
	"h2 { font-size: 1.15rem; margin-top: 2rem; }\n"
	"li { margin: .4rem 0; }\n"
	"dt { font-weight: 600; }\n"
	"dd { margin: 0 0 .6rem; overflow-wrap: anywhere; }\n"
	"table { border-collapse: collapse; }\n"
	"th, td { text-align: left; vertical-align: top;\n"
	"  padding: .25rem 1rem .25rem 0; overflow-wrap: anywhere; }\n"
	"a { color: #0b57a4; }\n"
	".message, [role=status], [role=alert] { padding: .8rem 1rem;\n"
	"  border-left: .3rem solid #0b57a4; background: #e6eef7; }\n"
	".good { border-left-color: #1b7a3d; background: #e3f2e7; }\n"
	"form { margin: 1rem 0; }\n"
	"button { font: inherit; padding: .75rem 1.25rem; min-height: 3rem;\n"
	"  border: 2px solid #0b57a4; border-radius: .4rem;\n"
	"  color: #fff; background: #0b57a4; cursor: pointer; }\n"
	"button.second { color: #0b57a4; background: transparent; }\n"
	":focus-visible { outline: 3px solid #c45500;\n"
	"  outline-offset: 2px; }\n"
	"@media (prefers-color-scheme: dark) {\n"
	"  body { color: #e8eaed; background: #16191d; }\n"
	"  a, button.second { color: #8fc1f5; }\n"
	"  .message, [role=status], [role=alert] { background: #22303f; }\n"
	"  .good { border-left-color: #6fcf8e; background: #1e3526; }\n"
	"  button.second { border-color: #8fc1f5; }\n"
	"}\n"
	"@media print {\n"
	"  :root { color-scheme: light; }\n"
	"  body { color: #000; background: #fff; font-size: 11pt; }\n"
	"  main { max-width: none; }\n"
	"  a { color: #000; }\n"
	"  .message, [role=status], [role=alert] { border: 1px solid #000;\n"
	"    background: #fff; }\n"
	"  form { display: none; }\n"
	"}\n";

void owner_style(struct exchange *exchange)
{
	text_clear(&exchange->response->body);
	text_add_string(&exchange->response->body, style);
	exchange->response->status = 200;
	exchange->response->content_type = "text/css; charset=utf-8";
}
