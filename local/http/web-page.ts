/** Whether a page sent a request: a browser says where that is from (Fetch §4.6, Fetch Metadata §2), programs and tools say nothing. */
export const comesFromPage = ({ headers }: Request): boolean => headers.has("origin") || headers.has("sec-fetch-site");
