import type { Label } from '@huike/schema';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { get, type Metadata, type ObjectInfo } from './api.ts';

// What the viewer may know of the metadata: everything a page needs to draw itself.

export const metadataQuery = queryOptions({
  queryKey: ['metadata'],
  queryFn: () => get<Metadata>('metadata'),
  staleTime: 60_000,
});

export function useMetadata() {
  return useQuery(metadataQuery);
}

export function useObject(name: string): ObjectInfo | undefined {
  return useMetadata().data?.objects.find((object) => object.name === name);
}

/** A label in the viewer's language. */
export function useLabel(): (label: Label) => string {
  const { language } = useTranslation().i18n;
  return useCallback((label: Label) => (language === 'en' ? label.en : label.zh) || label.zh || label.en, [language]);
}
