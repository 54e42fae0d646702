/** Whether a text is part of another one, in time that grows with their lengths and not with the product of them. */

/** For shorter ones the search of JavaScript is quick, whatever they are made of. */
const LONG = 32;

/** By the algorithm of Knuth, Morris and Pratt for what is long. */
export function includes(whole: string, part: string): boolean {
  if (part.length < LONG) return whole.includes(part);
  const borders = bordersOf(part);
  for (let at = 0, matched = 0; at < whole.length; at++) {
    const letter = whole.charCodeAt(at);
    while (matched > 0 && part.charCodeAt(matched) !== letter) matched = borders[matched - 1]!;
    if (part.charCodeAt(matched) === letter) matched++;
    if (matched === part.length) return true;
  }
  return false;
}

/** Of each start of a text, how much of its end it begins with. */
function bordersOf(text: string): Uint32Array {
  const borders = new Uint32Array(text.length);
  for (let at = 1, matched = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at);
    while (matched > 0 && text.charCodeAt(matched) !== letter) matched = borders[matched - 1]!;
    if (text.charCodeAt(matched) === letter) matched++;
    borders[at] = matched;
  }
  return borders;
}
