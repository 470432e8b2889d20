/** The words of the dashboard itself; each card has its own. */
export const own = {
  title: 'Dashboard',
  greeting: (hour: number, name: string) =>
    `${hour < 5 || hour >= 22 ? 'Hello' : hour < 12 ? 'Good morning' : hour < 18 ? 'Good afternoon' : 'Good evening'}, ${name}`,
};
