/** One error: its HTTP status, and its words in both languages with {params}. */
export interface ErrorEntry {
  readonly status: number;
  readonly zh: string;
  readonly en: string;
}
