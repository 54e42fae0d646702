/** Dates as API Gateway prints them. A second's text is kept, since many requests share it. */

let lastSecond = Number.NaN;
let lastHttpDate = "";
let lastClf = "";

/** `Mon, 15 Jun 2026 05:12:43 GMT`, for the `Date` field. */
export function httpDate(milliseconds: number): string {
  refresh(milliseconds);
  return lastHttpDate;
}

/** `15/Jun/2026:05:12:43 +0000`, `$context.requestTime`. */
export function requestTimeClf(milliseconds: number): string {
  refresh(milliseconds);
  return lastClf;
}

function refresh(milliseconds: number): void {
  const second = Math.floor(milliseconds / 1000);
  if (second === lastSecond) return;
  lastSecond = second;
  lastHttpDate = new Date(second * 1000).toUTCString();
  const [, day, month, year, time] = lastHttpDate.split(" ");
  lastClf = `${day}/${month}/${year}:${time} +0000`;
}
