/** What a page of the set-up area is given. */
export interface SetupItem {
  /** What of the page is shown: an object's name, a role's. */
  readonly item: string | undefined;
}
