/** The number of ids in one page. */
const IDS_PER_PAGE = 1_000;

/**
 * Splits rows, in order, at ids that are multiples of a thousand: adding or removing a row in one page moves no row of
 * another. Rows without an id, which are few, form one page.
 */
export function pagesOf(rows: readonly unknown[]): Map<number, readonly unknown[]> {
  const pages = new Map<number, readonly unknown[]>();
  let start = 0;
  while (start < rows.length) {
    const page = pageNumber(rows[start]);
    let end = start + 1;
    while (end < rows.length && pageNumber(rows[end]) === page) end += 1;
    pages.set(page, rows.slice(start, end));
    start = end;
  }
  return pages;
}

function pageNumber(row: unknown): number {
  const { id } = row as { id?: number };
  return id === undefined ? 0 : Math.floor(id / IDS_PER_PAGE);
}
