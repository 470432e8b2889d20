/** Text of the dashboard itself; each card has its own. */
export const own = {
  title: 'Dashboard',
  /** No "good night": people who see it are at work. */
  greeting: (hour: number, name: string) =>
    `${hour < 5 || hour >= 22 ? 'Hello' : hour < 12 ? 'Good morning' : hour < 18 ? 'Good afternoon' : 'Good evening'}, ${name}`,
};
