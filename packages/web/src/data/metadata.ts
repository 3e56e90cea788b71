import type { Label } from '@huike/schema';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { get, type Me, type Metadata, type ObjectInfo, Refusal } from './api.ts';

/** Who is signed in; null when nobody is. */
export function useMe() {
  return useQuery({
    queryKey: ['me'],
    queryFn: async (): Promise<Me | null> => {
      try {
        return await get<Me>('me');
      } catch (error) {
        if (error instanceof Refusal && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });
}

/** What the viewer may know of the metadata. */
export function useMetadata() {
  return useQuery({ queryKey: ['metadata'], queryFn: () => get<Metadata>('metadata'), staleTime: 60_000 });
}

export function useObject(name: string): ObjectInfo | undefined {
  return useMetadata().data?.objects.find((object) => object.name === name);
}

/** A label in the viewer's language. */
export function useLabel(): (label: Label) => string {
  const { i18n } = useTranslation();
  return (label) => (i18n.language === 'en' ? label.en : label.zh) || label.zh || label.en;
}
