// By which door somebody comes in: after a sign-out they stand before the same one again.

type DoorName = 'own' | 'portal';

const key = 'huike.door';

export const enterBy = (door: DoorName): void => localStorage.setItem(key, door);
export const enteredBy = (): DoorName => (localStorage.getItem(key) === 'portal' ? 'portal' : 'own');
