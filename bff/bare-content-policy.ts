/** The content security policy of answers that load nothing: texts, files, and pages about files that do not exist. */
export const bareContentPolicy = `default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'`;
