/** The console page's style: light and dark by the reader's own setting, one column from 320 px on, two where there is room. */

export const pageStyle = `
:root{color-scheme:light dark;--widest:80rem;
  --page:#f3f4f7;--card:#fff;--ink:#171b24;--quiet:#555d6b;--line:#d8dce3;--edge:#737b89;
  --accent:#1d4fc4;--on-accent:#fff;--good:#116b2f;--good-page:#e2f4e7;--bad:#a8071a;--bad-page:#fde8ea;--plain-page:#e9ecf2;--code-page:#f0f2f6}
@media (prefers-color-scheme:dark){:root{
  --page:#0f131a;--card:#181e28;--ink:#eef1f6;--quiet:#aab3c2;--line:#2c3543;--edge:#7f8a9b;
  --accent:#8db4ff;--on-accent:#0b1526;--good:#6ddc8c;--good-page:#14301f;--bad:#ff9ca6;--bad-page:#3b191e;--plain-page:#273040;--code-page:#10151d}}
@media (min-width:105rem){:root{--widest:104rem}}
*{box-sizing:border-box}
html{scroll-padding-top:6.5rem}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:break-word}
[hidden]{display:none!important}
header{position:sticky;top:0;z-index:1;background:var(--card);border-bottom:1px solid var(--line);padding:.75rem max(1rem,calc((100vw - var(--widest))/2)) .5rem}
/* Zoomed in, the page needs the room more than the links. */
@media (max-width:40rem),(max-height:30rem){header{position:static}html{scroll-padding-top:1rem}}
h1,h2,h3,p,ol,ul{margin:0}
h1{font-size:1.2rem;line-height:1.3}
h1 small{font-size:.875rem;font-weight:400;color:var(--quiet);margin-left:.25rem}
h2{font-size:1.05rem;line-height:1.4;margin-bottom:.75rem}
h3{font-size:.95rem;line-height:1.4}
nav{display:flex;flex-wrap:wrap;gap:.1rem 1rem;margin-top:.35rem}
nav a{padding:.15rem 0}
a{color:var(--accent)}
main{display:grid;grid-template-columns:minmax(0,1fr);gap:1rem;max-width:calc(var(--widest) + 2rem);margin:1rem auto;padding:0 1rem}
@media (min-width:64rem){main{grid-template-columns:minmax(0,1fr) minmax(0,1fr);align-items:start}.whole{grid-column:1/-1}}
main,.column{min-width:0}
.column{display:grid;grid-template-columns:minmax(0,1fr);gap:1rem;align-content:start}
section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1rem 1.15rem 1.15rem;min-width:0}
.bar{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:.25rem 1rem}
#requests>.bar{margin-bottom:.5rem;align-items:center}
#requests h2{margin:0}
#call-with-form>*+*{margin-top:.35rem}
.row{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem}
.quiet,small{color:var(--quiet)}
.quiet{font-size:.875rem}
.live{font-size:.875rem;color:var(--good);white-space:nowrap}
.live::before{content:"";display:inline-block;width:.6em;height:.6em;margin-right:.4em;border-radius:50%;background:currentColor}
.live.lost{color:var(--bad)}
.message{max-width:var(--widest);margin:1rem auto -.25rem;padding:.5rem 1rem;border-radius:.5rem;background:var(--good-page);color:var(--good);width:calc(100% - 2rem)}
.message:empty{display:none}
.message.failed{background:var(--bad-page);color:var(--bad)}
label{display:block;font-weight:600;font-size:.875rem}
.check{display:inline-flex;align-items:center;gap:.4rem;font-weight:400}
input:not([type=checkbox]),select,textarea{width:100%;min-height:2.4rem;padding:.4rem .6rem;font:inherit;color:inherit;background:var(--card);border:1px solid var(--edge);border-radius:.4rem}
input[type=checkbox]{width:1.1rem;height:1.1rem;accent-color:var(--accent);margin:0}
textarea{font:.8rem/1.4 ui-monospace,SFMono-Regular,Menlo,monospace;resize:vertical;margin:.25rem 0 .5rem}
.row input:not([type=checkbox]){flex:1 1 12rem;width:auto}
button,.button{font:inherit;font-size:.875rem;min-height:2.1rem;padding:.3rem .8rem;border-radius:.4rem;border:1px solid var(--edge);background:var(--card);color:var(--ink);cursor:pointer}
button:hover,.button:hover{border-color:var(--accent)}
button:disabled{cursor:progress}
.button,.steps button,.primary{display:inline-block;background:var(--accent);border-color:var(--accent);color:var(--on-accent);font-weight:600;text-decoration:none}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
code,pre{font:.85em/1.45 ui-monospace,SFMono-Regular,Menlo,monospace}
pre{margin:.35rem 0 0;padding:.6rem .75rem;background:var(--code-page);border-radius:.4rem;overflow:auto;max-height:14rem;white-space:pre-wrap}
.badge{display:inline-block;padding:.05rem .5rem;border-radius:1rem;font-size:.8rem;font-weight:600;background:var(--plain-page);color:var(--ink);white-space:nowrap}
.badge.good{background:var(--good-page);color:var(--good)}
.badge.bad,.badge.broken{background:var(--bad-page);color:var(--bad)}
.fields{display:grid;gap:.5rem;margin-bottom:1rem}
.fields select,.fields input{margin-top:.2rem}
.steps{list-style:none;counter-reset:step;padding:0;display:grid;gap:1.15rem}
.steps>li{counter-increment:step;position:relative;padding-left:2.5rem;display:grid;gap:.4rem;justify-items:start;min-width:0}
.steps>li>*{max-width:100%}
.steps>li::before{content:counter(step);position:absolute;left:0;top:-.15rem;width:1.7rem;height:1.7rem;border-radius:50%;display:grid;place-items:center;font-weight:700;font-size:.875rem;background:var(--plain-page)}
.steps>.done::before{content:"✓";background:var(--good-page);color:var(--good)}
.steps form,.answer{width:100%;min-width:0}
.answer:empty{display:none}
/* What can be scrolled says so: a bar that stays, and a shadow at the edge where there is more. */
.scroll{overflow:auto;scrollbar-width:thin;scrollbar-color:var(--edge) transparent;padding-bottom:.35rem}
#resource-graph,table{--shade:color-mix(in srgb,var(--ink) 22%,transparent)}
#resource-graph{background:linear-gradient(90deg,var(--card) 1.5rem,transparent) left/3rem 100% no-repeat local,linear-gradient(270deg,var(--card) 1.5rem,transparent) right/3rem 100% no-repeat local,linear-gradient(90deg,var(--shade),transparent) left/.9rem 100% no-repeat scroll,linear-gradient(270deg,var(--shade),transparent) right/.9rem 100% no-repeat scroll}
.log{max-height:28rem}
#log:not(:empty){border-top:1px solid var(--line)}
#log,.plain-list,.tree,.tree ul,.checks{list-style:none;padding:0}
#log>li,.plain-list>li{padding:.55rem 0;border-bottom:1px solid var(--line)}
#log.only-requests>.other,#log.without-service>.service{display:none}
.request>summary{width:fit-content}
.opened{display:grid;gap:.35rem;padding:.5rem 0;min-width:0}
#functions-list{max-height:none}
.sources{list-style:none;padding:0 0 0 1rem}
.sources>li{padding:.35rem 0}
h4{margin:.35rem 0 0;font-size:.8rem;color:var(--quiet)}
.opened pre{overflow-wrap:anywhere}
.what code,.why,.body,.claims code{overflow-wrap:anywhere}
.what{display:flex;flex-wrap:wrap;align-items:baseline;gap:.15rem .5rem}
.what time{color:var(--quiet);font-variant-numeric:tabular-nums;font-size:.8rem}
.why{color:var(--quiet);font-size:.875rem;margin-top:.2rem;white-space:pre-line}
.code-line{display:flex;flex-wrap:wrap;align-items:center;gap:.75rem;margin:.35rem 0}
.code{font-size:1.35rem;font-weight:700;letter-spacing:.12em}
summary{cursor:pointer;font-size:.875rem;color:var(--quiet)}
.body{white-space:pre-line;font-size:.875rem;margin-top:.25rem}
.plain-list{max-height:24rem;overflow:auto}
table{border-collapse:collapse;width:100%;margin-top:.5rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line);font-size:.875rem}
thead th{color:var(--quiet);font-weight:600}
tbody th{font-weight:600}
td time{white-space:nowrap}
.id{font-size:.75rem;overflow-wrap:anywhere}
.user{display:flex;flex-wrap:wrap;align-items:baseline;gap:.15rem .6rem}
.user>.opener{margin-left:auto;min-height:1.8rem;padding:.1rem .7rem}
.opener::after{content:"▾";margin-left:.4rem;color:var(--quiet)}
.what>*,.user>*{min-width:0;max-width:100%}
button,.code{white-space:nowrap}
.danger{border-color:var(--bad);color:var(--bad)}
::placeholder{color:var(--quiet);opacity:1}
tbody th,td time,.badge{white-space:nowrap}
.actions{position:absolute;inset:auto;margin:0;padding:.3rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card);color:var(--ink);box-shadow:0 .5rem 1.5rem #0004}
.actions button{display:block;width:100%;text-align:left;border-color:transparent;background:none}
.actions button:hover{background:var(--plain-page)}
.actions .danger{color:var(--bad)}
.verdict{font-weight:700;padding:.4rem .75rem;border-radius:.4rem;margin-top:.5rem}
.verdict.good{background:var(--good-page);color:var(--good)}
.verdict.bad{background:var(--bad-page);color:var(--bad)}
.checks{margin:.5rem 0;font-size:.875rem}
.checks li{padding-left:1.5rem;position:relative}
.checks li::before{position:absolute;left:0;font-weight:700}
.holds::before{content:"✓";color:var(--good)}
.fails::before{content:"✗";color:var(--bad)}
.claims th{font-weight:400;color:var(--quiet);white-space:nowrap}
@media (max-width:30rem){.claims th,.claims td{display:block;padding:.3rem 0 0;border:0}.claims td{padding:0 0 .3rem;border-bottom:1px solid var(--line)}}
#resource-graph{margin:.75rem 0 1rem}
svg{display:block}
svg text{fill:var(--ink);font-size:10px}
svg .name{font-weight:600;font-size:11px}
svg rect{fill:var(--good-page);stroke:var(--good)}
svg .declared-only rect{fill:var(--plain-page);stroke:var(--edge);stroke-dasharray:4 3}
svg path{fill:none;stroke:var(--edge);stroke-width:1.5}
.tree ul{margin-left:.6rem;padding-left:1rem;border-left:2px solid var(--line)}
.tree li{min-width:0}
.resource{padding:.3rem .4rem;border-radius:.4rem}
.resource:target{background:var(--plain-page)}
.step{font-size:.875rem;color:var(--accent)}
@media (min-width:105rem){.tree{columns:3!important}}
@media (min-width:64rem){.tree{columns:2;column-gap:2rem}.tree>li{break-inside:avoid}.tree>li+li{margin-top:.5rem}}
dialog{width:min(28rem,calc(100vw - 2rem));border:1px solid var(--line);border-radius:.75rem;padding:1.25rem;background:var(--card);color:var(--ink)}
dialog::backdrop{background:#0008}
dialog form{display:grid;gap:.75rem}
dialog h2{margin:0}
.problem{color:var(--bad);font-size:.875rem}
.problem:empty{display:none}
`;
